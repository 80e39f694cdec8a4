# %% [markdown]
# # Ten functions of two variables
#
# Does some $(p, q)$ need fewer steps than AdamW, $(2, 1)$? The paper's functions and settings were not read; here are
# ten standard ones, without weight decay, $\epsilon = 10^{-8}$, $\beta = (0.9, 0.999)$, bias correction. Counted are
# the steps until $|f - f^*| < 10^{-4}$ for good. Every method chooses its learning rate on one set of starts, from a
# grid of quarter decades, and is judged on another set.

# %% tags=["parameters"]
tuning = 12
judged = 96
steps = 2000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.aida import figures, problems, simulation
from optclaims.science import tuning as policy
from optclaims.science.optimizers import Aida
from optclaims.statistics import mean

experiment = Experiment("aida", "toy_problems")
LEVEL, GRID = 1e-4, 1e-3 * 10 ** (np.arange(16) / 4)

# %% [markdown]
# ## Runs
# Four methods against AdamW; and, as a control of the number of comparisons and of tuning, AdamW four more times with
# grids shifted by 0.05 to 0.2 decades.

# %%
arms = {f"({p:g}, {q:g})": (p, q, 0.0) for p, q in ((2, 1), (2, 1.2), (1.5, 1.5), (2, 2), (1, 1))}
arms |= {f"AdamW again {i}": (2.0, 1.0, 0.05 * i) for i in (1, 2, 3, 4)}


def descend(function, starts, cells):
    """Of every cell (p, q, lr) from every start: |f - f*| (steps + 1, cells, starts)."""
    p, q, lr = np.repeat(np.asarray(cells, float), len(starts), axis=0).T[:, :, None]
    found = simulation.descend(function, Aida(lr, p=p, q=q), np.tile(starts, (len(cells), 1)), steps)
    return found.reshape(steps + 1, len(cells), len(starts))


rows, curves = [], []
for name, function in experiment.progress(problems.FUNCTIONS.items(), "functions"):
    rngs = experiment.rng("starts", function=name).spawn(2)
    cells = [(arm, p, q, lr) for arm, (p, q, shift) in arms.items() for lr in GRID * 10**shift]
    found = descend(function, problems.starts(rngs[0], function, tuning), [cell[1:] for cell in cells])
    needed = simulation.steps_needed(found.reshape(steps + 1, -1), LEVEL).reshape(len(cells), tuning)
    frame = pd.DataFrame(cells, columns=["method", "p", "q", "lr"]).loc[np.repeat(range(len(cells)), tuning)]
    frame = frame.assign(run=np.tile(range(tuning), len(cells)), steps=needed.ravel().clip(min=1))
    chosen = policy.choose(frame, "steps", "lr", edge="allow")
    best = dict(zip(chosen.method, chosen.lr, strict=True))
    own = [(*arms[arm][:2], best[arm]) for arm in arms]
    found = descend(function, problems.starts(rngs[1], function, judged), own)
    needed = simulation.steps_needed(found.reshape(steps + 1, -1), LEVEL).reshape(len(arms), judged)
    logs = np.log(np.maximum(needed, 1))
    kept = np.unique(np.geomspace(1, steps, 25).astype(int))
    for arm, lead, excess in zip(arms, logs - logs[0], found.transpose(1, 0, 2), strict=True):
        ratio, low, high = np.exp([lead.mean(), mean(lead).low, mean(lead).high])
        rows.append((name, arm, best[arm], ratio, low, high, ratio * lead.std() / np.sqrt(judged)))
        if arm.startswith("("):
            middle = np.median(excess[kept], axis=1).clip(1e-16, 1e6)
            curves.append(pd.DataFrame({"function": name, "arm": arm, "step": kept, "excess": middle}))
table = pd.DataFrame(rows, columns=["function", "arm", "lr", "ratio", "low", "high", "stderr"])
others = table[table.arm != "(2, 1)"]
experiment.figure("lead", others, draw=figures.lead)
experiment.figure("losses", pd.concat(curves), draw=figures.losses)
print(table.pivot(index="function", columns="arm", values="ratio").round(2))
at_edge = np.isclose(table.lr, GRID[0]) | np.isclose(table.lr, GRID[-1])
print("learning rates at an end of the grid:", table[at_edge][["function", "arm"]].to_numpy().tolist())

# %% [markdown]
# ## Check
# A method wins on a function where the whole interval of its geometric mean ratio of steps is below 0.9.

# %%
wins = (others.high < 0.9).groupby(others.arm).sum()
print(wins)
again = wins.index.str.startswith("AdamW")
experiment.claim("ten-toy-problems").exact(
    "functions on which the best of four (p, q) needs at most 0.9 of AdamW's steps",
    wins[~again].max(),
    (3, None),
    origin="a third of the functions; a pilot on other seeds: 4 to 9",
    controls={"the best of four more AdamWs": wins[again].max()},
)

# %% [markdown]
# Powers slightly above AdamW's, (2, 1.2) and (1.5, 1.5), need fewer steps on most functions; (1, 1) never does. On
# |x| + |y|, whose gradient has one size, nothing converges at a constant learning rate. The gain is one of reaching a
# level: after 2000 steps most functions sit at rounding for all methods. Without noise, in two dimensions.

# %%
experiment.finish()
