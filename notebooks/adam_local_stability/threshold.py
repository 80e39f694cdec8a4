# %% [markdown]
# # The condition for local convergence is sharp
#
# Full-batch Adam, $\epsilon$ inside the root. The minimum with largest curvature $\mu$ attracts if
# $$\frac{\alpha\,\mu\,(1-\beta_1)}{\sqrt\epsilon} < 2 + 2\beta_1 .$$
# Above, a small $w$ grows at the rate of the larger root, and the orbit that follows never settles.

# %% tags=["parameters"]
steps = 200_000
points = 24

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adam_local_stability import figures, measures, simulation, theory

experiment = Experiment("adam_local_stability", "threshold")
EPS, BETA2 = 1e-4, 0.999

# %% [markdown]
# ## Runs on both sides
# Starts are small against $\sqrt\epsilon/\mu$: a large one makes $v$ freeze the step for thousands of steps, which
# looks like convergence. An unstable orbit collapses and bursts again, so it is judged by its maximum over half of
# the run; and with bias correction the first steps are shorter, so that 1 % above the condition it shrinks to
# $10^{-500}$ before it grows. Below, a run ends once $|w| < 10^{-150}$.

# %%
axes = itertools.product([0.9, 0.97, 0.99, 1.01, 1.03, 1.1], [0, 0.5, 0.9], [0.3, 7.0], [1e-3, 1e-5], [False, True])
cells = pd.DataFrame(list(axes), columns=["part", "beta1", "curvature", "start", "bias_correction"])


def runs(cells, lr):
    starts = np.stack([0 * cells.start, 0 * cells.start, cells.start], axis=1)
    setting = {name: cells[name].to_numpy() for name in ("curvature", "beta1", "bias_correction")}
    floor = np.where(cells.part < 1, 1e-150, 0.0)
    return simulation.extremes(starts, [steps // 2, steps], lr=lr, beta2=BETA2, eps=EPS, floor=floor, **setting)


cells["lr"] = cells.part * theory.critical_lr(cells.beta1, EPS, cells.curvature)
cells["largest"] = runs(cells, cells.lr.to_numpy()).largest[:, 0]
cells["width"] = theory.two_cycle(cells.lr, cells.beta1, EPS, cells.curvature)
above, below = cells[cells.part > 1], cells[cells.part < 1]

# %% [markdown]
# A map of where Adam converges, from $w_0 = 10^{-3}\sqrt\epsilon/\mu$ with bias correction.

# %%
beta1, scaled = np.linspace(0, 0.95, points), np.geomspace(1, 100, points)
grid = pd.DataFrame(list(itertools.product(beta1, scaled)), columns=["beta1", "scaled_lr"])
grid = grid.assign(curvature=1.0, start=1e-5, bias_correction=True, part=1.0)
found = runs(grid, (grid.scaled_lr * EPS**0.5).to_numpy())
grid["log10_largest"] = np.log10(np.maximum(found.largest[:, 0], 1e-150))
grid["critical"] = theory.critical_lr(grid.beta1, 1.0, 1.0)
grid["converged"] = (grid.log10_largest < -100).astype(int)
kept = ["beta1", "scaled_lr", "log10_largest", "converged", "critical"]
experiment.figure("region", grid[kept], draw=figures.region)

# %% [markdown]
# ## Checks
# The nearest mistakes move the threshold: a $\beta_1$ that is off by 0.01, the condition $2/\mu$ of gradient descent,
# and a forgotten $1-\beta_1$ (at $\beta_1 = 0$ it cannot be told apart). The growth of a tiny $w$ between $10^{-9}$ and
# $10^{-6}$ is compared with the larger root.


# %%
def agreement(critical, of=cells):
    return float(((of.lr < critical) == (of.largest < 1e-100)).mean())


def growth(part, beta1):
    lr = part * float(theory.critical_lr(beta1, EPS, 1.0))
    w = simulation.path((0, 0, 1e-12), 4000, curvature=1.0, lr=lr, beta1=beta1, beta2=BETA2, eps=EPS)
    return measures.growth_rate(w, 1e-9, 1e-6), lr


moving = cells[cells.beta1 > 0]
gradient_descent = 1.1 * 2 * EPS**0.5 / above.curvature
slipped = runs(above, gradient_descent.to_numpy()).largest[:, 0] / above.width
rates = pd.DataFrame([(p, b, *growth(p, b)) for p in (1.01, 1.03, 1.1) for b in (0, 0.5, 0.9)])
rates.columns = ["part", "beta1", "measured", "lr"]
errors = [(rates.measured - theory.root_modulus(rates.lr, rates.beta1 + off, EPS, 1.0)).abs() for off in (0, 0.01)]
near = np.where(cells.beta1 > 0, cells.beta1 - 0.01, 0.01)
claim = experiment.claim("stability-threshold")
claim.exact(
    "fraction of runs on the side that the condition predicts",
    agreement(theory.critical_lr(cells.beta1, EPS, cells.curvature)),
    (1, None),
    origin="every one",
    controls={
        "beta1 off by 0.01": agreement(theory.critical_lr(near, EPS, cells.curvature)),
        "2/mu, no momentum": agreement(2 * EPS**0.5 / moving.curvature, moving),
        "1 - beta1 forgotten": agreement(2 * (1 + moving.beta1) * EPS**0.5 / moving.curvature, moving),
    },
)
claim.exact(
    "smallest maximum above the threshold, over the half width of the two-cycle born there",
    (above.largest / above.width).min(),
    (0.5, None),
    origin="half of the two-cycle's width",
    controls={"10 % above the threshold of gradient descent": list(slipped[above.beta1 > 0])},
)
claim.exact(
    "largest error of the rate at which a small iterate grows",
    errors[0].max(),
    (None, 1e-4),
    origin="what is left of the second root once the iterate has grown a thousandfold",
    controls={"rate at beta1 + 0.01": list(errors[1])},
)

# %% [markdown]
# The condition is sharp to a per cent on either side, and no condition on $\beta_2$ or on $\beta_1 < \sqrt{\beta_2}$
# is needed for it. It is local, and strict in what it says of $\epsilon$: at the default $\alpha = 10^{-3}$ and
# $\epsilon = 10^{-16}$ inside the root it asks for curvatures below $4 \cdot 10^{-4}$.

# %%
experiment.finish()
