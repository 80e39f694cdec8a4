# %% [markdown]
# # Losing momentum and subsampling
#
# With a mean wait $\eta(t) = 0.1/(1+t)$ that decreases, and a mass that stays or is lost, $m = 1$, $1/(1+t)$ or
# $(1+t)^{-1/3}$, the process on the five quadratics ($\alpha = a = 1$; reconstructed, all formulas ours) converges to
# the minimiser: $E q^2 \to 0$ as $\sigma^2 a\,\eta(t)/\alpha$, behind which it lags by $$t\,\Big(\frac{\alpha\,E
# q^2}{\sigma^2 a\,\eta} - 1\Big) = \frac{\alpha}{2a} + \frac m\alpha\Big(1 + \frac{t m'}{2m}\Big) -
# \frac{ac/\alpha}{1 + m/(\alpha\eta)} + O(1/t),\qquad \eta = c/(1+t).$$

# %% tags=["parameters"]
runs = 2000

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, theory
from optclaims.papers.pdmp_momentum.simulation import events
from optclaims.papers.pdmp_momentum.problems import CENTRES, VARIANCE

experiment = Experiment("pdmp_momentum", "losing_momentum")
C, START = 0.1, 1.0
powers = {"$m = 1$": 0.0, "$m = (1+t)^{-1/3}$": 1 / 3, "$m = 1/(1+t)$": 1.0}
late, seen = np.array([100.0, 300.0, 1000.0]), np.array([10.0, 20.0])


def square(power, times, wait=lambda t: C / (1 + t)):
    return theory.moment_path(lambda t: (1 + t) ** -power, wait, 1.0, 1.0, VARIANCE, START, times)


def paths(arm, power, waits):
    flow = events.integrated(lambda q, b: q - b, lambda t: (1 + t) ** -power, 1.0)
    rng = experiment.rng("paths", arm=arm, waits=waits)
    jump, start = events.reciprocal_waits(C), np.full(runs, START)
    return events.switched(flow, jump, CENTRES, start, seen, rng, longest=0.05, waits=waits)[:, 0] ** 2


# %% [markdown]
# ## The moment equations, and paths
# Paths are drawn event by event (the next jump is where $\int\eta^{-1}$ has grown by an exponential variable), with
# Runge-Kutta steps of at most 0.05 in between.

# %%
times = np.geomspace(0.1, 1000, 81)
found = {arm: paths(arm, power, "exponential") for arm, power in powers.items()}
fixed = {arm: paths(arm, power, "fixed") for arm, power in powers.items()}
stalled = square(1.0, times, wait=lambda t: C)
curves = {arm: ("moment equations", square(power, times)) for arm, power in powers.items()}
curves |= {
    "limit": ("limit", VARIANCE * C / (1 + times)),
    r"$m = 1/(1+t)$, $\eta = 0.1$": ("moment equations", stalled),
}
columns = {arm: {"kind": kind, "time": times, "square": curve, "stderr": 0} for arm, (kind, curve) in curves.items()}
rows = [pd.DataFrame({"arm": arm} | column) for arm, column in columns.items()]
for arm, values in found.items():
    point = {"time": seen, "square": values.mean(axis=1), "stderr": statistics.stderr(values, axis=1)}
    rows.append(pd.DataFrame({"arm": arm, "kind": "paths"} | point))
experiment.figure("second_moment", pd.concat(rows), draw=figures.losing)

# %% [markdown]
# ## Checks


# %%
def lags(power):
    ratio = square(power, late) / (VARIANCE * C / (1 + late))
    return late * (ratio - 1)


def formula(power, massless=False, frozen=False):
    m = (1 + late) ** -power
    slope = np.zeros(3) if frozen else -power * (1 + late) ** (-power - 1)
    if massless:
        m, slope = np.full(3, 1e-12), np.zeros(3)
    return theory.lag(late, m, slope, 1.0, 1.0, C)


measured = {arm: lags(power) for arm, power in powers.items()}


def largest(**mistake):
    return max(np.abs(measured[arm] / formula(power, **mistake) - 1).max() for arm, power in powers.items())


claim = experiment.claim("losing-momentum-converges")
claim.exact(
    "largest relative gap between the lag of the moment equations and the formula, t = 100, 300 and 1000",
    largest(),
    (None, 0.02),
    origin="the next order, 1/t",
    controls={"without the terms of the mass": largest(massless=True), "without m'": largest(frozen=True)},
)
claim.consistent(
    "paths: mean of q^2 at t = 10 and 20, three masses",
    np.stack([values.mean(axis=1) for values in found.values()]),
    np.stack([square(power, seen) for power in powers.values()]),
    np.stack([statistics.stderr(values, axis=1) for values in found.values()]),
    controls={"fixed waits": {"measured": np.stack([values.mean(axis=1) for values in fixed.values()])}},
)
level = VARIANCE / (1 + 1 / C)
claim.exact(
    "eta constant, m = 1/(1+t): E q^2 at t = 1000 over its level without mass",
    stalled[-1] / level,
    (0.98, 1.02),
    origin="the limit m -> 0 at constant eta; m = 0.001 there",
    controls={
        "level of short waits": stalled[-1] / (VARIANCE * C),
        "eta that decreases too": square(1.0, late)[-1] / level,
    },
)

# %% [markdown]
# What converges is what loses subsampling: the mass may stay. Losing the mass removes its part of the lag (1 of 1.5 at
# equal constants), and alone, with a constant mean wait, it leaves the process at a level of order $\eta$.

# %%
experiment.finish()
