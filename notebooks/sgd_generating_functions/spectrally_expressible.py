# %% [markdown]
# # Where spectrally expressible noise is exact
# Mini-batch SGD on a quadratic adds gradient noise of covariance $\gamma\,\Sigma(C)$ at every step, where $C = E\,w
# w^T$. The paper replaces $\Sigma$ by $\Sigma_{SE}(C) = \tau_1 \mathrm{Tr}[HC]\,H - \tau_2\,HCH$, so that only one
# number per eigenvalue has to be followed. Two cases where nothing is lost, with $\tau_1 = 1$:
#
# * $\tau_2 = 1$ for translation-invariant models (a circulant kernel), any target, batches without replacement;
# * $\tau_2 = -1$ for Gaussian features and fresh samples, $\gamma = 1/b$.
# %% tags=["parameters"]
SAMPLES = 100
STEPS = 100
DIMENSION = 60
RUNS = 20_000
BATCHES = [2, 4]
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions import problems
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.simulation import gaussian
from optclaims.papers.sgd_generating_functions.theory import exact_moments, spectra
from optclaims.statistics import stderr

experiment = Experiment("sgd_generating_functions", "spectrally_expressible")
# %% [markdown]
# ## Circulant kernel
# All second moments of the $N$ errors, followed without approximation, against the recursion of their diagonal.
# %%
kernel, error = problems.circulant(SAMPLES, 1.5, experiment.rng("target"))
ring = spectra.from_kernel(kernel, error)
steps = np.arange(STEPS + 1)
setting = {"lr": 0.4, "momentum": 0.3, "gamma": moments.noise_factor(10, SAMPLES)}
exact = exact_moments.exact_losses(kernel, error, STEPS, **setting)
reduced = {tau: moments.losses(times=steps, **ring.arrays, **setting, tau2=tau) for tau in (1, 0, -1)}
difference = {tau: np.abs(losses / exact - 1) for tau, losses in reduced.items()}
experiment.figure(
    "circulant",
    pd.concat(
        pd.DataFrame(
            {"panel": f"circulant kernel, N = {SAMPLES}", "curve": rf"$\tau_2 = {tau}$", "t": steps, "difference": d}
        )
        for tau, d in ((tau, np.maximum(d, 1e-16)) for tau, d in difference.items())
    ),
    draw=curves.differences,
)
experiment.claim("se-exact-transl-invariant").exact(
    f"largest relative difference of the loss over {STEPS} steps, tau2 = 1",
    difference[1].max(),
    (None, 1e-10),
    origin="rounding of a recursion of a hundred steps stays far below 1e-10",
    controls={"tau2 = -1": difference[-1].max(), "tau2 = 0": difference[0].max()},
)
# %% [markdown]
# ## Gaussian features
# Many runs of real SGD with fresh features; four times, two batch sizes, both signs of the momentum.
# %%
times = np.array([1, 5, 20, 60])
line = np.unique(np.geomspace(1, 60, 30).round().astype(int))
law = spectra.power_law(1.5, 1, DIMENSION)
settings = [{"lr": 0.4, "momentum": beta, "batch": b} for b in BATCHES for beta in (-0.4, 0.4)]
runs = [
    gaussian.sampled_losses(law.eigenvalues, law.density, times, runs=RUNS, rng=experiment.rng("features", **s), **s)
    for s in settings
]
measured, error = np.array([r.mean(0) for r in runs]), np.array([stderr(r) for r in runs])
rows = {"lr": np.array([s["lr"] for s in settings]), "momentum": np.array([s["momentum"] for s in settings])}
batch = np.array([s["batch"] for s in settings])
gamma = moments.noise_factor(batch)
predicted = moments.losses(times=times, **law.arrays, **rows, gamma=gamma, tau2=-1)
wrong_tau = moments.losses(times=times, **law.arrays, **rows, gamma=gamma, tau2=1)
finite = moments.losses(times=times, **law.arrays, **rows, gamma=moments.noise_factor(batch, DIMENSION), tau2=-1)
# %%
curve = {tau: moments.losses(times=line, **law.arrays, **rows, gamma=gamma, tau2=tau) for tau in (-1, 1)}
panels = [rf"$b = {s['batch']}$, $\beta = {s['momentum']}$" for s in settings]
sampled = [
    curves.line(p, "sampled SGD", "sampled", times, m, e) for p, m, e in zip(panels, measured, error, strict=True)
]
lines = [
    curves.line(p, rf"$\tau_2 = {tau}$", "recursion", line, c)
    for tau, rows_of_tau in curve.items()
    for p, c in zip(panels, rows_of_tau, strict=True)
]
experiment.figure("gaussian", pd.concat(sampled + lines), draw=curves.losses)
experiment.claim("se-exact-gaussian").consistent(
    "mean loss of sampled SGD against the recursion with tau2 = -1, gamma = 1/b",
    measured,
    predicted,
    error,
    controls={
        "tau2 = +1": {"predicted": wrong_tau},
        "gamma of a finite data set of as many samples as dimensions": {"predicted": finite},
    },
)
experiment.finish()
# %% [markdown]
# With $\tau_2 = 1$ the ring's loss agrees to rounding, with any other value it does not. The exactness concerns the
# loss, not the whole covariance. For Gaussian features the sign of $\tau_2$ turns around: the same data give a larger
# loss.
