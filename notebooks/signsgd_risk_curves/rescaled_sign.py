# %% [markdown]
# # Undoing the normalisation: a stability edge at $8/\pi^2$
#
# signSGD with steps $\frac{\tilde\eta}{d}\,\frac\pi2\sqrt{2P(\theta_k)}\,\mathrm{sign}(g)$ has the drift of SGD with
# learning rate $\tilde\eta$. For $K = I$ and Gaussian noise its risk obeys
# $$\dot R = -2\tilde\eta R + \tfrac{\pi^2}{4}\tilde\eta^2 P ,$$
# so it is stable up to $8/\pi^2 = 0.81$, where SGD's edge is 2: the noise of the sign costs a factor $\pi^2/4$. The
# risk in the step is that of the current iterate, not of the curve, so a run can run away.

# %% tags=["parameters"]
d = 400
runs = 800
horizon = 10

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "rescaled_sign")

# %%
v, rates, times = 0.5, [0.3, 0.7, 1.2], np.linspace(0, horizon, 41)
ones, delta, features = np.ones(d), problems.flat_start(d), streaming.diagonal(np.ones(d))
noise, half = simulation.gaussian(v), len(times) // 2


def scaled(rate):
    rng = experiment.rng("scaled", rate=rate)
    return simulation.risk_curves(
        features, delta, noise, np.pi / 2 * rate, "sign", times, runs, rng, residual_scaled=v**2
    )


def equation(rate):
    return theory.signsgd_risk(
        ones, delta, theory.Gaussian(v), lambda t, R: float(theory.rescaled_rate(rate, R, theory.Gaussian(v))), times
    )


curves, odes = {rate: scaled(rate) for rate in rates}, {rate: equation(rate) for rate in rates}
table = pd.concat([figures.curve_table(curves[r], odes[r], times, rate=r) for r in rates])
experiment.figure("stability", table, draw=figures.stability)

# %% [markdown]
# ## Below the edge the level, above it the growth

# %%
claim = experiment.claim("rescaled-sign-stability")
for rate in rates[:2]:
    sgd = theory.sgd_risk(ones, delta, theory.Gaussian(v), rate, times)
    for j in (half, -1):
        mean = statistics.mean(curves[rate][:, j])
        claim.within(
            f"mean risk over its curve at rate {rate:g}, t = {times[j]:g}",
            mean / odes[rate][j],
            (0.95, 1.05),
            origin="5 % of the risk, stated before running",
            controls={"SGD's curve": mean / sgd[j]},
        )


def growth(risks):
    return statistics.mean(np.log10(risks[:, half] / risks[:, 0]))


rng = experiment.rng("SGD at the same rate")
plain = simulation.risk_curves(features, delta, noise, rates[-1], "sgd", times, runs // 4, rng)
claim.within(
    f"log10 of the growth of the risk until t = {times[half]:g} at rate {rates[-1]:g}",
    growth(curves[rates[-1]]),
    (3 * horizon / 20, None),
    origin="a thousandfold by t = 10, so the edge is not 2",
    controls={"SGD at the same rate, below its edge 2": growth(plain)},
)
experiment.finish()

# %% [markdown]
# Below the edge the runs settle on the predicted level, above it they grow at the predicted rate, at learning rates
# where SGD is stable.
