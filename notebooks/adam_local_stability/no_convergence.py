# %% [markdown]
# # Default Adam on a quadratic
#
# With $\beta = (0.9, 0.999)$, $\epsilon = 10^{-16}$ inside the root and bias correction, Adam is far above the
# condition for local convergence on any quadratic of ordinary curvature, and its two-cycle of half width
# $W = \alpha/38$ repels. So a run on $\mu w^2/2$ cannot settle: $w$ collapses and bursts for ever.

# %% tags=["parameters"]
steps = 100_000
windows = [1000, 10_000, 50_000]

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adam_local_stability import figures, simulation, theory

experiment = Experiment("adam_local_stability", "no_convergence")
BETA1, BETA2, EPS = 0.9, 0.999, 1e-16

# %% [markdown]
# ## Runs
# The largest $|w|$ over the last steps of each run, over windows of several lengths: a window must be longer than the
# quiet times between bursts. The same runs with $\sqrt\epsilon$ 1 % above the value at which the condition holds.

# %%
axes = itertools.product([1e-3, 1e-2, 0.1], [0.1, 1.0, 10.0], [1.0, 0.3, 0.01])
cells = pd.DataFrame(list(axes), columns=["lr", "curvature", "start"])
starts = np.stack([0 * cells.start, 0 * cells.start, cells.start], axis=1)
width = theory.two_cycle(cells.lr, BETA1, 1e-300, cells.curvature)
enough = (1.01 * cells.lr / theory.critical_lr(BETA1, 1.0, cells.curvature)) ** 2
setting = {"curvature": cells.curvature, "lr": cells.lr, "beta1": BETA1, "beta2": BETA2, "bias_correction": True}
bounds = [steps - window for window in sorted(windows, reverse=True)] + [steps]


def largest(eps, floor):
    found = simulation.extremes(starts, bounds, eps=eps, floor=floor, **setting).largest
    return np.maximum.accumulate(found[:, ::-1], axis=1)  # the last 1000 steps, the last 10 000, ...


rows = []
for kind, eps, floor in (("default", EPS, 0.0), ("large eps", enough, 1e-150)):
    found = largest(eps, floor)
    for i, window in enumerate(sorted(windows)):
        rows.append(cells.assign(kind=kind, window=window, ratio=found[:, i] / cells.lr, width=width))
frame = pd.concat(rows, ignore_index=True)
experiment.figure("bursts", frame.drop(columns="width"), draw=figures.bursts)

# %% [markdown]
# ## Check

# %%
over = frame.ratio * frame.lr / frame.width
experiment.claim("default-adam-no-convergence").exact(
    "smallest ratio of the largest iterate to the half width of the two-cycle",
    over[frame.kind == "default"].min(),
    (1, None),
    origin="the repelling two-cycle: an orbit that stays inside it would be converging",
    controls={"eps just above the condition": list(over[frame.kind == "large eps"])},
)
print(over[frame.kind == "default"].describe())

# %% [markdown]
# The bursts reach about a quarter of the learning rate, whatever the curvature and the start: for $\epsilon \to 0$ the
# map is homogeneous in $(w, \alpha)$ and does not know the scale of the loss. A per cent of $\sqrt\epsilon$ above the
# condition the same runs converge. A decaying learning rate, which these runs do not have, shrinks the bursts with it.

# %%
experiment.finish()
