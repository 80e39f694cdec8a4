# %% [markdown]
# # Runs concentrate on the curve as the dimension grows
#
# A single run follows the risk equation up to fluctuations. For a diagonal covariance with spectrum in $[0.5, 1.5]$ we
# take $\sup_{t \le T} |R(t) - R_{\mathrm{ode}}(t)|$ of each run and fit the exponent of its median against $d$: the
# theory says $d^{-1/2}$, for signSGD and for SGD.

# %% tags=["parameters"]
dimensions = [32, 64, 128, 256]
T = 8
runs = 600
slope_bounds = [-0.68, -0.34]

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "concentration")

# %%
v, rates, times = 0.5, {"sign": 0.6, "sgd": 0.3}, np.linspace(0, T, 81)
variances, delta = (
    {d: problems.uniform_spectrum(d, 0.5, 1.5) for d in dimensions},
    {d: problems.flat_start(d) for d in dimensions},
)


def simulated(method, d):
    rng, features = experiment.rng("runs", method=method, d=d), streaming.diagonal(variances[d])
    return simulation.risk_curves(features, delta[d], simulation.gaussian(v), rates[method], method, times, runs, rng)


def sign_ode(d, drift=2 / np.pi):
    return theory.adam_risk(
        variances[d], delta[d], theory.Gaussian(v), rates["sign"], times, 0, coefficients=(drift, 1.0)
    )


def sgd_ode(d, rate=rates["sgd"]):
    return theory.sgd_risk(variances[d], delta[d], theory.Gaussian(v), rate, times)


predicted = {"sign": sign_ode, "sgd": sgd_ode}
wrong = {
    "sign": ("equation without 2 / pi", lambda d: sign_ode(d, 1.0)),
    "sgd": ("equation with twice the rate", lambda d: sgd_ode(d, 2 * rates["sgd"])),
}
curves = {(method, d): simulated(method, d) for method in rates for d in dimensions}
gaps = {method: [measures.sup_gap(curves[method, d], predicted[method](d)) for d in dimensions] for method in rates}
wrong_gaps = {
    method: [measures.sup_gap(curves[method, d], wrong[method][1](d)) for d in dimensions] for method in rates
}


def slope(*samples):
    return measures.log_slope(dimensions, [np.median(sample) for sample in samples])


# %%
table = [
    {"method": m, "d": d, "gap": np.median(g), "low": np.quantile(g, 0.1), "high": np.quantile(g, 0.9)}
    for m in rates
    for d, g in zip(dimensions, gaps[m], strict=True)
]
experiment.figure("concentration", pd.DataFrame(table), draw=figures.concentration)

# %% [markdown]
# ## Exponent of the median gap
# Against a wrong equation the gap does not shrink: its exponent is near zero.

# %%
claim = experiment.claim("concentration-rate")
for method in rates:
    rng = experiment.rng("bootstrap", method=method)
    claim.within(
        f"exponent of the median sup-gap of {figures.METHODS[method][0]} in d",
        statistics.bootstrap(slope, *gaps[method], rng=rng, resamples=600, paired=False),
        tuple(slope_bounds),
        origin="the exponent -1/2 with an allowance for the smallest dimensions",
        controls={
            wrong[method][0]: statistics.bootstrap(slope, *wrong_gaps[method], rng=rng, resamples=600, paired=False)
        },
    )
experiment.finish()

# %% [markdown]
# Both exponents are close to $-1/2$, and the spread of the runs about the median shrinks alongside.
