"""Standard normals: the lanes of the package against the generators of numpy and torch, 8192 at a time, in cache."""

import numpy as np
import torch

from optclaims.science import normals

SIZE, CALLS = 8192, 300


def ours():
    state, out = normals.states(np.random.default_rng(0), 1)[0], np.empty(SIZE, np.float32)

    def draw():
        for _ in range(CALLS):
            normals.fill(state, out)
        return SIZE * CALLS

    return draw


def numpy_generator(bits, dtype):
    rng, out = np.random.Generator(bits(0)), np.empty(SIZE, dtype)

    def draw():
        for _ in range(CALLS):
            rng.standard_normal(out=out, dtype=dtype)
        return SIZE * CALLS

    return draw


def torch_normal(dtype):
    out = torch.empty(SIZE, dtype=dtype)

    def draw():
        for _ in range(CALLS):
            out.normal_()
        return SIZE * CALLS

    return draw


def test_normals(race):
    ratio = race(
        "normals",
        f"{SIZE} at a time",
        "normals",
        {
            "ours, float32": ours(),
            "numpy, PCG64 (its default), float64": numpy_generator(np.random.PCG64, np.float64),
            "numpy, SFC64, float32": numpy_generator(np.random.SFC64, np.float32),
            "torch, float64": torch_normal(torch.float64),
            "torch, float32": torch_normal(torch.float32),
        },
    )
    assert ratio["numpy, PCG64 (its default), float64"] >= 4
    assert ratio["torch, float32"] >= 1.2
