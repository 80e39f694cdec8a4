# %% [markdown]
# # The exponents are those of the schedules
#
# With $\mu_t \sim t^{-p}$ and additive noise on a quadratic, $\tau = 1$ decays as $t^{-p}$ and $\tau = 0$ as
# $t^{-p/2}$, whatever p: the 1/3 and 1/4 of the paper are its choice of p. And since $\tau = 1$ starts from the larger
# step, it has the smaller gradient only after
# $$T = \Bigl[\tfrac12\bigl(r + \sqrt{r^2 - 4r}\bigr)\Bigr]^6 - m,\qquad r = \frac{ck}{\gamma h} > 4 .$$

# %% tags=["parameters"]
powers = [0.25, 0.3333333333333333, 0.4, 0.5]
ratios = [7.0, 8.0]
bound = 0.1

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.super_adam import figures, measures, theory
from optclaims.papers.super_adam.problems import Setting

experiment = Experiment("super_adam", "schedules")
DECADE = [10**6, 10**7]


# %%
def slope(setting, **wrong):
    return float(theory.slopes(DECADE, theory.moments(setting, DECADE, **wrong).rms)[0])


rows = []
for p in powers:
    first, second = Setting(1, 1.0, gamma=0.5, power=p), Setting(0, 5.0, gamma=0.5, power=p)
    rows.append(("tau = 1", p, slope(first), -p))
    rows.append(("tau = 1, no correction", p, slope(first, estimate="momentum"), -p / 2))
    rows.append(("tau = 0", p, slope(second), -p / 2))
    rows.append(("tau = 0, exponent p + 0.01", p, slope(Setting(0, 5.0, gamma=0.5, power=p + 0.01)), -p / 2))
exponents = pd.DataFrame(rows, columns=["arm", "power", "slope", "predicted"])
experiment.figure("exponents", exponents[exponents.arm != "tau = 0, exponent p + 0.01"], draw=figures.exponents)
of = {arm: part.set_index("power") for arm, part in exponents.groupby("arm")}

# %% [markdown]
# ## The crossover
# The last step at which $\tau = 1$ has not the smaller rms gradient, for two sets of constants at each r.

# %%
rows, curves = [], []
for r, (gamma, k) in itertools.product(ratios, [(0.1, 1.0), (0.15, 1.5)]):
    fast, slow = Setting(1, r * gamma / k, gamma, k), Setting(0, 5.0, gamma, k)
    t = np.arange(1, int(1.3 * theory.crossover(fast)) + 1)
    both = [theory.moments(setting, t).rms for setting in (fast, slow)]
    found = int(t[measures.last_not_below(*both)])
    rows.append((r, k, found, theory.crossover(fast), theory.crossover(fast, leading=True)))
    if k == 1 and r == ratios[-1]:
        kept = np.unique(np.geomspace(100, len(t), 60).astype(int)) - 1
        for arm, rms in zip(("tau = 1", "tau = 0"), both, strict=True):
            curves.append(pd.DataFrame({"arm": arm, "step": t[kept], "rms": rms[kept]}))
crossings = pd.DataFrame(rows, columns=["r", "k", "found", "predicted", "leading"])
experiment.figure(
    "crossover",
    pd.concat(curves).assign(predicted=crossings[crossings.k == 1].predicted.iloc[-1]),
    draw=figures.crossover,
)
print(crossings)

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("exponents-are-schedules")
claim.exact(
    "largest distance of the slope from -p, tau = 1",
    np.abs(of["tau = 1"].slope + of["tau = 1"].index).max(),
    (None, 0.006),
    origin="alpha over eta h, the next order, at 1e6 to 1e7",
    controls={"correction dropped": list(np.abs(of["tau = 1, no correction"].slope + of["tau = 1"].index))},
)
claim.exact(
    "largest distance of the slope from -p/2, tau = 0",
    np.abs(of["tau = 0"].slope - of["tau = 0"].predicted).max(),
    (None, 0.0002),
    origin="next order of the schedule at 1e6 to 1e7",
    controls={"exponent p + 0.01": list(np.abs(of["tau = 0, exponent p + 0.01"].slope - of["tau = 0"].predicted))},
)
other = crossings.k != 1
forgotten = [theory.crossover(Setting(1, row.r * 0.1, 0.15, 1.0)) for row in crossings[other].itertuples()]
experiment.claim("crossover").exact(
    "largest relative distance of the crossover from its formula",
    (crossings.found / crossings.predicted - 1).abs().max(),
    (None, bound),
    origin="next order: 8 % at r = 7 and 8, 2 % at r = 10 and 12 in a pilot",
    controls={
        "leading order r^6": list((crossings.found / crossings.leading - 1).abs()),
        "c for c k": list(np.abs(crossings.found[other].to_numpy() / np.array(forgotten) - 1)),
    },
)

# %% [markdown]
# At p = 1/2 the variance-reduced estimate beats the paper's own 1/3 here, since nothing on a quadratic asks for a
# slower schedule. The price of the correction is time: at the constants of the first notebook (r = 20) it pays only
# after 46 million steps, at two gradients each. The formula for the crossover is tried at two pairs of gamma and k
# only; a smaller k makes both errors large while the schedules still differ from their limits, and moves it.

# %%
experiment.finish()
