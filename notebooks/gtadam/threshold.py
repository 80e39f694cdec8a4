# %% [markdown]
# # The threshold of linear convergence
#
# Near the minimiser GTAdam is linear, $d = m/\epsilon$, with a spectral radius $\rho$ that depends on $a =
# \alpha/\epsilon$. It is below 1 up to $a_\star$: on the side of small steps runs that start close by decay, on the
# other they grow until $\sqrt v$ is felt.

# %% tags=["parameters"]
seeds = 5  # each a new graph and new quadratics in the plane
steps = 3000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gtadam import figures, measures, simulation, theory
from optclaims.papers.gtadam.problems import Problem, quadratics
from optclaims.science.optimizers import SaturatedAdam

experiment = Experiment("gtadam", "threshold")
CAP = 100.0  # a run that grew this much has left the linear neighbourhood


def grown(problem, lr, start):
    path = simulation.run(problem, SaturatedAdam(lr=lr, eps=1.0), steps, start, every=10)
    return measures.growth(measures.tracking_errors(problem, path.times, path.points), CAP)


# %% [markdown]
# ## Runs on both sides
# From a distance of $10^{-6}$, targets at 0, $\beta_2 = 0.999$, steps of $\alpha = f a_\star \epsilon$. A threshold
# that is wrong shows at $f = 0.99$ (too high) or at $f = 1.01$ (too low).

# %%
factors, rows = [0.9, 0.97, 0.99, 1.01, 1.03, 1.1], []
for seed in range(seeds):
    drawn = quadratics(experiment.rng("problem", seed=seed))
    problem = Problem(drawn.weights, drawn.hessians, 0 * drawn.targets)
    start = experiment.rng("start", seed=seed).standard_normal(problem.targets.shape)
    start *= 1e-6 / np.sqrt((start**2).sum(1).mean())
    units = {
        "network": theory.threshold(problem, 0.9),
        "beta1 = 0.85": theory.threshold(problem, 0.85),
        "one centre": theory.threshold(theory.centralised(problem), 0.9),
    }
    cells = itertools.product(units.items(), factors)
    rows += [(unit, seed, f, a, grown(problem, f * a, start)) for (unit, a), f in cells]
table = pd.DataFrame(rows, columns=["unit", "seed", "factor", "threshold", "ratio"])
experiment.figure("threshold", table, draw=figures.threshold)
below = table[table.factor < 1].groupby("unit").ratio.max()
above = table[table.factor > 1].groupby("unit").ratio.min()

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("linear-threshold")
for quantity, found, accept, mistake in (
    ("largest ratio of last to first error, f = 0.9 to 0.99", below, (None, 1e-2), "one centre"),
    ("smallest ratio of last to first error, f = 1.01 to 1.1", above, (10, None), "beta1 = 0.85"),
):
    label = f"threshold of {mistake}"
    claim.exact(quantity, found["network"], accept, origin="the sign of log rho", controls={label: found[mistake]})

# %% [markdown]
# The network lowers the threshold: a centre that knows the mean gradient could take steps several times larger. Beyond
# $a_\star$ the growth stops where $\sqrt v$ is no longer small beside eps, and runs wander there: the last error over
# the first, cut off at a hundred, says which side a run is on and not how fast it grows.

# %%
experiment.finish()
