# %% [markdown]
# # Without noise the error falls on a line
#
# Without label noise and for $K = I$, $m = \sqrt{2R}$ obeys
# $$\dot m = -\frac{2\eta}{\pi} + \frac{\eta^2}{2m} .$$
# A step of fixed length covers a fixed distance, so $m$ falls almost linearly, down to the floor $\pi\eta/4$ where the
# steps overshoot; SGD would converge exponentially to zero. The slope $-2\eta/\pi$ is only the limit for $m \gg \eta$.

# %% tags=["parameters"]
d = 300
runs = 40

# %%
import numpy as np

from optclaims import statistics
from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "noiseless")

# %%
eta, times = 0.1, np.linspace(0, 40, 161)
features, noise, rng = streaming.diagonal(np.ones(d)), simulation.gaussian(0.0), experiment.rng("runs")
m = np.sqrt(2 * simulation.risk_curves(features, problems.flat_start(d), noise, eta, "sign", times, runs, rng))
predicted = theory.noiseless_decay(eta, 1.0, times)
experiment.figure("noiseless", figures.curve_table(m, predicted, times), draw=figures.noiseless)

# %% [markdown]
# ## Slope, shape and floor

# %%
claim, early, late = experiment.claim("noiseless-linear-decay"), times < 10, times >= 30
fitted = statistics.mean(np.polyfit(times[early], m[:, early].T, 1)[0])
claim.within(
    "fitted slope of m over t < 10, over that of the solved equation",
    fitted / np.polyfit(times[early], predicted[early], 1)[0],
    (0.97, 1.03),
    origin="3 % of the slope, stated before running",
    controls={"slope -2 eta / pi": fitted / (-2 * eta / np.pi), "slope -eta": fitted / -eta},
)


def bend(m):  # exponential decay would give m(5) / m(0)
    return (m[..., 40] - m[..., 20]) / (m[..., 20] - m[..., 0])


claim.within(
    "fall over 5 < t < 10 by fall over t < 5, over the equation's",
    statistics.mean(bend(m)) / bend(predicted),
    (0.9, 1.1),
    origin="linear within a tenth",
    controls={"exponential decay": statistics.mean(m[:, 20]) / bend(predicted)},
)
floor = statistics.mean(m[:, late].mean(axis=1))
claim.within(
    "floor of m over pi eta / 4",
    floor / (np.pi * eta / 4),
    (0.97, 1.03),
    origin="3 % of the floor, stated before running",
    controls={"floor eta": floor / eta, "floor eta / 2, without 2/pi": floor / (eta / 2)},
)
experiment.finish()

# %% [markdown]
# The error falls on the predicted line and stops at the predicted floor: with a constant learning rate signSGD never
# converges, noise or not.
