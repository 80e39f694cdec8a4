"""Streaming least squares, batch 1: the compiled kernel against what papers' scripts do, numpy and torch over runs.

Unit: one coordinate of one sample of one run, which needs one fresh normal. The limit is drawing these alone.
"""

import numpy as np
import pytest
import torch

from optclaims.science import normals, streaming

RATE, DEVIATION = 0.5, 0.3


def fused(features, method, d, runs, steps):
    rng, start = np.random.default_rng(0), np.full(d, d**-0.5)

    def run():
        noise = DEVIATION * rng.standard_normal((runs, steps), np.float32)
        streaming.run(features, start, noise, RATE, method, [0, steps], rng)
        return d * runs * steps

    return run


def step_by_step(root, method, d, steps):
    """One run, one numpy call per operation; root maps white noise to a sample."""
    rng, w = np.random.default_rng(0), np.full(d, d**-0.5)

    def run():
        v = w
        for _ in range(steps):
            x = root(rng.standard_normal(d))
            g = (x @ v - DEVIATION * rng.standard_normal()) * x
            v = v - RATE / d * (np.sign(g) if method == "sign" else g)
        return d * steps

    return run


def numpy_over_runs(variances, method, runs, steps):
    """All runs at once, in place, in float32, with numpy's fastest bit generator."""
    rng, d = np.random.Generator(np.random.SFC64(0)), variances.size
    root, rate, deviation = np.sqrt(variances).astype(np.float32), np.float32(RATE / d), np.float32(DEVIATION)
    w, x = np.full((runs, d), d**-0.5, np.float32), np.empty((runs, d), np.float32)

    def run():
        for _ in range(steps):
            rng.standard_normal(out=x, dtype=np.float32)
            np.multiply(x, root, out=x)
            r = np.einsum("rd,rd->r", x, w) - deviation * rng.standard_normal(runs, dtype=np.float32)
            if method == "sign":
                np.sign(x, out=x)
                r = np.sign(r)
            np.multiply(x, rate * r[:, None], out=x)
            np.subtract(w, x, out=w)
        return d * runs * steps

    return run


def torch_over_runs(variances, method, runs, steps):
    """In unit-variance coordinates, normals for several steps at a time, four passes a step, all in place."""
    d = variances.size
    root = torch.from_numpy(np.sqrt(variances).astype(np.float32))
    gain = RATE / d * (root if method == "sign" else root**2)
    w = torch.full((runs, d), d**-0.5) * root
    ahead = max(1, 2**17 // (runs * d))
    z, noise = torch.empty(ahead, runs, d), torch.empty(ahead, runs, 1)

    def run():
        for step in range(steps):
            if step % ahead == 0:
                z.normal_()
                noise.normal_(0, DEVIATION)
            x = z[step % ahead]
            x.mul_(torch.linalg.vecdot(x, w)[:, None].sub_(noise[step % ahead]))
            w.addcmul_(x.sign_() if method == "sign" else x, gain, value=-1)
        return d * runs * steps

    return run


def only_normals(draws):
    """As many normals as the kernel needs, in blocks of its size."""
    state, out = normals.states(np.random.default_rng(0), 1)[0], np.empty(streaming.CACHED, np.float32)

    def draw():
        for _ in range(draws // out.size):
            normals.fill(state, out)
        return draws // out.size * out.size

    return draw


@pytest.mark.parametrize(
    ("method", "d", "runs", "steps"),
    [("sign", 100, 64, 4000), ("sign", 500, 64, 2000), ("sign", 2000, 32, 800), ("sgd", 500, 64, 2000)],
)
def test_diagonal_covariance(race, method, d, runs, steps):
    variances = np.linspace(1, 0.05, d)
    scales = np.sqrt(variances)
    ratio = race(
        {"sign": "streaming signSGD", "sgd": "streaming SGD"}[method],
        f"d = {d}, {runs} runs",
        "coordinate-steps",
        {
            "compiled": fused(streaming.diagonal(variances), method, d, runs, steps),
            "numpy, one run step by step": step_by_step(lambda z: scales * z, method, d, 2000),
            "numpy over runs, float32": numpy_over_runs(variances, method, runs, steps // 10),
            "torch over runs, tuned, float32": torch_over_runs(variances, method, runs, steps // 4),
            "the normals alone": only_normals(d * runs * steps),
        },
        limits=["the normals alone"],
    )
    assert ratio["numpy over runs, float32"] >= 4
    assert ratio["torch over runs, tuned, float32"] >= 1.5


@pytest.mark.parametrize(("d", "runs", "steps"), [(128, 64, 512), (512, 32, 256)])
def test_dense_covariance(race, d, runs, steps):
    """The limit is a matrix product for thousands of samples at a time."""
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.standard_normal((d, d)))[0]
    covariance = (basis * np.linspace(1, 0.05, d)) @ basis.T
    root = np.linalg.cholesky(covariance)
    transposed = np.ascontiguousarray(root.T, np.float32)
    white = rng.standard_normal((8192, d), np.float32)
    out = np.empty_like(white)

    def product():
        np.dot(white, transposed, out=out)
        return out.size

    ratio = race(
        "streaming signSGD, dense covariance",
        f"d = {d}, {runs} runs",
        "coordinate-steps",
        {
            "compiled": fused(streaming.dense(covariance), "sign", d, runs, steps),
            "numpy, one run step by step": step_by_step(lambda z: root @ z, "sign", d, 1000),
            "colouring by one matrix product": product,
        },
        limits=["colouring by one matrix product"],
    )
    assert ratio["numpy, one run step by step"] >= 4
    assert ratio["colouring by one matrix product"] >= 0.35
