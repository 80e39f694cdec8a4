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


def problem(width):
    """Mean square error on 1000 digits of a network with two tanh layers, as a function of one flat vector."""
    X, y = load_digits(return_X_y=True)
    X = torch.tensor((X - X.mean()) / X.std(), dtype=torch.float32)[:1000]
    Y = torch.nn.functional.one_hot(torch.tensor(y[:1000]), 10).float()
    shapes = [(64, width), (width, width), (width, 10)]
    sizes = [a * b for a, b in shapes]
    rng = np.random.default_rng(0)
    w = torch.tensor(np.concatenate([rng.standard_normal(a * b) / a**0.5 for a, b in shapes]), dtype=torch.float32)

    def loss(v):
        first, second, third = (piece.view(shape) for piece, shape in zip(v.split(sizes), shapes, strict=True))
        return (torch.tanh(torch.tanh(X @ first) @ second) @ third - Y).square().sum(1).mean()

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
    loss, w = problem(width)
    best = {"eigsh": np.inf, "ours": np.inf}
    values = {}
    for _ in range(ROUNDS):
        for name, function in (("eigsh", textbook), ("ours", ours)):
            start = time.process_time()
            values[name] = function(loss, w)
            best[name] = min(best[name], time.process_time() - start)
    assert values["ours"] == pytest.approx(values["eigsh"], rel=1e-3)
    ratio = best["eigsh"] / best["ours"]
    print(
        f"\n  {len(w)} parameters: eigsh {1e3 * best['eigsh']:.1f} ms, ours {1e3 * best['ours']:.1f} ms, ratio {ratio:.1f}"
    )
    benchmark.extra_info.update({name: seconds for name, seconds in best.items()}, ratio=ratio)
    benchmark.pedantic(ours, args=(loss, w), rounds=3)
    assert ratio >= 3
