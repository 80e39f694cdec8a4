# %% [markdown]
# # How far constant-rate SGD stays from the minimum
#
# On the quadratic $f(x) = x^2 / 2$ with gradient noise of variance $\sigma^2$, the step
# $x_{t+1} = x_t - \eta (x_t + \sigma \xi_t)$ does not converge: its stationary variance is
#
# $$\operatorname{Var} x_\infty = \frac{\eta \sigma^2}{2 - \eta}, \qquad 0 < \eta < 2.$$
#
# The often quoted $\eta \sigma^2 / 2$ is only its limit for small rates, and serves as the mistake that the check
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
from optclaims.papers.__KEY__ import figures, simulation, theory
from optclaims.statistics import stderr

experiment = Experiment("__KEY__", "stationary_variance")

# %% [markdown]
# The runs start at the minimum; after `steps` steps the start is forgotten up to $(1 - \eta)^{2 \cdot \mathrm{steps}}$.

# %%
rates = np.array(lr)
end = simulation.sgd_on_noisy_quadratic(rates, sigma, runs, steps, experiment.rng("gradient noise"))
squared = end**2
predicted = theory.stationary_variance(rates, sigma)

# %%
frame = pd.DataFrame(
    {"lr": rates, "variance": squared.mean(0), "stderr": stderr(squared), "theory": predicted},
)
experiment.figure("variance", frame, draw=figures.variance)

# %%
experiment.claim("stationary-variance").consistent(
    "mean squared distance, each learning rate",
    squared.mean(0),
    predicted,
    stderr(squared),
    dof=runs - 1,
    bias=predicted * (1 - rates) ** (2 * steps),
    controls={"small-rate formula": {"predicted": theory.small_rate_variance(rates, sigma)}},
)

# %% [markdown]
# The small-rate formula is rejected only if it is off by many standard errors at *every* learning rate. That is what
# fixes the number of runs: at $\eta = 0.3$ the formulas differ by 15 %, so the variance must be known to about 2 %.

# %%
experiment.finish()
