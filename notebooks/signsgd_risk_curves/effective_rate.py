# %% [markdown]
# # The effective learning rate of signSGD
#
# For isotropic Gaussian data and Gaussian noise the drift of signSGD is that of SGD with the learning rate
# $\tilde\eta_t = \frac2\pi\,\eta / \sqrt{2 P_t}$, $2P = 2R + v^2$: a step of fixed length is too long near the optimum and too short far from it.
# Three consequences: SGD with that schedule copies signSGD while the drift dominates; signSGD with steps multiplied by
# $\frac\pi2\sqrt{2P}$ has a stability edge, $8/\pi^2$ instead of SGD's 2; without noise $m = \sqrt{2R}$ falls almost linearly,
# $\dot m = -2\eta/\pi + \eta^2 / (2m)$, down to the floor $\pi\eta/4$.

# %% tags=["parameters"]
d = 400
runs = 800
horizon = 10
d_noiseless = 300
runs_noiseless = 40

# %%
import numpy as np
import pandas as pd

from optclaims import statistics, streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "effective_rate")
ones, isotropic = np.ones(d), streaming.diagonal(np.ones(d))

# %% [markdown]
# ## SGD that copies signSGD
# $R_0 = 2$, $v = 0.3$, $\eta = 0.1$, eight units of time. The schedule is evaluated on the risk curve of signSGD.

# %%
eta, v, times, delta = 0.1, 0.3, np.linspace(0, 8, 41), problems.flat_start(d, 2.0)
noise, path = simulation.gaussian(v), theory.signsgd_risk(ones, delta, theory.Gaussian(v), eta, np.linspace(0, 8, 401))
matched = lambda t: theory.effective_rate(eta, np.interp(t, np.linspace(0, 8, 401), path), v**2)  # noqa: E731
schedules = {"signSGD": ("sign", eta), "matched SGD": ("sgd", matched), "SGD, constant rate": ("sgd", eta),
             "matched without 2/pi": ("sgd", lambda t: np.pi / 2 * matched(t))}  # fmt: skip
