# %% [markdown]
# # Where the risk of signSGD settles
#
# The limit of signSGD solves $2\sqrt{2R}\,\varphi(R) = \eta\,T_D$ with $T_D = \mathrm{Tr} D/d$, for any noise law; for
# Gaussian noise (Theorem 3)
# $$R_\infty = c\,(c + \sqrt{c^2 + v^2}), \qquad c = \pi\eta T_D/8 .$$
# Correlations drop out, since $\sum_i s_i = \mathrm{Tr} D$. Runs start at the predicted level and are averaged over
# time, after a quarter of a horizon of 40 relaxation times.

# %% tags=["parameters"]
d = 200
laws = ["Gaussian, v = 0.5", "Cauchy", "Laplace"]
rates = [0.5, 1.0]
runs = 24
bound = 0.08
d_correlated = 150
runs_correlated = 60

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "limit_risk")

# %%
v = 0.5  # standard deviation of the laws that have one, unless they say otherwise
every = {
    "no noise": (theory.Gaussian(0.0), simulation.gaussian(0.0)),
    "Gaussian, v = 0.5": (theory.Gaussian(v), simulation.gaussian(v)),
    "Gaussian, v = 2": (theory.Gaussian(2.0), simulation.gaussian(2.0)),
    "Cauchy": (theory.Cauchy(v), simulation.cauchy(v)),
    "Rademacher": (theory.Rademacher(v), simulation.rademacher(v)),
    "uniform": (theory.Uniform(v * 3**0.5), simulation.uniform(v * 3**0.5)),
    "Laplace": (theory.Laplace(v / 2**0.5), simulation.laplace(v / 2**0.5)),
}
spectra = {"uniform on [0.3, 2]": problems.uniform_spectrum(d, 0.3, 2), "two decades": problems.log_uniform(d, 100)}
T_D = {name: np.sqrt(K).mean() for name, K in spectra.items()}


def settled(law, rate, spectrum):  # time-averaged risk of each run over the limit
    (noise, sampler), K, R = every[law], spectra[spectrum], theory.limit_risk(every[law][0], rate, T_D[spectrum])
    rng, start = experiment.rng("settled", law=law, rate=rate, spectrum=spectrum), np.sqrt(2 * R / d / K.mean())
    horizon = 40 + 40 * np.sqrt(2 * R + min(noise.variance, 16 * R)) / rate
    return simulation.time_average(streaming.diagonal(K), np.full(d, start), sampler, rate, horizon, runs, rng) / R


first = "uniform on [0.3, 2]"
measured = {(law, rate): settled(law, rate, first) for law in laws for rate in rates}
limits = {law: lambda rate, law=law: theory.limit_risk(every[law][0], rate, T_D[first]) for law in every}

# %%
grid = np.geomspace(0.02, 2, 25)
lines = [
    pd.DataFrame({"law": law, "rate": grid, "risk": list(map(R, grid)), "stderr": 0.0}) for law, R in limits.items()
]
points = [
    {"law": law, "rate": rate, "risk": limits[law](rate) * m.mean(), "stderr": limits[law](rate) * statistics.stderr(m)}
    for (law, rate), m in measured.items()
]
table = pd.concat([pd.concat(lines).assign(kind="theory"), pd.DataFrame(points).assign(kind="simulation")])
experiment.figure("limit_risk", table, draw=figures.limit_risk)

# %% [markdown]
# ## Noise laws, and a spectrum wide enough to tell $\mathrm{Tr} D / d$ from $\sqrt{\mathrm{Tr} K / d}$

# %%
claim, origin = experiment.claim("limit-risk"), f"{bound:g} of the risk, stated before running"
for (law, rate), ratio in measured.items():
    wrong = {"phi without 2/pi": limits[law](2 / np.pi * rate)}
    if "Gaussian" in law:
        wrong["SGD's formula"] = theory.sgd_limit_risk(every[law][0], rate, spectra[first].mean())
    claim.within(
        f"time-averaged risk over its limit, {law}, rate {rate:g}",
        statistics.mean(ratio),
        (1 - bound, 1 + bound),
        origin=origin,
        controls={label: statistics.mean(ratio) * (limits[law](rate) / w) for label, w in wrong.items()},
    )
ratio = statistics.mean(settled("Gaussian, v = 0.5", 0.5, "two decades"))
right, wrong = (
    theory.gaussian_limit_risk(theory.Gaussian(v), 0.5, m)
    for m in (T_D["two decades"], spectra["two decades"].mean() ** 0.5)
)
claim.within(
    "time-averaged risk over its limit, spectrum over two decades",
    ratio,
    (1 - bound, 1 + bound),
    origin=origin,
    controls={"sqrt(Tr K / d) instead of Tr D / d": ratio * (right / wrong)},
)

# %% [markdown]
# ## Correlations drop out

# %%
claim, times = experiment.claim("limit-risk-ignores-correlation"), np.linspace(0, 120, 361)
variances, delta = problems.lognormal(d_correlated, 0.5), problems.flat_start(d_correlated)
correlated, gaussian = problems.Setting(variances, 0.9), theory.Gaussian(v)
level = theory.gaussian_limit_risk(gaussian, 0.5, np.sqrt(variances).mean())
trace = np.sum(correlated.covariance * theory.arcsine_law(correlated.covariance)) / d_correlated
wrong = {"Tr(K K_sigma) / d instead of Tr D / d": level / theory.gaussian_limit_risk(gaussian, 0.5, trace)}
wrong |= {
    "sqrt(Tr K / d) instead of Tr D / d": level / theory.gaussian_limit_risk(gaussian, 0.5, variances.mean() ** 0.5)
}
for setting in (problems.Setting(variances), correlated):
    end = theory.signsgd_risk(setting.covariance, delta, gaussian, 0.5, [0, 2000])[-1] / level
    claim.exact(
        f"end of the risk equation over the limit, correlation {setting.correlation:g}",
        end,
        (1 - 1e-6, 1 + 1e-6),
        origin="equal up to the solver's accuracy",
        controls={label: end * w for label, w in wrong.items()},
    )
    rng, sampler = experiment.rng("correlated", correlation=setting.correlation), simulation.gaussian(v)
    runs = simulation.risk_curves(setting.features, delta, sampler, 0.5, "sign", times, runs_correlated, rng)
    average = statistics.mean(runs[:, 120:].mean(axis=1)) / level
    claim.within(
        f"time-averaged risk over the limit, correlation {setting.correlation:g}",
        average,
        (0.96, 1.04),
        origin="4 % of the risk, stated before running",
        controls={label: average * w for label, w in wrong.items()},
    )
experiment.finish()

# %% [markdown]
# The level is right for every noise law tried, and correlations have no effect on it: of the covariance only the mean
# standard deviation of a feature counts.
