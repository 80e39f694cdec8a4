# %% [markdown]
# # Where Adan converges, and the two-cycle beyond
#
# Adan's direction $m + \beta_2 d$ answers a gradient that flips its sign at every step with the gain
# $$S = \frac{1-\beta_1}{1+\beta_1} + \frac{2\beta_2(1-\beta_2)}{1+\beta_2},$$
# 0.0868 at the defaults. Near the minimum of $h x^2/2$ the denominator is $\epsilon$: Adan converges for
# $\mathrm{lr}\,hS/\epsilon < 2$ and beyond has the cycle $x = \pm(\mathrm{lr}\,hS/2-\epsilon)/((1+2\beta_2)h) = \pm X$.

# %% tags=["parameters"]
steps = 40_000
steps_cycle = 60_000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adan import figures, measures, simulation, theory
from optclaims.science.optimizers import Adam, Adan

experiment = Experiment("adan", "stability")
EPS, unweighted = 1e-2, "no beta2 in front of the averaged difference in S"

# %% [markdown]
# ## Both sides of the threshold
# Starts with $h x_0 = 10^{-6}$, small against $\epsilon$; the extremes of $|x|$ over the second half of each run.

# %%
axes = itertools.product([0.98, 0.9], [0.5, 8.0], [0.9, 0.97, 0.99, 1.01, 1.03, 1.1])
cells = pd.DataFrame(list(axes), columns=["beta1", "curvature", "part"])
limits = {"own": (0.92,), unweighted: (0.92, 1.0), "threshold of Adam, no difference in S": (0.0,)}
limits = {name: theory.threshold(cells.beta1, *of) for name, of in limits.items()}
lr = cells.part * limits["own"] * EPS / cells.curvature
start = 1e-6 / cells.curvature
found = simulation.window(start, cells.curvature, lr, cells.beta1, 0.92, 0.99, EPS, steps=steps, last=steps // 2)
cells["log10_largest"] = np.log10(np.maximum(found.largest, 1e-120))
experiment.figure("threshold", cells, draw=figures.threshold)
converged, above = found.largest < 1e-100, cells.part > 1
width = theory.two_cycle(lr, cells.beta1, 0.92, EPS, cells.curvature)
agreement = {name: (converged == (cells.part * limits["own"] < limit)).mean() for name, limit in limits.items()}

# %% [markdown]
# ## The cycle from far away
# Three sets of betas, three problems, starts of 0.1 to 30 learning rates. The same problems with Adam $(0.9, 0.999)$,
# but for the last one, whose $\epsilon$ is large enough for Adam to converge (25 of 38) and too small for Adan (of 23).

# %%
betas = [(0.98, 0.92, 0.9), (0.98, 0.92, 0.99), (0.98, 0.5, 0.99)]
quadratics = [(1.0, 1e-3, 1e-8), (30.0, 1e-2, 1e-8), (1.0, 0.25, 1e-2)]
columns = ["beta1", "beta2", "beta3", "curvature", "lr", "eps", "start"]
axes = itertools.product(betas, quadratics, [0.1, 1.0, 30.0])
ends = pd.DataFrame([(*b, *p, x) for b, p, x in axes], columns=columns)


def last_steps(ends):
    numbers = (ends[name] for name in ("curvature", "lr", "beta1", "beta2", "beta3", "eps"))
    return simulation.window(ends.start * ends.lr, *numbers, steps=steps_cycle, last=1000)


kept = last_steps(ends)
unstable = ends[(ends.beta2 == 0.92) & (ends.beta3 == 0.99) & (ends.eps < 1e-3)]
of_adam, of_adan = last_steps(unstable.assign(beta1=0.9, beta2=0.0, beta3=0.999)), last_steps(unstable)


cycle = [theory.two_cycle(ends.lr, ends.beta1, ends.beta2, ends.eps, ends.curvature, w) for w in (None, 1.0)]
lines = [figures.sizes(rule, simulation.path(rule, 1.0, 1e-3, 6000)) for rule in (Adan(1e-3), Adam(1e-3))]
predicted = float(theory.two_cycle(1e-3, 0.98, 0.92, 1e-8, 1.0)) / 1e-3
experiment.figure("two_cycle", pd.concat(lines).assign(predicted=predicted), draw=figures.two_cycle)

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("adan-threshold")
claim.exact(
    "fraction of 24 runs that converge below 1e-100 if and only if lr h S/eps < 2",
    agreement["own"],
    (1, None),
    origin="every one",
    controls={name: agreement[name] for name in list(limits)[1:]},
)
claim.exact(
    "largest relative distance of |x| from X over the second half, above the threshold",
    measures.miss(found.largest[above], found.smallest[above], width[above]).max(),
    (None, 1e-10),
    origin="rounding",
    controls={
        "1 + 2 beta2 dropped": list(np.abs(found.largest / width / (1 + 2 * 0.92) - 1)[above]),
        "1 + beta2 for 1 + 2 beta2": list(np.abs(found.largest / width / (2.84 / 1.92) - 1)[above]),
    },
)
claim = experiment.claim("adan-two-cycle")
claim.exact(
    "largest relative distance of |x| from X over the last 1000 steps, 27 runs",
    measures.miss(*kept[:2], cycle[0]).max(),
    (None, 1e-10),
    origin="rounding",
    controls={
        "1 + 2 beta2 dropped": list(measures.miss(*kept[:2], cycle[0] * (1 + 2 * ends.beta2))),
        unweighted: list(measures.miss(*kept[:2], cycle[1])),
    },
)
claim.exact(
    "smallest change of x in two steps over |x|, largest of the last 1000 steps, six runs of Adam",
    (of_adam.change / of_adam.largest).min(),
    (1e-10, None),
    origin="rounding, with which Adan is on its cycle",
    controls={"Adan on the same problems": list(of_adan.change / of_adan.largest)},
)

# %% [markdown]
# The threshold is sharp to a per cent, and it lies below Adam's: 23.0 for 38 in units of $\epsilon/h$ (without the
# difference it would be 198). Beyond it Adan does not burst as Adam does but settles on the cycle $X = 0.0153$ lr.
# That holds for the betas tried. With $\beta_3 = 0.999$ runs are still on their way after 60 000 steps, and at
# $(0.9, 0.92)$ far from the threshold they burst too.

# %%
experiment.finish()
