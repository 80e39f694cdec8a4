# %% [markdown]
# # AdamW's threshold, and none
#
# Aida with $(p, q) = (2, 1)$ is AdamW, $\epsilon$ inside the root. On $h x^2/2$ its minimum attracts for
# $$\frac{\eta h (1-\beta_1)}{\sqrt\epsilon} < (1+\beta_1)(2 - \eta\mu) .$$
# With $q > 1$ the minimum attracts at every learning rate with $0 < \eta\mu < 2$.

# %% tags=["parameters"]
steps = 60_000
points = 20

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.aida import figures, measures, simulation, theory
from optclaims.science.optimizers import AdamW, Aida

experiment = Experiment("aida", "large_rates")

# %% [markdown]
# ## (2, 1) is AdamW

# %%
gradients = experiment.rng("gradients").standard_normal((200, 5))
numbers = {"lr": 0.1, "eps": 1e-3, "weight_decay": 0.1}
corrections = (True, False)
adamw = [simulation.follow(AdamW(**numbers, eps_inside_root=True, bias_correction=c), gradients) for c in corrections]


def apart(**changed):
    aida = [simulation.follow(Aida(**numbers, **changed, bias_correction=c), gradients) for c in corrections]
    return [np.abs(one - other).max() for one, other in zip(aida, adamw, strict=True)]


# %% [markdown]
# ## Both sides of the threshold
# From $x = 10^{-6}$; the run at 2.68 times the threshold has $\eta = 1$. A run ends below 1e-150.

# %%
EPS, DECAY = 1e-4, 0.1
critical = theory.critical_lr(0.9, EPS, 1.0, DECAY)
factors = np.array([0.9, 0.97, 0.99, 1.01, 1.03, 1.1, 2.68])


def paths(lr, decay, q, steps, beta2=0.999):
    setting = {"curvature": 1.0, "beta1": 0.9, "beta2": beta2, "eps": EPS, "weight_decay": decay, "p": 2.0, "q": q}
    return np.abs(simulation.paths(np.tile([0, 0, 1e-6], (lr.size, 1)), steps, lr=lr, floor=1e-150, **setting))


largest = {q: paths(factors * critical, DECAY, q, steps)[:, steps // 2 :].max(axis=1) for q in (1.0, 2.0)}
widths = np.array([theory.cycle_widths(f * critical, 0.9, EPS, DECAY, 2.0, 1.0)[0] for f in factors if f > 1])

# %% [markdown]
# Over learning rate and decay, with the shorter memory $\beta_2 = 0.9$, without which bursts outlast the runs.

# %%
axes = itertools.product((1.0, 2.0), np.geomspace(0.01, 2, points), np.linspace(0.02, 0.36, points))
grid = pd.DataFrame(list(axes), columns=["q", "lr", "shrink"])
grid["critical"] = theory.critical_lr(0.9, EPS, 1.0, 0.0) * (1 - grid.shrink / 2)  # at this decay a step
x = paths(grid.lr.to_numpy(), (grid.shrink / grid.lr).to_numpy(), grid.q.to_numpy(), 3000, beta2=0.9)
grid["rate"] = measures.late_rate(x, 0.5)
experiment.figure("rates", grid, draw=figures.rates)

# %% [markdown]
# ## Checks

# %%
experiment.claim("aida-reduces-to-adamw").exact(
    "largest difference over 200 steps",
    max(apart()),
    (None, 1e-12),
    origin="rounding",
    controls={
        "(2, 1.01)": apart(q=1.01),
        "decay after the step": apart(decay="after"),
        "eps outside the root": apart(eps_inside_root=False),
        "decay not scaled by the learning rate": apart(decay="unscaled"),
    },
)
converged = largest[1.0] < 1e-70
without = theory.critical_lr(0.9, EPS, 1.0, 0.0)
claim = experiment.claim("large-lr-stable")
claim.exact(
    "fraction of AdamW's runs on the side that the condition predicts",
    ((factors < 1) == converged).mean(),
    (1, None),
    origin="every one",
    controls={
        "condition without the decay": ((factors * critical < without) == converged).mean(),
        "the runs of (2, 2)": ((factors < 1) == (largest[2.0] < 1e-70)).mean(),
    },
)
claim.exact(
    "smallest late maximum of AdamW above it, over the two-cycle",
    (largest[1.0][factors > 1] / widths).min(),
    (0.5, None),
    origin="half of the width of the two-cycle that is born there",
    controls={"(2, 2) at the same rates": list(np.maximum(largest[2.0][factors > 1], 1e-150) / widths)},
)
claim.exact(
    "largest late iterate of (2, 2) at all seven learning rates",
    max(largest[2.0].max(), 1e-150),
    (None, 1e-100),
    origin="1 - 0.1 eta to the power of half the steps is far below",
    controls={"AdamW above its condition": list(largest[1.0][factors > 1])},
)

# %% [markdown]
# The abstract's statement holds: with $q > 1$ and a weight decay the minimum is stable at learning rates where AdamW's
# is not. It is the stability of a point whose neighbourhood is tiny for small $\epsilon$, and a slow one, $1-\eta\mu$;
# what happens farther out is the next notebook.

# %%
experiment.finish()
