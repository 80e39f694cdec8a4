"""Path ensembles of RMSprop on a noisy parabola with its companion: compiled against numpy and torch.

Unit: one path (algorithm and companion) for one step, which needs one normal. The limit is drawing these alone.
"""

import numpy as np
import torch

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
from optclaims.papers.adaptive_sde_scaling.simulation import Setting, ensemble, rates
from optclaims.papers.adaptive_sde_scaling.simulation.ensembles import BLOCK
from optclaims.science import normals

PATHS, ETA2 = 192 * BLOCK, 0.05
HYPER, SIGMA = from_sde(ETA2, 1.0, 0.1, 1.0)
SETTING = Setting(HYPER, SIGMA, 40, (1.5, 0.0, 0.5 * SIGMA**2))


def compiled():
    rng = np.random.default_rng(0)
    return np.array([side.mean(0)[:3] for side in ensemble(SETTING, PATHS, rng)])


def batched(normal, full, paths):
    """All paths at once, for arrays of numpy or tensors of torch: means of theta, theta^2, v of both."""
    theta, v = full(SETTING.start[0]), full(SETTING.start[2])
    theta_c, v_c, new = full(SETTING.start[0]), full(SETTING.start[2]), 1 - HYPER.beta2
    for rate in map(float, rates(SETTING)):
        noise = SIGMA * normal(paths)
        g = theta + noise
        theta -= HYPER.lr * g / (v**0.5 + HYPER.eps)
        v += new * (g * g - v)
        theta_c -= rate * (theta_c + noise)
        v_c += new * (noise * noise - v_c)
    return np.array([[float(x.mean()) for x in (t, t * t, w)] for t, w in ((theta, v), (theta_c, v_c))])


def in_numpy():
    rng = np.random.Generator(np.random.SFC64(0))
    return batched(rng.standard_normal, lambda value: np.full(PATHS, value), PATHS)


def in_torch(size=16 * BLOCK):
    """Blocks of paths that stay in cache, in float32."""
    torch.manual_seed(0)
    blocks = range(PATHS // size)
    return np.mean([batched(torch.randn, lambda value: torch.full((size,), value), size) for _ in blocks], axis=0)


def only_normals():
    state, out = normals.states(np.random.default_rng(0), 1)[0], np.empty(BLOCK, np.float32)
    for _ in range(SETTING.steps * PATHS // BLOCK):
        normals.fill(state, out)


def test_ensemble(race):
    moments = {}

    def candidate(function):
        def run():
            moments[function] = function()
            return PATHS * SETTING.steps

        return run

    ratio = race(
        "path ensembles (SDE)",
        f"{PATHS} paths, {SETTING.steps} steps",
        "path-steps",
        {
            "compiled, float32": candidate(compiled),
            "numpy, float64": candidate(in_numpy),
            "torch, blocks in cache, float32": candidate(in_torch),
            "the normals alone": candidate(only_normals),
        },
        limits=["the normals alone"],
    )
    for function in (in_numpy, in_torch):
        np.testing.assert_allclose(moments[compiled], moments[function], rtol=0.02)
    assert ratio["numpy, float64"] >= 6
    assert ratio["torch, blocks in cache, float32"] >= 2
