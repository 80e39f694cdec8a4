# %% [markdown]
# # The largest stable step of SGD grows linearly, then not at all
#
# For Gaussian linear regression stability in mean square is known exactly: with $x_i = \eta\lambda_i$, SGD with batch
# B is stable iff $x_i(1 + 1/B) < 2$ and $\sum_i \frac{x_i}{B(2 - x_i(1+1/B))} < 1$. Small batches are limited by the
# trace, $\eta \to 2B/\mathrm{tr}$, large ones by the top eigenvalue, $\eta \to 2/\lambda_1$.

# %% tags=["parameters"]
runs = 4000

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.granziol_batch_hessian import figures, problems, simulation, theory

experiment = Experiment("granziol_batch_hessian", "sgd_steps")

# %% [markdown]
# ## The exact step
# Spectrum 4, 2, 1 and 1997 times 0.4. The rule of thumb $2/(\lambda_1 + \mathrm{tr}/B)$ goes with it.

# %%
spectrum = problems.bulk_spectrum([4.0, 2.0, 1.0], 0.4, 2000)
steps = pd.DataFrame({"batch": 2.0 ** np.arange(13)})
steps["exact"] = [theory.largest_stable_step(spectrum, batch) for batch in steps.batch]
steps["rule"] = 2 / (4 + spectrum.sum() / steps.batch)
steps["linear"] = 2 * steps.batch / spectrum.sum()
steps["flat"] = 2 / 4
experiment.figure("stable_steps", steps, draw=figures.stable_steps)

# %% [markdown]
# ## The recursion behind it
# Five steps at the largest stable rate from the same start, 50 dimensions, batch 2: mean loss of runs with exact
# gradient noise over the recursion of the second moments. (Growth rates of sampled losses are ruled by rare runs.)

# %%
small = problems.bulk_spectrum([4.0, 2.0, 1.0], 0.4, 50)
lr, start = theory.largest_stable_step(small, 2), np.ones(50)
losses = simulation.sgd_losses(experiment.rng("sgd"), small, lr, 2, start, 5, runs)
recursion, without = (theory.mean_loss(small, lr, 2, start, 5, fourth=fourth) for fourth in (True, False))
curve = pd.DataFrame({"step": range(6), "mean": losses.mean(axis=0), "stderr": losses.std(axis=0, ddof=1) / runs**0.5})
experiment.figure("recursion", curve.assign(exact=recursion, without=without), draw=figures.recursion)

# %% [markdown]
# ## Checks


# %%
def slope(column):
    part = steps[steps.batch <= 16]
    return float(np.polyfit(np.log(part.batch), np.log(part[column]), 1)[0])


claim = experiment.claim("sgd-linear-scaling")
claim.exact(
    "exponent of the largest stable step in the batch size, B = 1 to 16",
    slope("exact"),
    (0.98, 1.0),
    origin="linear, less the next order B lambda_1 / tr = 0.08 at B = 16",
    controls={"2 / (lambda_1 + tr/B)": slope("rule")},
)
claim.exact(
    "largest stable step at B = 4096 over 2 / lambda_1",
    steps.exact.iloc[-1] / steps.flat.iloc[-1],
    (0.99, 1.0),
    origin="flat, up to 1/B",
    controls={"2 / (lambda_1 + tr/B)": steps.rule.iloc[-1] / steps.flat.iloc[-1]},
)
claim.within(
    "mean loss after five steps at the largest stable step over the exact recursion",
    statistics.mean(losses[:, 5] / recursion[5]),
    (0.97, 1.03),
    origin="1, within a third of the recursion's own 1/B term",
    controls={"recursion without its 1/B term": statistics.mean(losses[:, 5] / without[5])},
)

# %% [markdown]
# Linear scaling holds as long as $B \ll \mathrm{tr}/\lambda_1$ (200 here), and no longer. The rule of thumb has both
# limits right and is 1.5 times too careful in between. Mean-square stability is stricter than what a single run
# needs, and a network is no linear regression.

# %%
experiment.finish()
