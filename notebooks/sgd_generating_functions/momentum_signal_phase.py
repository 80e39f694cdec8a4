# %% [markdown]
# # Momentum in the signal phase
# In the signal phase $L \sim C_s t^{-\zeta}$ with $C_s \propto a^{-\zeta}/(1 - \tilde U(1))$: at a fixed effective
# learning rate $a = \alpha/(1-\beta)$ momentum enters only through $f = (1-\beta)/(1+\beta)$ in $\tilde U(1)$, which
# falls as $\beta$ grows. The best constant is approached as $\beta \to 1$: a gain of a factor, not of an exponent. At
# $\beta = 0$, $\gamma\tau_2 = 1$ the best rate is $a^* = 2\zeta / ((1+\zeta)\,\gamma\tau_1 \mathrm{Tr} H)$.
# %% tags=["parameters"]
STEPS = 30_000
MODES = 1.0e9
RATE = 0.3
BOUND = 0.01
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.theory import asymptotics, optima, spectra

experiment = Experiment("sgd_generating_functions", "momentum_signal_phase")
spectrum = spectra.power_law(1.5, 1.0, MODES)
zeta = spectrum.law.zeta
beta = 1 - np.geomspace(1.5, 1e-3, 60)
constant = asymptotics.signal_constant(spectrum, lr=RATE * (1 - beta), momentum=beta, gamma=1.0)
tested = np.array([-0.5, 0.0, 0.5, 0.9])
c_s = asymptotics.signal_constant(spectrum, lr=RATE * (1 - tested), momentum=tested, gamma=1.0)
end = moments.losses(times=[STEPS], **spectrum.arrays, lr=RATE * (1 - tested), momentum=tested, gamma=1.0)[:, 0]
small = moments.losses(times=[STEPS], **spectrum.arrays, lr=RATE / 10, momentum=0.0, gamma=1.0)[0]
line = pd.DataFrame({"momentum": beta, "constant": constant, "measured": 0.0})
points = pd.DataFrame({"momentum": tested, "constant": c_s, "measured": end * STEPS**zeta})
experiment.figure("constants", pd.concat([line, points]).sort_values("momentum"), draw=curves.constants)
# %%
claim = experiment.claim("momentum-signal-phase")
fixed = asymptotics.signal_constant(spectrum, lr=RATE * np.ones(5), momentum=0.0, gamma=1.0)
claim.exact(
    "largest step of C_s along growing momentum at fixed effective rate",
    np.diff(constant).max(),
    (None, 0),
    null=0,
    origin="strictly decreasing",
    controls={"momentum left at zero": np.diff(fixed).max()},
)
ratio, predicted = end / end[1], c_s / c_s[1]
claim.exact(
    f"largest error of L(T) relative to beta = 0 against the ratio of constants, T = {STEPS}",
    np.abs(ratio / predicted - 1).max(),
    (None, BOUND),
    origin="the noise law, a relative t^-2/3 below",
    controls={
        "learning rate 0.03 in place of momentum 0.9 (equal alpha, not equal a)": abs(
            small / end[1] / predicted[-1] - 1
        ),
        "no gain from momentum 0.9": abs(ratio[-1] - 1),
    },
)
best, formula = optima.numerical_best_rate(spectrum, gamma=1.0), optima.best_rate_signal(spectrum, 1.0)
claim.exact(
    "best learning rate at beta = 0 over the formula",
    best / formula,
    (1 - 1e-4, 1 + 1e-4),
    origin="the formula is exact at gamma tau2 = 1; precision of the search",
    controls={
        "best rate at U(1) = 1/2": best * spectrum.trace(),
        "formula of the noise phase": best / optima.best_rate_noise(spectrum, 1.0),
    },
)
experiment.finish()
# %% [markdown]
# A large effective rate is good in the signal phase until stability ends it, and momentum raises that end.
