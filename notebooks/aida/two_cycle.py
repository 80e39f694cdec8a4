# %% [markdown]
# # The two-cycle beside a stable origin
#
# Like Adam, Aida (no bias correction) has two-cycles $x = \pm W$ on $x^2/2$, with $s = (1-\beta_1)/(1+\beta_1)$:
# $$(2 - \eta\mu) (W^p + \epsilon)^{q/p} = \eta\, s^q\, W^{q-1} .$$
# For $q > 1$ there are two or none, beside an origin that attracts at every $\eta$. Does the larger one attract too?

# %% tags=["parameters"]
steps = 20_000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.aida import figures, measures, simulation, theory

experiment = Experiment("aida", "two_cycle")
LR, EPS, DECAY = 1.0, 1e-8, 0.1


def run(starts, steps, cells):
    setting = {name: cells[name].to_numpy() for name in ("beta1", "beta2", "p", "q")}
    return simulation.paths(starts, steps, curvature=1.0, lr=LR, eps=EPS, weight_decay=DECAY, **setting)


# %% [markdown]
# ## It exists
# One step from the cycle of each formula must give $-W$, and a second one $W$.

# %%
pairs = [(2, 1), (2, 1.2), (2, 1.5), (1.5, 1.5), (2, 2), (4, 2)]
axes = itertools.product([0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9], [0.5, 0.9, 0.99, 0.999], pairs)
cells = pd.DataFrame([(b1, b2, p, q) for b1, b2, (p, q) in axes], columns=["beta1", "beta2", "p", "q"])
cells = cells[np.isfinite(theory.largest_cycle(LR, cells.beta1, EPS, DECAY, cells.p, cells.q))]
s = ((1 - cells.beta1) / (1 + cells.beta1)) ** (1 - cells.q)  # turns s^q into s
formulas = {"formula": (LR, DECAY), "s for s^q": (LR * s, DECAY / s), "decay left out": (LR, 0.0)}
widths, misses = {}, {}
for label, (lr, decay) in formulas.items():
    widths[label] = W = theory.largest_cycle(lr, cells.beta1, EPS, decay, cells.p, cells.q)
    x = run(simulation.on_cycle(W, cells.beta1, cells.p), 2, cells)
    misses[label] = np.maximum(np.abs(x[:, 1] / W + 1), np.abs(x[:, 2] / W - 1))

# %% [markdown]
# ## Where it attracts
# Runs from 0.1 % off; predicted by the spectral radius of one step, reflected.

# %%
width = widths["formula"]
each = zip(width, cells.itertuples(), strict=True)
jacobians = [theory.cycle_jacobian(w, LR, c.beta1, c.beta2, EPS, DECAY, c.p, c.q) for w, c in each]
frozen = [J[np.ix_([0, 2], [0, 2])] for J in jacobians]  # r does not move
radius, without = (np.array([np.abs(np.linalg.eigvals(J)).max() for J in each]) for each in (jacobians, frozen))
nearby = run(simulation.on_cycle(1.001 * width, cells.beta1, cells.p), steps, cells)
returned = measures.away(nearby, width) < 1e-6
frame = cells.assign(pair=[f"({p:g}, {q:g})" for p, q in zip(cells.p, cells.q, strict=True)], radius=radius)
frame = frame.assign(returned=returned.astype(int)).sort_values(["q", "p"], kind="stable")
experiment.figure("cycle_radius", frame, draw=figures.cycle_radius)

# %% [markdown]
# ## Both attract
# At $\beta = (0, 0.5)$, $(p, q) = (2, 1.2)$, from $x_0 = 1, 0.1$ and from $10^{-3}, 10^{-6}$. The same with $q = 1$,
# whose origin repels, and with the momentum 0.9, whose cycle does.

# %%
four = np.array([1.0, 0.1, 1e-3, 1e-6])
arms = {"coexist": (0.0, 0.5, 2.0, 1.2), "q = 1": (0.0, 0.5, 2.0, 1.0), "beta1 = 0.9": (0.9, 0.5, 2.0, 1.2)}
starts, columns = np.tile([0, 0, 1.0], (4, 1)) * four[:, None], list(cells)
runs = {arm: run(starts, steps, pd.DataFrame([values] * 4, columns=columns)) for arm, values in arms.items()}
own = theory.cycle_widths(LR, 0.0, EPS, DECAY, 2.0, 1.2)[-1]
kept = np.arange(61)
lines = [pd.DataFrame({"start": s, "step": kept, "x": np.abs(runs["coexist"][i, kept])}) for i, s in enumerate(four)]
experiment.figure("basins", pd.concat(lines).assign(width=own), draw=figures.basins)

# %% [markdown]
# ## Checks

# %%
claim, decided = experiment.claim("two-cycle-coexists"), np.abs(radius - 1) > 0.003
curved = ((cells.q > 1) & (cells.beta1 > 0)).to_numpy()
print(len(cells), "cycles,", decided.sum(), "decided; with q > 1 attract", (cells.q > 1)[radius < 1].sum())
claim.exact(
    "largest relative miss after one step and after two",
    misses["formula"].max(),
    (None, 1e-9),
    origin="rounding",
    controls={"s for s^q": list(misses["s for s^q"][curved]), "decay left out": list(misses["decay left out"])},
)
claim.exact(
    "fraction of cycles to which the run returns if and only if the spectral radius is below 1",
    ((radius < 1) == returned)[decided].mean(),
    (1, None),
    origin="every one with a radius more than 0.003 from 1",
    controls={"second moment frozen": ((without < 1) == returned)[decided].mean()},
)
ends = {arm: np.abs(np.abs(x[:2, -1]) / own - 1).max() for arm, x in runs.items()}
near = {arm: np.abs(x[2:, -1]).max() for arm, x in runs.items()}
claim.exact(
    "distance from the cycle after starts at 1 and 0.1",
    ends["coexist"],
    (None, 1e-9),
    origin="rounding",
    controls={"beta1 = 0.9": ends["beta1 = 0.9"]},
)
claim.exact(
    "distance from the origin after starts at 1e-3 and 1e-6",
    near["coexist"],
    (None, 1e-9),
    origin="rounding",
    controls={"q = 1": near["q = 1"]},
)

# %% [markdown]
# Local stability at every learning rate is no global one: at small momentum and small $q$ ordinary starts end on a
# cycle of half the learning rate. At the usual $\beta = (0.9, 0.999)$ the cycle repels, as Adam's does. One dimension.

# %%
experiment.finish()
