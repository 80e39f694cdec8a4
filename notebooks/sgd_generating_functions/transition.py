# %% [markdown]
# # From the signal law to the noise law
# A noise-dominated problem starts on the signal law $C_s t^{-\zeta}$ and leaves it at
# $$t_{trans} = (C_s / C_n)^{1/(\zeta - 2 + 1/\nu)}$$
# where both laws are equal, that is where the loss is twice the signal law. The formula is an asymptotic one: terms
# that are small only at late times shift the crossing, by up to 40 % where $t_{trans}$ is below 50.
# %% tags=["parameters"]
STEPS = 20_000
MODES = 1.0e12
PROBLEMS = [[2, 4, 0.2, 1.0], [2, 3.6, 0.3, 1.0], [2, 4, 0.2, 0.5]]
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.theory import asymptotics, spectra

experiment = Experiment("sgd_generating_functions", "transition")
problems = [spectra.power_law(nu, kappa, MODES) for nu, kappa, _, _ in PROBLEMS]
settings = [{"lr": lr, "momentum": 0.0, "gamma": gamma} for _, _, lr, gamma in PROBLEMS]
pairs = list(zip(problems, settings, strict=True))
steps = np.arange(1, STEPS + 1)
loss = [moments.losses(times=steps, **s.arrays, **setting) for s, setting in pairs]
c_s = np.array([asymptotics.signal_constant(s, **setting) for s, setting in pairs])
c_n = np.array([asymptotics.noise_constant(s, **setting) for s, setting in pairs])
predicted = np.array([asymptotics.transition_time(s, **setting) for s, setting in pairs])
crossed = np.array(
    [steps[np.argmax(y >= 2 * c * steps**-s.law.zeta)] for y, c, s in zip(loss, c_s, problems, strict=True)]
)
# %%
shown = np.unique(np.geomspace(1, STEPS, 60).round().astype(int))
frames = [
    curves.line(
        rf"$\nu={p[0]:g}, \kappa={p[1]:g}, \gamma={p[3]:g}$: $t_{{trans}}={t:.0f}$, crossing {c}",
        name,
        kind,
        shown,
        values,
    )
    for p, t, c, s, y, signal, noise in zip(PROBLEMS, predicted, crossed, problems, loss, c_s, c_n, strict=True)
    for name, kind, values in (
        ("recursion", "recursion", y[shown - 1]),
        (r"$C_s t^{-\zeta}$", "theory", signal * shown**-s.law.zeta),
        (r"$C_n t^{1/\nu - 2}$", "theory", noise * shown**-s.law.noise_exponent),
    )
]
experiment.figure("crossover", pd.concat(frames), draw=curves.losses)
# %% [markdown]
# Controls: both exponents swapped, and a noise constant without its factor $\gamma$ (it shows only where $\gamma \ne
# 1$, hence the third problem).
# %%
gap = np.array([s.law.zeta - s.law.noise_exponent for s in problems])
gamma = np.array([setting["gamma"] for setting in settings])
without_gamma = (c_s * gamma / c_n) ** (1 / gap)
experiment.claim("transition-time").exact(
    "largest relative distance of the crossing from t_trans",
    np.abs(crossed / predicted - 1).max(),
    (None, 0.05),
    origin="terms that fall faster than both laws, and whole steps, at times beyond 100",
    controls={
        "exponents swapped": list(np.abs(crossed * predicted - 1)),
        "factor gamma left out": list(np.abs(crossed / without_gamma - 1)[gamma < 1]),
    },
)
experiment.finish()
# %% [markdown]
# Before the transition a larger learning rate helps, as in the signal phase; after it the noise constant decides.
