import numpy as np
import pytest

from optclaims.papers.gradient_flow_vs_descent import measures, problems, simulation, theory
from optclaims.science.finite_differences import hessian

WIDTHS = (3, 3, 2)


def setting(seed=0):
    rng = np.random.default_rng(seed)
    net = problems.factorisation(WIDTHS, problems.random_target(rng, (2, 3)))
    return net, problems.gaussian_start(rng, WIDTHS, 0.5)[0]


def test_first_order_error_is_the_limit_of_descent_minus_flow():
    net, start = setting()
    times = np.arange(0, 4.1, 0.5)
    flow, e = theory.first_order_error(net.gradient, start, times)
    assert flow == pytest.approx(simulation.gradient_flow(net.gradient, start, times), abs=1e-7)
    gaps = []
    for lr in (0.01, 0.005):
        path = simulation.descent(net.gradient, start, lr, round(4 / lr), every=round(0.5 / lr))
        gaps.append((path - flow) / lr)
    assert 2 * gaps[1] - gaps[0] == pytest.approx(e, abs=2e-4 * np.abs(e).max())


def test_without_propagation_the_error_is_the_sum_of_the_misses():
    curvatures, times = np.array([0.5, 2.0]), np.array([0.0, 0.7, 1.5])
    e = theory.first_order_error(lambda x: curvatures * x, np.ones(2), times, propagate=False)[1]
    # The integral of -lambda^2 exp(-lambda t) / 2.
    assert e == pytest.approx(curvatures / 2 * (np.exp(-times[:, None] * curvatures) - 1), abs=1e-7)


def test_on_quadratics_the_first_order_error_has_its_closed_form():
    curvatures, times = np.array([-0.5, 0.3, 1.0]), np.linspace(0, 5, 11)
    e = theory.first_order_error(lambda x: curvatures * x, np.ones(3), times)[1]
    assert e == pytest.approx(-(curvatures**2) / 2 * times[:, None] * np.exp(-times[:, None] * curvatures), abs=1e-6)
    assert np.abs(e[:, 0]) == pytest.approx(theory.quadratic_repelled(0.5, times), abs=1e-6)
    assert np.abs(e[:, 2]).max() == pytest.approx(theory.quadratic_peak(1.0), rel=1e-6)  # t = 1 is on the grid


def test_quadratic_error_is_descent_minus_flow():
    curvatures = np.array([-0.5, 0.3])
    path = simulation.descent(lambda x: curvatures * x, np.ones(2), 0.1, 30)
    flow = simulation.gradient_flow(lambda x: curvatures * x, np.ones(2), 0.1 * np.arange(31))
    assert path - flow == pytest.approx(theory.quadratic_error(curvatures, 0.1, np.arange(31)[:, None]), abs=1e-9)


def test_the_modified_flow_of_a_quadratic_has_the_rate_of_descent_to_second_order():
    found = theory.modified_flow(lambda x: 0.8 * x, np.ones(1), np.array([0.0, 1.0]), 0.1)
    assert found[-1, 0] == pytest.approx(np.exp(-0.8 - 0.05 * 0.64), rel=1e-8)


def test_descent_follows_the_modified_flow_to_second_order():
    net, start = setting(1)
    times, distances = np.arange(0, 4.1, 0.5), []
    for lr in (0.05, 0.025):
        near = theory.modified_flow(net.gradient, start, times, lr)
        path = simulation.descent(net.gradient, start, lr, round(4 / lr), every=round(0.5 / lr))
        distances.append(measures.farthest(path, near))
    assert measures.orders(distances)[0] == pytest.approx(2, abs=0.1)


def test_the_bound_solves_its_differential_equation():
    # B' = F - m B with m(t) = cos t and F = 1 + t.
    times = np.linspace(0, 3, 4001)
    found = theory.distance_bound(times, 1 + times, np.cos(times))
    slope = np.gradient(found, times, edge_order=2)
    assert slope[1:-1] == pytest.approx((1 + times - np.cos(times) * found)[1:-1], abs=1e-4)


def test_bounds_with_constant_curvature():
    times = np.linspace(0, 2, 2001)
    for m in (-1.5, 0.7):
        expected = (1 - np.exp(-m * times)) / m
        assert theory.distance_bound(times, np.ones(2001), np.full(2001, m)) == pytest.approx(expected, abs=5e-6)
    flat = theory.distance_bound(times, np.ones(2001), np.zeros(2001))
    assert flat == pytest.approx(times)
    # With m = -beta and F = beta gamma the bound is the one that knows no curvature.
    known = theory.distance_bound(times, np.full(2001, 1.5 * 3.0), np.full(2001, -1.5))
    assert known == pytest.approx(theory.blind_bound(times, 1.5, 3.0), abs=1e-4)


def test_a_huge_contraction_does_not_overflow():
    times = np.linspace(0, 10, 11)
    assert np.isfinite(theory.distance_bound(times, np.ones(11), np.full(11, 1e4))).all()


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_the_curvature_bound_is_attained_by_aligned_layers(layers):
    u, size = np.eye(3)[0], 40.0
    net = problems.factorisation((3,) * (layers + 1), size * np.outer(u, u))
    theta = problems.aligned_start([u] * (layers + 1), 1.0)
    share = np.linalg.eigvalsh(hessian(net.gradient, theta))[0] / theory.curvature_bound(net, theta)
    expected = 1 - layers / ((layers - 1) * (size - 1)) if layers > 2 else 1.0
    assert share == pytest.approx(expected, rel=1e-5)


def test_the_curvature_bound_holds_and_the_spectral_one_is_sharper():
    rng = np.random.default_rng(0)
    for widths in ((3, 3, 2), (3, 2, 4, 3), (2, 3, 2, 3, 2)):
        net = problems.factorisation(widths, rng.standard_normal((widths[-1], widths[0])))
        theta = problems.gaussian_start(rng, widths, 0.6, runs=20)
        lowest = np.linalg.eigvalsh(hessian(net.gradient, theta))[:, 0]
        spectral, frobenius = (theory.curvature_bound(net, theta, norm=n) for n in ("spectral", "frobenius"))
        assert (lowest >= spectral - 1e-7).all()
        assert (frobenius < spectral).all()


def test_the_curvature_bound_by_its_definition():
    rng = np.random.default_rng(4)
    net = problems.Regression((2, 3, 3, 2), "linear", rng.standard_normal((5, 2)), rng.standard_normal((5, 2)), 5.0)
    theta = problems.gaussian_start(rng, net.widths, 1.0)[0]
    A, B, C = net.layers(theta)
    slope = ((net.inputs @ (C @ B @ A).T - net.targets).T @ net.inputs) / 5
    largest = max(np.linalg.norm(m, 2) for m in (A, B, C))
    assert theory.curvature_bound(net, theta) == pytest.approx(-2 * np.linalg.norm(slope, 2) * largest)
    assert theory.curvature_bound(net, theta, factor=0.5) == pytest.approx(-np.linalg.norm(slope, 2) * largest)
