# %% [markdown]
# # The best momentum at the best learning rate
# The loss after $10^4$ steps of the recursion against momentum, at the learning rate $\alpha_{opt} = 2(\nu - 1) /
# ((3\nu - 1) \mathrm{Tr} H)$ that is best without momentum. Deep in the noise phase the minimum is at negative
# momentum; near the line $\kappa = 2\nu - 1$ the run is still on the signal law, and the largest momentum wins. The
# published figure gives the four minima.
# %% tags=["parameters"]
STEPS = 10_000
MODES = 10_000
SCANNED = [[1.5, 2.5, 0.3], [1.5, 3.5, -0.09], [2, 3, 0.3], [2, 5, -0.15]]
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.theory import optima, spectra

experiment = Experiment("sgd_generating_functions", "negative_momentum")
beta = np.linspace(-0.3, 0.3, 61)


def scan(spectrum, lr):
    return moments.losses(times=[STEPS], **spectrum.arrays, lr=lr, momentum=beta, gamma=1.0)[:, 0]


laws = [spectra.power_law(nu, kappa, MODES) for nu, kappa, _ in SCANNED]
rates = np.array([optima.best_rate_noise(s, 1.0) for s in laws])
losses = [scan(s, lr) for s, lr in zip(laws, rates, strict=True)]
best = np.array([beta[np.argmin(loss)] for loss in losses])
effective = np.array([beta[np.argmin(scan(s, lr * (1 - beta)))] for s, lr in zip(laws, rates, strict=True)])
published = np.array([b for *_, b in SCANNED])
frames = [
    pd.DataFrame(
        {
            "panel": rf"$\nu = {s.law.nu:g}, \kappa = {s.law.kappa:g}$",
            "curve": "recursion",
            "momentum": beta,
            "loss": loss,
        }
    )
    for s, loss in zip(laws, losses, strict=True)
]
experiment.figure("scan", pd.concat(frames), draw=curves.momentum_scan)
deep = published < 0
experiment.claim("negative-momentum-beta-scan").exact(
    "largest distance of the best momentum from the published one, four problems",
    np.abs(best - published).max(),
    (None, 0.01 + 1e-9),
    origin="one grid step",
    controls={
        "learning rate (1 - beta) alpha (two problems deep in the noise phase)": list(
            np.abs(effective - published)[deep]
        )
    },
)
experiment.finish()
# %% [markdown]
# An exponent of the noise phase does not make negative momentum best at every time: the run has to have left the signal
# law.
