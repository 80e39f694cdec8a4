# %% [markdown]
# # The rate on a smooth function that is not convex
#
# The theorem bounds the mean squared gradient of ACProp by $O(1/\sqrt T)$, where the bounds for RMSprop and Adam have
# $\log T/\sqrt T$. Measured on one function, $f(x) = \sum_{i \le 10} x_i^2/(1+x_i^2)$ with Gaussian noise of deviation
# 0.5 on every partial derivative, from $x_i = 2$, with constant steps $\eta = \eta_0/\sqrt T$ for each horizon $T$,
# $\beta = (0.9, 0.999)$, $\epsilon = 10^{-16}$, all moments corrected for their start.

# %% tags=["parameters"]
horizons = [16_000, 64_000]
seeds = 8

# %%
import copy

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.acprop import figures, measures, simulation
from optclaims.papers.acprop.problems import METHODS

experiment = Experiment("acprop", "rate")
ETA0 = (0.3, 1.0, 3.0)
ARMS = {"SGD": None, "ACProp": METHODS["ACProp"], "RMSprop": METHODS["RMSprop"]}
middle = np.sqrt(horizons[0] * horizons[-1])
rngs = {T: experiment.rng("noise", T=T).spawn(seeds) for T in horizons}


def constant(eta0, T, power=0.5, log=False):  # other powers meet the right one half-way between the horizons
    eta = eta0 / np.sqrt(middle) * (T / middle) ** -power * (np.log(T) / np.log(middle) if log else 1.0)
    return lambda t: np.full(len(t), eta)


def squared(method, T, **slip):  # (seeds, ETA0); all methods meet the same noise
    rates = [constant(eta0, T, **slip) for eta0 in ETA0]
    return simulation.squared_gradients(method, rates, copy.deepcopy(rngs[T]), steps=T)


def slopes(found):
    return measures.exponents(found[horizons[0]], found[horizons[-1]], horizons[-1] / horizons[0])


# %%
found = {name: {T: squared(method, T) for T in horizons} for name, method in ARMS.items()}
rows = [
    {"method": name, "T": T, "eta0": eta0, "mean": values[:, k].mean(), "stderr": statistics.stderr(values[:, k])}
    for name, by_horizon in found.items()
    for T, values in by_horizon.items()
    for k, eta0 in enumerate(ETA0)
]
experiment.figure("rate", pd.DataFrame(rows), draw=figures.rate)

# %% [markdown]
# ## Checks
# Exponents between the first and the last horizon, the largest deviation over $\eta_0$ with the interval of a maximum.
# A factor $\log T$ would move them by $\Delta \ln\ln T / \Delta\ln T$; RMSprop with its steps multiplied by $\log T$ is
# the control.

# %%
ends = (horizons[0], horizons[-1])
slower, faster, logged = (
    slopes({T: squared(method, T, **slip) for T in ends})
    for method, slip in (
        (METHODS["ACProp"], {"power": 0.4}),
        (METHODS["ACProp"], {"power": 0.6}),
        (METHODS["RMSprop"], {"log": True}),
    )
)
slope = {name: slopes(values) for name, values in found.items()}
log_factor = np.log(np.log(ends[1]) / np.log(ends[0])) / np.log(ends[1] / ends[0])
claim = experiment.claim("rate-half")
for name in ("ACProp", "SGD"):
    claim.within(
        f"{name}: largest deviation of the exponent from -1/2 over three step sizes",
        statistics.maximum(slope[name] + 0.5),
        (None, 0.05),
        origin="half-way to the exponents 0.4 and 0.6 of other step sizes",
        controls={
            "ACProp with steps T^-0.4": statistics.maximum(slower + 0.5),
            "ACProp with steps T^-0.6": statistics.maximum(faster + 0.5),
        },
    )
claim.within(
    "largest difference of exponents of RMSprop and ACProp over three step sizes",
    statistics.maximum(slope["RMSprop"] - slope["ACProp"]),
    (None, float(log_factor / 2)),
    origin="half of what a factor log T would make",
    controls={"RMSprop with steps times log T": statistics.maximum(logged - slope["ACProp"])},
)

# %% [markdown]
# The exponent is $1/2$ for all three methods on this function: the logarithm that separates the bounds of RMSprop and
# ACProp is not seen in RMSprop's measured rate. It is a property of the proof, or of worse functions than this one; and
# one function with bounded derivatives can neither confirm nor refute a bound for all.

# %%
experiment.finish()
