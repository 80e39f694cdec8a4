# %% [markdown]
# # The best learning rate of the noise phase
# In the noise phase the constant $C_n$ has a minimum well inside the stable range. At $\beta = 0$ and $\gamma\tau_2 =
# 1$ $$\alpha_{opt} = \frac{2(\nu - 1)}{(3\nu - 1)\,\gamma\tau_1\,\mathrm{Tr} H}.$$ The recursion is run at a hundred
# learning rates and the best one compared with the formula.
# %% tags=["parameters"]
STEPS = 10_000
MODES = 10_000
PROBLEMS = [[1.5, 4], [2, 8]]
RATES = 100
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.theory import optima, spectra

experiment = Experiment("sgd_generating_functions", "learning_rate_noise_phase")
problems = [spectra.power_law(nu, kappa, MODES) for nu, kappa in PROBLEMS]
lr = np.geomspace(0.02, 0.7, RATES)
loss = [moments.losses(times=[STEPS], **s.arrays, lr=lr, momentum=0.0, gamma=1.0)[:, 0] for s in problems]
formula = np.array([optima.best_rate_noise(s, 1.0) for s in problems])
best = np.array([lr[np.argmin(y)] for y in loss])
frames = [
    pd.DataFrame({"panel": rf"$\nu = {s.law.nu:g}, \kappa = {s.law.kappa:g}$", "lr": lr, "loss": y, "formula": f})
    for s, y, f in zip(problems, loss, formula, strict=True)
]
experiment.figure("rates", pd.concat(frames), draw=curves.rates)
signal = np.array([optima.best_rate_signal(s, 1.0) for s in problems])
experiment.claim("optimal-alpha-noise").exact(
    "largest relative distance of the best learning rate from the formula",
    np.abs(best / formula - 1).max(),
    (None, 0.08),
    origin="grid steps of 3.7 % and what the signal law still adds at T = 1e4",
    controls={"formula of the signal phase": list(np.abs(best / signal - 1))},
)
experiment.finish()
# %% [markdown]
# Learning rates that stability would allow are several times larger; the noise they leave in slow modes makes them
# worse.
