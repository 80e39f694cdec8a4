# %% [markdown]
# # All second moments of SGD on a finite data set
# For a linear model on $N$ samples with kernel $K$ the covariance of the errors, $C = E\,d\,d^T$, obeys a closed
# recursion with momentum. With $k = K/N$ a batch of $b$ samples without replacement adds $$\gamma \alpha^2 \left(N
# k\,\mathrm{diag}(C)\,k - k C k\right), \qquad \gamma = \frac{N - b}{(N - 1)\,b}.$$ It is compared with sampled SGD: a
# random-orthogonal kernel, and the tangent kernel of a two-layer ReLU network on digits.
# %% tags=["parameters"]
SAMPLES = 100
RUNS = 60_000
DIGITS = 200
DIGITS_RUNS = 1000
# %%
import numpy as np
import pandas as pd

from optclaims.science import datasets, moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions import problems
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.simulation import linearised
from optclaims.papers.sgd_generating_functions.theory import exact_moments
from optclaims.statistics import stderr

experiment = Experiment("sgd_generating_functions", "exact_moments")
# %%
orthogonal = problems.random_orthogonal(SAMPLES, 1.5, 1.0, experiment.rng("kernel"))
inputs, targets = problems.regression(*datasets.digits(), DIGITS, experiment.rng("subset"))
digits = (problems.normalised(problems.relu_ntk(inputs)), -targets)
problems = {
    "random-orthogonal, $b = 10$": (*orthogonal, {"lr": 0.4, "momentum": 0.0, "batch": 10}, RUNS),
    r"random-orthogonal, $b = 10$, $\beta = 0.5$": (*orthogonal, {"lr": 0.4, "momentum": 0.5, "batch": 10}, RUNS),
    "random-orthogonal, $b = N/2$": (*orthogonal, {"lr": 0.4, "momentum": -0.3, "batch": SAMPLES // 2}, RUNS // 10),
    r"digits, $b = 10$": (*digits, {"lr": 0.8, "momentum": 0.5, "batch": 10}, DIGITS_RUNS),
}
times = np.array([1, 5, 20, 50, 100])
names = list(problems)


# %%
def sampled(name):
    kernel, error, setting, runs = problems[name]
    rng = experiment.rng("batches", problem=name)
    return linearised.sampled_losses(kernel, error, times, **setting, runs=runs, rng=rng)


def recursion(name, cross=1.0, gamma=None):
    kernel, error, setting, _ = problems[name]
    gamma = moments.noise_factor(setting["batch"], len(error)) if gamma is None else gamma
    motion = {"lr": setting["lr"], "momentum": setting["momentum"]}
    return exact_moments.exact_losses(kernel, error, times[-1], **motion, gamma=gamma, cross=cross)


runs = {name: sampled(name) for name in names}
exact = {name: recursion(name) for name in names}
measured, error = np.array([runs[n].mean(0) for n in names]), np.array([stderr(runs[n]) for n in names])
# %%
points = [curves.line(n, "sampled SGD", "sampled", times, m, e) for n, m, e in zip(names, measured, error, strict=True)]
steps = np.arange(1, times[-1] + 1)
lines = [curves.line(n, "all second moments", "theory", steps, exact[n][1:]) for n in names]
experiment.figure("sampled_losses", pd.concat(points + lines), draw=curves.losses)
# %% [markdown]
# Two mistakes, each made in every problem and at every time: the noise of gradients that are not centred (no $-kCk$),
# and the noise factor $1/b$ of fresh samples instead of that of batches without replacement.
# %%
fresh = {name: recursion(name, gamma=1 / problems[name][2]["batch"]) for name in names}
uncentred = {name: recursion(name, cross=0.0) for name in names}
experiment.claim("exact-moments-vs-sgd").consistent(
    "mean loss of sampled SGD against the recursion of all second moments",
    measured,
    np.array([exact[name][times] for name in names]),
    error,
    controls={
        "no centring of the gradient noise": {"predicted": np.array([uncentred[name][times] for name in names])},
        "gamma = 1/b": {"predicted": np.array([fresh[name][times] for name in names])},
    },
)
experiment.finish()
# %% [markdown]
# The recursion is exact for every kernel, batch and momentum; the price is a matrix of $N^2$ numbers. What the
# spectrally expressible recursion saves, and where it errs, is measured on real data in the experiment on real kernels.
