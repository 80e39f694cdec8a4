# %% [markdown]
# # The step at which averages escape
#
# Forces of a frozen field depend on distances, and $\lVert w\rVert$ grows with $\sqrt P$: a step decorrelates them if
# $\alpha\sqrt P$ is some multiple of $\ell$. So the learning rate $\alpha_c$ at which the average escapes its trap
# should depend on dimension and length through $\ell/\sqrt P$ alone: be equal for $(P, \ell)$ and $(4P, 2\ell)$.

# %% tags=["parameters"]
runs = 12

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.iterate_averaging import figures
from optclaims.papers.iterate_averaging.simulation import frozen
from optclaims.statistics import difference, mean, stderr

experiment = Experiment("iterate_averaging", "decorrelation")
X = np.geomspace(0.4, 3, 10)
AVERAGED = 8 * (150 - 37)
CELLS = [(50, 0.5), (200, 1.0), (50, 1.0), (200, 2.0)]

# %% [markdown]
# ## Runs
# Ten learning rates $\alpha = x\ell/\sqrt P$ in each of four fields; risk of the average over $P/2n$, its value under
# white noise. $\alpha_c$ of a run is where this ratio falls to a threshold of 5, interpolated in logarithms.

# %%
found, rows = {}, []
for size, length in CELLS:
    streams = experiment.rng("fields", size=size, length=length).spawn(runs)
    risks = [frozen.descend(rng, X * length / size**0.5, size, length)[0] for rng in streams]
    ratio = found[size, length] = np.array(risks) * 2 * AVERAGED / size
    cell = {"ratio": ratio.mean(axis=0), "stderr": stderr(ratio)}
    rows.append(pd.DataFrame({"P": size, "length": length, "x": X, **cell}))
experiment.figure("opening", frame := pd.concat(rows), draw=figures.opening)
print(frame.pivot(index="x", columns=["P", "length"], values="ratio"))


def opens(size, length, threshold):
    """Log learning rate of each run at which its ratio first falls to the threshold."""
    logs = np.minimum.accumulate(np.log(found[size, length]), axis=1)
    at = [np.interp(-np.log(threshold), -log, np.log(X)) for log in logs]
    return np.array(at) + np.log(length / size**0.5)


def shift(one, other, threshold=5):
    """Mean log ratio of the learning rates of two cells."""
    return difference(opens(*one, threshold), opens(*other, threshold))


PAIRS = [(CELLS[1], CELLS[0]), (CELLS[3], CELLS[2])]
shifts = [shift(*pair, threshold) for pair in PAIRS for threshold in (3, 5, 10)]
print(pd.DataFrame([vars(each) for each in shifts]))
print({cell: np.exp(opens(*cell, 5).mean()) * cell[0] ** 0.5 / cell[1] for cell in CELLS})

# %% [markdown]
# ## Checks
# Both pairs and thresholds of 3, 5 and 10 are judged by the interval that reaches farthest.

# %%
claim = experiment.claim("ia-decorrelation-scale")
claim.within(
    "log learning rate of escape at (4P, 2 length) over that at (P, length), the farthest from 0",
    max(shifts, key=lambda each: max(abs(each.low), abs(each.high))),
    (-0.15, 0.15),
    origin="15 %, a fifth of what the same length at 4P does (a factor of 2, log 0.69)",
    controls={
        "the same length at both dimensions": shift(CELLS[1], CELLS[2]),
        "four times the length": shift(CELLS[3], CELLS[0]),
    },
)
claim.within(
    "risk of the average over P / 2n at x = 3, mean of four cells",
    mean(np.mean([ratio[:, -1] for ratio in found.values()], axis=0)),
    (0.75, 1.25),
    origin="25 %, a thirtieth of what a step at x = 0.8 leaves",
    controls={"at x = 0.8": mean(np.mean([ratio[:, 3] for ratio in found.values()], axis=0))},
)
first = [mean(ratio[:, 0]) for ratio in found.values()]
claim.within(
    "risk of the average over P / 2n at x = 0.4, the lowest of four cells",
    min(first, key=lambda each: each.low),
    (10, None),
    origin="a factor of 10",
    controls={"at x = 1.5": [mean(ratio[:, 7]) for ratio in found.values()]},
)

# %% [markdown]
# The escape follows $\ell/\sqrt P$ to some per cent. It is no law $\alpha_c = x_c\ell/\sqrt P$ with a constant $x_c$:
# $x_c$ grows with $\ell/\sqrt P$ itself, as the two colours of the figure show. Eight fields, one starting point, and
# dimensions of 50 and 200 only.

# %%
experiment.finish()
