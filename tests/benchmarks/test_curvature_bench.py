"""Top Hessian eigenvalue of a network: kept graph and Lanczos against scipy's eigsh with textbook products.

Run with ``pytest tests/benchmarks/test_curvature_bench.py -s``; the ratios are printed.
"""

import time

import numpy as np
import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from sklearn.datasets import load_digits

from optclaims import curvature

ROUNDS = 5


def problem(width, seed):
    """Mean square error on 1000 digits of a network with two tanh layers, as a function of one flat vector."""
    X, y = load_digits(return_X_y=True)
    X = torch.tensor((X - X.mean()) / X.std(), dtype=torch.float32)[:1000]
    Y = torch.nn.functional.one_hot(torch.tensor(y[:1000]), 10).float()
    torch.manual_seed(seed)
    layers = [torch.nn.Linear(a, b) for a, b in ((64, width), (width, width), (width, 10))]
    shapes = [p.shape for layer in layers for p in layer.parameters()]
    sizes = [shape.numel() for shape in shapes]
    w = torch.cat([p.detach().flatten() for layer in layers for p in layer.parameters()])

    def loss(v):
        parts = [piece.view(shape) for piece, shape in zip(v.split(sizes), shapes, strict=True)]
        x = X
        for layer in range(3):
            x = torch.nn.functional.linear(x, *parts[2 * layer : 2 * layer + 2])
            x = torch.tanh(x) if layer < 2 else x
        return (x - Y).square().sum(1).mean()

    return loss, w


def textbook(loss, w):
    def product(v):
        at = w.detach().requires_grad_()
        gradient = torch.autograd.grad(loss(at), at, create_graph=True)[0]
        return torch.autograd.grad(gradient @ torch.from_numpy(v.astype(np.float32).ravel()), at)[0].numpy()

    operator = LinearOperator((len(w), len(w)), matvec=product, dtype=np.float32)
    return eigsh(operator, k=1, which="LA", tol=1e-3)[0][0]


def ours(loss, w):
    return float(curvature.top_eigenvalues(loss, w, np.random.default_rng(0))[0][0])


@pytest.mark.parametrize("width", [32, 128])
def test_lanczos_is_three_times_eigsh(benchmark, width):
    torch.set_num_threads(1)
    problems = [problem(width, seed) for seed in range(3)]
    best = {"eigsh": np.inf, "ours": np.inf}
    values = {}
    for _ in range(ROUNDS):
        for name, function in (("eigsh", textbook), ("ours", ours)):
            start = time.process_time()
            values[name] = [function(*one) for one in problems]
            best[name] = min(best[name], time.process_time() - start)
    np.testing.assert_allclose(values["ours"], values["eigsh"], rtol=1e-3)
    ratio = best["eigsh"] / best["ours"]
    spent = ", ".join(f"{name} {1e3 * seconds:.1f} ms" for name, seconds in best.items())
    print(f"\n  three networks of {len(problems[0][1])} parameters: {spent}, ratio {ratio:.1f}")
    benchmark.extra_info.update({name: seconds for name, seconds in best.items()}, ratio=ratio)
    benchmark.pedantic(ours, args=problems[0], rounds=3)
    assert ratio >= 3
