# %% [markdown]
# # How far constant-rate SGD stays from the minimum
#
# On the quadratic $f(x) = x^2 / 2$ with gradient noise of variance $\sigma^2$, the step
# $x_{t+1} = x_t - \eta (x_t + \sigma \xi_t)$ does not converge: its stationary variance is
#
# $$\operatorname{Var} x_\infty = \frac{\eta \sigma^2}{2 - \eta}, \qquad 0 < \eta < 2.$$
#
# The often quoted $\eta \sigma^2 / 2$ is only its limit for small rates, and serves as the mistake that the checks
# must reject.

# %% tags=["parameters"]
lr = [0.3, 0.6, 1.0, 1.5]
sigma = 1.0
runs = 20_000
steps = 200

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.__KEY__ import figures, measures, problems, simulation, theory
from optclaims.statistics import stderr

experiment = Experiment("__KEY__", "stationary_variance")
problem = problems.NoisyQuadratic(sigma)

# %% [markdown]
# The runs start at the minimum; after `steps` steps the start is forgotten up to $(1 - \eta)^{2 \cdot \mathrm{steps}}$.
# Every learning rate is a point of a sweep: with `--config split=true` each is a job of its own, with the same bytes.


# %%
def point(lr):
    rng = experiment.rng("gradient noise", lr=lr)
    return pd.DataFrame({"x": simulation.sgd(problem.gradient, lr, runs, steps, rng)})


ends = {rate: part.x.to_numpy() for rate, part in experiment.sweep(point, lr=lr).groupby("lr")}
rates, squared = np.array(list(ends)), np.array([x**2 for x in ends.values()])
predicted = theory.stationary_variance(rates, sigma)
frame = pd.DataFrame({"lr": rates, "variance": squared.mean(1), "stderr": stderr(squared, axis=1), "theory": predicted})
experiment.figure("variance", frame, draw=figures.variance)

# %% [markdown]
# Two checks. All learning rates together, in standard errors: a mistake is rejected where the check with the mistake in
# it is. And the largest rate by itself, in per cent, where the small-rate formula is furthest off.

# %%
claim, wrong = experiment.claim("stationary-variance"), theory.small_rate_variance(rates, sigma)
claim.consistent(
    "mean squared distance, each learning rate",
    squared.mean(1),
    predicted,
    stderr(squared, axis=1),
    dof=runs - 1,
    controls={"small-rate formula": {"predicted": wrong}},
)
largest = ends[max(lr)]
claim.within(
    "mean squared distance over the formula, largest learning rate",
    measures.mean_square_over(largest, predicted[-1]),
    (0.9, 1.1),
    origin="10 %; the next learning rate of the grid changes it threefold",
    controls={"small-rate formula": measures.mean_square_over(largest, wrong[-1])},
)
experiment.finish()

# %% [markdown]
# The formula holds at every rate within the sampling error. The number of runs is fixed by the smallest rate: at
# $\eta = 0.3$ the two formulas differ by 15 %, so the variance must be known to about 2 %.
