"""How the cost of the kernels grows with every size, and that memory does not grow with the number of steps.

The sizes of one axis take turns; the exponent is the slope of the logarithms of the best times.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks import peak
from optclaims.pages import performance
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.papers.adaptive_sde_scaling.simulation import digits
from optclaims.science import moments, streaming


def stream(d=500, runs=16, steps=2000):
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((runs, steps), np.float32)
    streaming.run(streaming.diagonal(np.ones(d)), np.ones(d), noise, 0.5, "sign", [0, steps], rng)


def second_moments(eigenvalues=1000, settings=8, steps=2000, batch=10):
    k, lr = np.arange(1.0, eigenvalues + 1), np.full(settings, 0.2)
    gamma = moments.noise_factor(batch, 10_000)
    moments.losses(k**-1.5, k**-2.0, [steps], lr=lr, momentum=0.5, gamma=gamma)


TASK = digits.load(np.random.default_rng(0))


def network(batch=16, steps=1000):
    rows, labels = digits.draw_samples(TASK, np.random.default_rng(1).spawn(1), batch * steps, 0.0)
    theta = digits.initial(np.random.default_rng(2).spawn(1))
    digits.train(TASK, theta, rows, labels, Hyperparameters(1e-3, 0.99, 1e-8), batch, [steps])


LINEAR, FREE = (0.85, 1.15), (-0.1, 0.1)
AXES = [
    ("streaming signSGD", stream, "d", [125, 250, 500, 1000, 2000], (0.75, 1.1)),  # short loops pay for their start
    ("streaming signSGD", stream, "runs", [8, 16, 32, 64, 128], LINEAR),
    ("streaming signSGD", stream, "steps", [1000, 2000, 4000, 8000, 16000], LINEAR),
    ("second moments", second_moments, "eigenvalues", [250, 500, 1000, 2000, 4000], LINEAR),
    ("second moments", second_moments, "settings", [4, 8, 16, 32, 64], LINEAR),
    ("second moments", second_moments, "steps", [1000, 2000, 4000, 8000, 16000], LINEAR),
    ("second moments", second_moments, "batch", [1, 4, 16, 64, 256], FREE),  # it is a number in the noise
    ("networks, compiled", network, "batch", [16, 32, 64, 128, 256], (0.6, 1.05)),  # Adam costs the same for all
    ("networks, compiled", network, "steps", [1000, 2000, 4000, 8000], LINEAR),
]


@pytest.mark.parametrize(
    ("kernel", "function", "axis", "values", "expected"), AXES, ids=[f"{axis[0]}-{axis[2]}" for axis in AXES]
)
def test_cost(time_of, measured, kernel, function, axis, values, expected):
    seconds = time_of({value: lambda value=value: function(**{axis: value}) for value in values})
    rows = [dict(kernel=kernel, axis=axis, value=value, seconds=f"{seconds[value]:.4g}") for value in values]
    for row in rows:
        measured("scaling", **row)
    assert expected[0] <= performance.exponent(rows) <= expected[1]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.parametrize("kernel", peak.KERNELS)
def test_memory(benchmark, measured, kernel):
    """In a process of its own, which has peaked nowhere else."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        grown = benchmark.pedantic(lambda: pool.submit(peak.growth, kernel).result())
    _, allowed = peak.KERNELS[kernel]
    columns = {f"{steps / 1e6:.0f} million steps (MB)": f"{more:.1f}" for steps, more in grown.items()}
    measured("memory", kernel=kernel, **{"held a step (bytes)": allowed}, **columns)
    assert all(more <= allowed * steps / 2**20 + 2 for steps, more in grown.items())
