"""The streaming kernel against plain numpy, signSGD with diagonal covariance at d = 500, on one thread.

The candidates take turns round by round, so that a busy machine slows all of them; the fastest round of each counts.
    python -m pytest tests/benchmarks/test_streaming_bench.py --benchmark-only -s
"""

import time

import numpy as np
import pytest
from numba import config

from optclaims import normals, streaming

D, RUNS, STEPS, ROUNDS, RATE, DEVIATION = 500, 64, 1000, 9, 0.5, 0.3
VARIANCES = np.linspace(1, 0.05, D)
START = np.full(D, D**-0.5)


def fused(seed):
    rng = np.random.default_rng(seed)
    noise = DEVIATION * rng.standard_normal((RUNS, STEPS), np.float32)
    streaming.run(streaming.diagonal(VARIANCES), START, noise, RATE, "sign", [0, STEPS], rng)
    return D * RUNS * STEPS


def batched_numpy(seed, dtype=np.float32):
    """All runs at once, in place, with numpy's fastest bit generator."""
    rng = np.random.Generator(np.random.SFC64(seed))
    root, w = np.sqrt(VARIANCES).astype(dtype), np.tile(START.astype(dtype), (RUNS, 1))
    x = np.empty_like(w)
    for _ in range(STEPS):
        rng.standard_normal(out=x, dtype=dtype)
        x *= root
        r = np.einsum("rd,rd->r", x, w) - dtype(DEVIATION) * rng.standard_normal(RUNS, dtype=dtype)
        np.sign(x, out=x)
        x *= (dtype(RATE / D) * np.sign(r))[:, None]
        w -= x
    return D * RUNS * STEPS


def one_run_numpy(seed):
    """One run at a time, one call per operation, as a script would."""
    rng = np.random.default_rng(seed)
    root, w = np.sqrt(VARIANCES), START.copy()
    for _ in range(STEPS):
        x = root * rng.standard_normal(D)
        r = x @ w - DEVIATION * rng.standard_normal()
        w = w - RATE / D * np.sign(r * x)
    return D * STEPS


def only_normals(seed):
    state, out = normals.states(np.random.default_rng(seed), 1)[0], np.empty(8192, np.float32)
    for _ in range(1000):
        normals.fill(state, out)
    return 1000 * out.size


CANDIDATES = {f.__name__: f for f in (fused, batched_numpy, one_run_numpy, only_normals)}


def one_round(best, seed):
    """Run every candidate once, in turn; best holds each one's highest rate per second of process time."""
    for name, candidate in CANDIDATES.items():
        before = time.process_time()
        work = candidate(seed)
        best[name] = max(best.get(name, 0.0), work / (time.process_time() - before))


@pytest.mark.benchmark(min_rounds=1)
def test_fused_kernel_beats_numpy(benchmark, monkeypatch, capsys):
    monkeypatch.setattr(config, "NUMBA_NUM_THREADS", 1)
    best = {}
    one_round({}, 0)  # compiles
    seeds = iter(range(1, 1000))
    benchmark.pedantic(lambda: one_round(best, next(seeds)), rounds=ROUNDS, iterations=1)
    ratios = {name: best["fused"] / rate for name, rate in best.items()}
    benchmark.extra_info.update({f"{name}, G coordinate-steps/s": rate / 1e9 for name, rate in best.items()})
    with capsys.disabled():
        for name, rate in best.items():
            print(f"\n{name:15s} {rate / 1e9:7.3f} G coordinate-steps/s   fused is {ratios[name]:5.1f} times", end="")
        print()
    assert ratios["batched_numpy"] >= 7
    assert ratios["one_run_numpy"] >= 20