copies = {name: simulation.risk_curves(isotropic, delta, noise, rate, method, times, runs // 4, experiment.rng("copies", series=name))
          for name, (method, rate) in schedules.items()}  # fmt: skip
odes = {"signSGD": np.interp(times, np.linspace(0, 8, 401), path),
        "matched SGD": theory.sgd_risk(ones, delta, v**2, lambda t, R: float(matched(t)), times)}  # fmt: skip
table = [figures.curve_table(copies[n], odes.get(n, copies[n].mean(axis=0)), times, series=n) for n in schedules]
experiment.figure("copies", pd.concat(table), draw=figures.copies)

claim, rng = experiment.claim("effective-learning-rate"), experiment.rng("bootstrap")
for name, other in (("signSGD", "matched SGD"), ("matched SGD", "SGD, constant rate")):
    claim.within(f"rms over time of mean risk / its own curve - 1, {name}", measures.rms_gap(copies[name], odes[name], rng),
                 (None, 0.02), origin="2 % of the risk, stated before running",
                 controls={n: measures.rms_gap(copies[n], odes[name], rng) for n in list(schedules)[2:]})  # fmt: skip
ratio = lambda a, b: np.mean(a.mean(axis=0) / b.mean(axis=0))  # noqa: E731
ratios = {
    n: statistics.bootstrap(ratio, copies["signSGD"], copies[n], rng=rng, resamples=500, paired=False)
    for n in list(copies)[1:]
}
claim.within("risk of signSGD over risk of matched SGD, mean over t <= 8", ratios.pop("matched SGD"), (0.99, 1.02),
             origin="the two curves differ by at most 1.8 % in this phase, through the noise", controls=ratios)  # fmt: skip

# %% [markdown]
# ## Undoing the normalisation
# Steps $\frac{\eta}{d}\,\frac\pi2\sqrt{2P(\theta_k)}\,\mathrm{sign}(g)$ with the risk of the current iterate; $v = 1/2$.

# %%
v, rates, delta, times = 0.5, [0.3, 0.7, 1.2], problems.flat_start(d), np.linspace(0, horizon, 41)
scaled = lambda rate: simulation.risk_curves(  # noqa: E731
    isotropic, delta, simulation.gaussian(v), np.pi / 2 * rate, "sign", times, runs, experiment.rng("scaled", rate=rate), residual_scaled=v**2
)  # fmt: skip
scaled = {rate: scaled(rate) for rate in rates}
ode = {
    r: theory.signsgd_risk(
        ones, delta, theory.Gaussian(v), lambda t, R, r=r: float(theory.rescaled_rate(r, R, v**2)), times
    )
    for r in rates
}
table = pd.concat([figures.curve_table(scaled[r], ode[r], times, rate=r) for r in rates])
experiment.figure("stability", table, draw=figures.stability)
claim, half, growth = (
    experiment.claim("rescaled-sign-stability"),
    len(times) // 2,
    lambda x: np.log10(x[:, half] / x[:, 0]),
)
for r in rates[:2]:
    for j in (half, -1):
        claim.within(f"mean risk over its curve at rate {r:g}, t = {times[j]:g}", statistics.mean(scaled[r][:, j]) / ode[r][j], (0.95, 1.05),
                     origin="5 % of the risk, stated before running",
                     controls={"SGD's curve": statistics.mean(scaled[r][:, j]) / theory.sgd_risk(ones, delta, v**2, r, times)[j]})  # fmt: skip
sgd = simulation.risk_curves(
    isotropic, delta, simulation.gaussian(v), rates[-1], "sgd", times, runs, experiment.rng("SGD at the same rate")
)
claim.within(f"log10 of the growth of the risk until t = {times[half]:g} at rate {rates[-1]:g}", statistics.mean(growth(scaled[rates[-1]])),
             (3 * horizon / 20, None), origin="a thousandfold by t = 10: the edge is 8/pi^2, not 2",
             controls={"SGD at the same rate, below its edge 2": statistics.mean(growth(sgd))})  # fmt: skip

# %% [markdown]
# ## Without noise

# %%
times, delta = np.linspace(0, 40, 161), problems.flat_start(d_noiseless)
features, rng = streaming.diagonal(np.ones(d_noiseless)), experiment.rng("noiseless")
m = np.sqrt(
    2 * simulation.risk_curves(features, delta, simulation.gaussian(0.0), eta, "sign", times, runs_noiseless, rng)
)
predicted, early, late = theory.noiseless_decay(eta, 1.0, times), times < 10, times >= 30
experiment.figure("noiseless", figures.curve_table(m, predicted, times), draw=figures.noiseless)
claim, slope = experiment.claim("noiseless-linear-decay"), np.polyfit(times[early], m[:, early].T, 1)[0]
claim.within("fitted slope of m over t < 10, over that of the solved equation", statistics.mean(slope) / np.polyfit(times[early], predicted[early], 1)[0],
             (0.97, 1.03), origin="3 % of the slope, stated before running",
             controls={n: statistics.mean(slope) / s for n, s in {"slope -2 eta / pi, its limit at large m": -2 * eta / np.pi, "slope -eta": -eta}.items()})  # fmt: skip
bend = (m[:, 40] - m[:, 20]) / (m[:, 20] - m[:, 0]) / ((predicted[40] - predicted[20]) / (predicted[20] - predicted[0]))
claim.within("fall over 5 < t < 10 by fall over t < 5, over the equation's", statistics.mean(bend), (0.9, 1.1), origin="linear within a tenth",
             controls={"exponential decay": statistics.mean(bend * 0 + m[:, 20] / ((predicted[40] - predicted[20]) / (predicted[20] - predicted[0])))})  # fmt: skip
claim.within("floor of m over pi eta / 4", statistics.mean(m[:, late].mean(axis=1)) / (np.pi * eta / 4), (0.97, 1.03),
             origin="3 % of the floor, stated before running", controls={"floor eta": statistics.mean(m[:, late].mean(axis=1)) / eta})  # fmt: skip
experiment.finish()

# %% [markdown]
# SGD with the effective rate is indistinguishable from signSGD while the drift dominates; afterwards signSGD's larger noise shows. The
# edge of the rescaled method is where predicted, and without noise the error falls on a line, not exponentially.
