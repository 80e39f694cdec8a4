"""Compiled path ensemble against batched numpy in float64, RMSprop on a parabola with its companion, one thread.

    python -m pytest tests/benchmarks/test_sde_ensembles.py --benchmark-only -s
The two take turns round by round; the fastest round of each counts. A unit of work is one path for one step.
"""

import time

import numpy as np
import pytest

from optclaims.papers.adaptive_sde_scaling.hyperparameters import from_sde
from optclaims.papers.adaptive_sde_scaling.simulation import Setting, ensemble, rates

PATHS, ETA2, ROUNDS = 200 * 1024, 0.05, 5
HYPER, SIGMA = from_sde(ETA2, 1.0, 0.1, 1.0)
SETTING = Setting(HYPER, SIGMA, 40, (1.5, 0.0, 0.5 * SIGMA**2))


def compiled(seed):
    return [side.mean(0)[:3] for side in ensemble(SETTING, PATHS, np.random.default_rng(seed))]


def batched_numpy(seed):
    """All paths at once in float64, the same quantities for algorithm and companion, numpy's fastest generator."""
    rng, hp = np.random.Generator(np.random.SFC64(seed)), HYPER
    theta, v = np.full(PATHS, SETTING.start[0]), np.full(PATHS, SETTING.start[2])
    theta_c, v_c, new = theta.copy(), v.copy(), 1 - hp.beta2
    for rate in rates(SETTING):
        noise = SIGMA * rng.standard_normal(PATHS)
        g = theta + noise
        theta -= hp.eta * g / (np.sqrt(v) + hp.eps)
        v += new * (g * g - v)
        theta_c -= rate * (theta_c + noise)
        v_c += new * (noise * noise - v_c)
    return [np.array([t.mean(), (t * t).mean(), w.mean()]) for t, w in ((theta, v), (theta_c, v_c))]


@pytest.mark.benchmark(min_rounds=1)
def test_compiled_is_eight_times_batched_numpy(benchmark):
    compiled(0)
    best, results = {}, {}
    for seed in range(ROUNDS):
        for function in (compiled, batched_numpy):
            start = time.process_time()
            results[function] = function(seed)
            elapsed = time.process_time() - start
            best[function] = min(best.get(function, np.inf), elapsed)
    np.testing.assert_allclose(results[compiled], results[batched_numpy], rtol=0.02)
    work = PATHS * SETTING.steps / 1e6
    speeds = {function.__name__: work / seconds for function, seconds in best.items()}
    ratio = speeds["compiled"] / speeds["batched_numpy"]
    print(f"\n  {speeds} M path-steps/s: ratio {ratio:.1f}")
    benchmark.extra_info.update(speeds)
    benchmark.pedantic(compiled, args=(1,), rounds=3)
    assert ratio >= 8
