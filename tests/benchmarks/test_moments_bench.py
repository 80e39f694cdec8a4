"""Second-moment recursion: compiled against batched numpy, interleaved in one process, eigenvalue-steps per CPU second.

Run with ``pytest tests/benchmarks/test_moments_bench.py -s``; the ratios are printed.
"""

import time

import numpy as np
import pytest

from optclaims import moments

MODES, STEPS, ROUNDS = 1000, 300, 5
LR = np.linspace(0.05, 0.5, 16)


def batched_numpy(eigenvalues, density, steps, lr, beta, gamma):
    """All rows at once, one numpy call per term."""
    x = lr[:, None] * eigenvalues
    c = np.tile(density, (lr.size, 1))
    j, p, square = np.zeros_like(c), np.zeros_like(c), x * x
    for _ in range(steps):
        total = c.sum(axis=1, keepdims=True)
        m = square * c - 2 * beta * x * j + beta**2 * p + gamma * square * (total - c)
        c, j, p = c - 2 * x * c + 2 * beta * j + m, beta * j - x * c + m, m
    return c.sum(axis=1) / 2


def compiled(eigenvalues, density, steps, lr, beta, gamma):
    return moments.losses(eigenvalues, density, [steps], lr=lr, momentum=beta, gamma=gamma)[:, 0]


@pytest.fixture(scope="module")
def problem():
    k = np.arange(1.0, MODES + 1)
    return k**-1.5, k**-2.0, STEPS, LR, 0.6, 0.5


def test_compiled_is_ten_times_batched_numpy(benchmark, problem):
    best = {"numpy": np.inf, "compiled": np.inf}
    results = {}
    compiled(*problem)
    for _ in range(ROUNDS):
        for name, function in (("numpy", batched_numpy), ("compiled", compiled)):
            start = time.process_time()
            results[name] = function(*problem)
            best[name] = min(best[name], time.process_time() - start)
    np.testing.assert_allclose(results["compiled"], results["numpy"], rtol=1e-11)
    work = MODES * STEPS * LR.size
    rates = {name: work / seconds / 1e9 for name, seconds in best.items()}
    ratio = rates["compiled"] / rates["numpy"]
    print(f"\n  numpy {rates['numpy']:.3f} G/s, compiled {rates['compiled']:.3f} G/s: ratio {ratio:.1f}")
    benchmark.extra_info.update(rates)
    benchmark.pedantic(compiled, args=problem, rounds=3)
    assert ratio >= 10
