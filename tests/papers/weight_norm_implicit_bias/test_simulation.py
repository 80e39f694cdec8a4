"""The compiled runs against the algorithms in full dimension, and the flow against small steps."""

import numpy as np
import pytest

from optclaims.papers.weight_norm_implicit_bias import measures, simulation
from optclaims.papers.weight_norm_implicit_bias.problems import Problem, direction, kernel_part, random_problem


def drawn(seed=0, design="gaussian", kernel=None, rows=6, columns=15):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, rows, columns, design)
    return problem, direction(rng, problem, kernel)


def in_full_dimension(problem, g, w, method, lr, c, steps):
    """The formulas of the paper, with the matrix itself."""
    A, b = problem.matrix, problem.matrix @ problem.target
    rows = []
    for t in range(steps + 1):
        unit = w / np.linalg.norm(w)
        x = {"wn": g * unit, "rpgd": g * w, "raw": g * w, "gd": w}[method]
        residual = A @ x - b
        share = np.linalg.norm(kernel_part(problem, unit))
        rows.append((t, g, share, np.linalg.norm(w), 0.5 * residual @ residual, np.linalg.norm(x - problem.least_norm)))
        if t == steps:
            return np.array(rows), w
        gradient = A.T @ residual
        if method == "wn":
            change = g / np.linalg.norm(w) * (gradient - unit * (unit @ gradient))
            g, w = g - c * lr * unit @ gradient, w - lr * change
        elif method == "gd":
            w = w - lr * gradient
        else:
            g, w = g - c * lr * w @ gradient, w - lr * g * gradient
            w = w / np.linalg.norm(w) if method == "rpgd" else w


@pytest.mark.parametrize("method", simulation.METHODS)
@pytest.mark.parametrize("design", ["gaussian", "orthonormal"])
def test_compiled_runs_are_those_in_full_dimension(method, design):
    problem, w = drawn(1, design)
    w = w if method == "rpgd" else 1.3 * w
    run = simulation.descend(problem, 0.7, w, method=method, lr=0.1, c=0.4, steps=40, every=1, loss=0.0)
    rows, w = in_full_dimension(problem, 0.7, w, method, 0.1, 0.4, 40)
    names = ("times", "g", "kernel", "norm", "loss", "error")
    for name, expected in zip(names, rows.T, strict=True):
        assert getattr(run, name) == pytest.approx(expected, rel=1e-9), name
    assert run.w == pytest.approx(w, rel=1e-9, abs=1e-12)


def test_runs_end_at_their_floors_and_are_recorded():
    problem, w = drawn(2)
    run = simulation.descend(problem, 1.0, w, method="rpgd", lr=0.1, every=7)
    assert run.loss[-1] < 1e-20 <= run.loss[-2]
    assert (run.times[:-1] == 7 * np.arange(len(run.times) - 1)).all()
    ends = simulation.descend(problem, 1.0, w, method="rpgd", lr=0.1)
    assert ends.times.tolist() == [0, run.times[-1]]
    first = simulation.descend(problem, 1.0, w, method="rpgd", lr=0.1, c=0.0, kernel=1e-3, loss=0.0)
    assert first.kernel[-1] < 1e-3
    assert first.g[-1] == 1.0
    short = simulation.descend(problem, 1.0, w, method="wn", lr=0.1, steps=10)
    assert short.times[-1] == 10


def test_descent_keeps_its_kernel_part():
    problem, w = drawn(3)
    run = simulation.descend(problem, 1.0, 0.8 * w, method="gd", lr=0.5)
    assert run.error[-1] == pytest.approx(0.8 * np.linalg.norm(kernel_part(problem, w)), rel=1e-9)
    assert kernel_part(problem, run.w) == pytest.approx(0.8 * kernel_part(problem, w), abs=1e-12)


@pytest.mark.parametrize("length", [1.0, 1.5])
def test_the_flow_is_the_limit_of_small_steps(length):
    problem, w = drawn(4)
    flow = simulation.flow(problem, 0.6, length * w, [0.0, 3.0], c=0.5)
    gaps = []
    for lr in (0.002, 0.001):
        run = simulation.descend(problem, 0.6, length * w, method="wn", lr=lr, c=0.5, steps=round(3 / lr), loss=0.0)
        gaps.append([getattr(run, name)[-1] - getattr(flow, name)[-1] for name in ("g", "kernel", "error", "loss")])
    assert np.array(gaps[0]) / gaps[1] == pytest.approx(2, rel=0.05)
    assert flow.norm == pytest.approx(length, rel=1e-9)
    assert flow.w == pytest.approx(run.w, abs=1e-2)


def test_weight_normalization_does_not_care_for_the_length_but_in_time():
    problem, w = drawn(5)
    slow = simulation.flow(problem, 0.6, 2 * w, [8.0], c=0.25)  # w/2 moves at a quarter of the speed, and so must g
    fast = simulation.flow(problem, 0.6, w, [2.0], c=1.0)
    assert slow.g == pytest.approx(fast.g, rel=1e-8)
    assert slow.kernel == pytest.approx(fast.kernel, rel=1e-8)


def test_problems_have_the_norms_they_promise():
    for design in ("gaussian", "orthonormal"):
        problem, _ = drawn(6, design)
        assert problem.norm == pytest.approx(2)
        assert np.linalg.norm(problem.matrix, 2) == pytest.approx(1)
        assert problem.least_norm == pytest.approx(np.linalg.pinv(problem.matrix) @ problem.matrix @ problem.target)
        assert problem.matrix @ kernel_part(problem, np.arange(15.0)) == pytest.approx(np.zeros(6), abs=1e-12)
        assert problem.curvatures == pytest.approx(np.linalg.eigvalsh(problem.matrix @ problem.matrix.T)[::-1])
    assert drawn(6, "orthonormal")[0].curvatures == pytest.approx(np.ones(6))
    spread = np.stack([drawn(seed)[1] for seed in range(300)])
    assert np.linalg.norm(spread, axis=1) == pytest.approx(np.ones(300))
    assert (spread**2).mean(0) == pytest.approx(np.full(15, 1 / 15), rel=0.3)
    assert np.linalg.norm(kernel_part(drawn(7)[0], drawn(7, kernel=0.4)[1])) == pytest.approx(0.4)
    with pytest.raises(ValueError, match="full row rank"):
        Problem([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0]], [1.0, 1.0, 1.0])


def test_slopes_and_orders():
    t = np.arange(100)
    assert measures.window_slope(t, np.exp(-0.3 * t) + 5 * (t > 80), 1e-9, 1e-2) == pytest.approx(-0.3)
    assert measures.drift([2.0, 1.0, 2.5]) == 1.0
    assert measures.order(1.0, 0.5) == 1.0
    with pytest.raises(ValueError, match="at least 10"):
        measures.window_slope(t, np.exp(-t), 1e-3, 1e-1)
