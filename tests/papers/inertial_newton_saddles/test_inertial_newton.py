"""Modes, escapes, steps and landscapes: closed forms against brute force, kernels against the rule, limits."""

import numpy as np
import pytest

from optclaims.papers.inertial_newton_saddles.measures import escapes as escape_measures
from optclaims.papers.inertial_newton_saddles.measures.spirals import sign_changes
from optclaims.papers.inertial_newton_saddles.problems import networks, valley
from optclaims.papers.inertial_newton_saddles.simulation import modes as simulated
from optclaims.papers.inertial_newton_saddles.simulation import networks as training
from optclaims.papers.inertial_newton_saddles.simulation import paths, trapped
from optclaims.papers.inertial_newton_saddles.theory import escapes, modes, steps
from optclaims.science.optimizers import SGD, InertialNewton

RNG = np.random.default_rng(0)
PAIRS = [(0.5, 1.0), (2.0, 0.1), (1.0, 1.1), (0.0, 0.3), (0.2, 2.0)]


def difference(function, theta, step=1e-6):
    """Central differences along the last axis."""
    shifts = step * np.eye(theta.shape[-1])
    return np.stack([(function(theta + s) - function(theta - s)) / (2 * step) for s in shifts], axis=-1)


def test_valley():
    theta = RNG.standard_normal((20, 2))
    np.testing.assert_allclose(valley.gradient(theta), difference(valley.loss, theta), rtol=1e-6, atol=1e-6)
    second = difference(valley.gradient, theta)
    np.testing.assert_allclose(second, valley.hessian(theta)[:, :, None] * np.eye(2), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(valley.hessian([[0.0, 0.0], [valley.MINIMUM, 0.0]]), list(valley.CURVATURES.values()))
    np.testing.assert_allclose(valley.gradient([valley.MINIMUM, 0.0]), 0, atol=1e-14)
    assert valley.quadratic([1.0, 0.0]) == 1 and valley.quadratic([0.0, 1.0]) == 2


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_network_gradients(layers):
    sizes = networks.shapes(layers, 3, 2)
    theta, target = RNG.standard_normal((4, sum(a * b for a, b in sizes))), np.array([1.0, -0.5])
    found = difference(lambda x: networks.loss(x, sizes, target), theta)
    np.testing.assert_allclose(networks.gradient(theta, sizes, target), found, rtol=1e-5, atol=1e-6)
    parts = np.split(theta[0], np.cumsum([a * b for a, b in sizes])[:-1])
    w = np.linalg.multi_dot([p.reshape(s) for p, s in zip(parts, sizes, strict=True)][::-1])
    np.testing.assert_allclose(networks.product(theta, sizes)[0][0], w[0])


def test_unstable_directions_of_a_network():
    sizes, target = networks.shapes(2, 3, 2), np.array([0.6, -0.8]) * 2
    hessian = difference(lambda x: networks.gradient(x, sizes, target), np.zeros((1, 9)))[0]
    values, vectors = np.linalg.eigh(hessian)
    np.testing.assert_allclose(np.sort(values), [-2] * 3 + [0] * 3 + [2] * 3, atol=1e-8)
    sized = np.linalg.norm(networks.unstable_part(vectors.T, sizes, target), axis=1)
    np.testing.assert_allclose(sized, [1] * 3 + [0] * 6, atol=1e-7)


@pytest.mark.parametrize("alpha, beta", PAIRS)
@pytest.mark.parametrize("curvature", [-8.0, -0.3, 0.4, 2.0, 30.0])
def test_roots_are_eigenvalues_and_solve_their_equation(alpha, beta, curvature):
    pair = np.array(modes.roots(alpha, beta, curvature))
    np.testing.assert_allclose(pair**2 + (alpha + beta * curvature) * pair + curvature, 0, atol=1e-10)
    step = simulated.matrix(alpha, beta, curvature, 0.01)
    np.testing.assert_allclose(np.sort_complex(np.linalg.eigvals(step)), np.sort_complex(1 + 0.01 * pair), rtol=1e-9)
    assert np.linalg.det(step) == pytest.approx(float(steps.determinant(alpha, beta, curvature, 0.01)), rel=1e-12)
    assert pair[0].real >= pair[1].real
    assert modes.spirals(alpha, beta, curvature) == (abs(pair[0].imag) > 0)


def test_matrix_is_a_step_of_the_rule():
    rule, theta, psi = InertialNewton(0.1, 0.7, 0.4), np.array([1.3]), np.array([-0.2])
    new, state = rule.step(theta, 3.0 * theta, {"psi": psi}, t=2)
    found = simulated.matrix(0.7, 0.4, 3.0, 0.1) @ np.concatenate([theta, psi])
    np.testing.assert_allclose(found, [new[0], state["psi"][0]], rtol=1e-14)


def test_gradient_descent_is_a_setting():
    start = RNG.standard_normal((5, 2))
    inertial = paths.path(InertialNewton(0.02, 1.0, 1.0), valley.gradient, start, 50)
    np.testing.assert_array_equal(inertial, paths.path(SGD(0.02), valley.gradient, start, 50))
    assert modes.growing_share(1.0, 1.0, -8.0) == pytest.approx(1.0)
    assert modes.growth(1.0, 1.0, -8.0, 0.02) == pytest.approx(np.log1p(0.16))


def test_the_start_has_its_velocity():
    """theta' = u - beta g is minus the gradient at the first step, and with velocity 0 it is 0."""
    theta, g = np.array([2.0]), np.array([0.3])
    for velocity in (1.0, 0.0, -2.0):
        rule = InertialNewton(1e-3, 0.7, 0.4, velocity)
        np.testing.assert_allclose(
            rule.step(theta, g, rule.start(theta), 1)[0], theta - 1e-3 * velocity * g, rtol=1e-14
        )


@pytest.mark.parametrize("alpha, beta", PAIRS)
def test_escape_steps_of_a_linear_mode(alpha, beta):
    """x_k is c (1 + gamma s_+)^k + (1 - c)(1 + gamma s_-)^k times the start, for any initial velocity."""
    lr, curvature = 0.02, -8.0
    plus, minus = (root.real for root in modes.roots(alpha, beta, curvature))
    for velocity in (1.0, 0.3):
        c = modes.growing_share(alpha, beta, curvature, velocity)
        rule = InertialNewton(lr, alpha, beta, velocity)
        x = paths.path(rule, lambda theta: curvature * theta, [1e-6], 400)[:, 0]
        k = np.arange(401)
        np.testing.assert_allclose(x, 1e-6 * (c * (1 + lr * plus) ** k + (1 - c) * (1 + lr * minus) ** k), rtol=1e-8)
    x = paths.path(InertialNewton(lr, alpha, beta), lambda theta: curvature * theta, [1e-6], 700)[:, 0]
    predicted = float(escapes.escape_steps(1e-6, 0.1, alpha, beta, curvature, lr))
    if predicted < 700:
        assert escape_measures.first_above(x[:, None], 0.1)[0] == np.ceil(predicted)
    assert modes.growing_share(alpha, beta, curvature, minus / abs(curvature)) == pytest.approx(0, abs=1e-12)


def test_mean_escape_steps_over_normal_starts():
    noise = 1e-9 * np.abs(RNG.standard_normal(200_000))
    sampled = escapes.escape_steps(noise, 1e-3, 0.5, 1.0, -8.0, 0.02).mean()
    assert escapes.mean_escape_steps(1e-9, 1e-3, 0.5, 1.0, -8.0, 0.02) == pytest.approx(sampled, abs=0.1)


def test_plateau_radius():
    """The loss on W1 = a s/|s|, W2 = a^T with |u| = sqrt 2 |a| is the share q of its plateau."""
    target, q = np.array([3.0, 0.0]), 0.95
    a = escapes.plateau_radius(3.0, q) / np.sqrt(2)
    assert networks.loss([[a, 0.0, a]], [(1, 2), (1, 1)], target)[0] == pytest.approx(q * 4.5)
    assert np.linalg.norm(networks.unstable_part([[a, 0.0, a]], [(1, 2), (1, 1)], target)) == pytest.approx(a * 2**0.5)


@pytest.mark.parametrize("alpha, beta", [pair for pair in PAIRS if pair[0] * pair[1] < 1])
def test_interval_is_where_the_discriminant_vanishes(alpha, beta):
    ends = np.array(modes.spiral_interval(alpha, beta))
    np.testing.assert_allclose((alpha + beta * ends) ** 2, 4 * ends, rtol=1e-10, atol=1e-12)
    inside, outside = ends * [1.01, 0.99], ends * [0.99, 1.01]
    assert modes.spirals(alpha, beta, inside[inside > 0]).all()
    assert not modes.spirals(alpha, beta, outside[outside > 0]).any()
    gap = np.ptp(modes.spiral_interval((1 - 1e-12) / beta, beta))
    assert gap < 1e-5 / beta**2  # the ends meet where alpha beta = 1
    with pytest.raises(ValueError, match="alpha"):
        modes.spiral_interval(1.1 / beta, beta)


@pytest.mark.parametrize("setting", [(0.5, 1, 50), (2, 0.1, 500), (1, 1.1, 30), (0.3, 0.9, 12), (3.0, 2.0, 0.1)])
def test_least_invertible_step_by_scanning(setting):
    alpha, beta, L = setting
    limit = steps.diffeomorphism_limit(*setting)
    curvatures, lrs = np.linspace(-L, L, 2001), limit * np.linspace(0, 0.999, 400)[1:, None]
    assert steps.determinant(alpha, beta, curvatures, lrs).min() > 0
    assert steps.determinant(alpha, beta, curvatures, 1.001 * limit).min() < 0
    assert steps.diffeomorphism_limit(*setting, root=1) >= limit


def test_published_limits():
    found = [steps.diffeomorphism_limit(*s) for s in [(0.5, 1, 50), (2, 0.1, 500), (1, 1.1, 30), (0.3, 0.9, 12)]]
    np.testing.assert_allclose(found, [0.020206, 0.025467, 0.030217, 0.101151], rtol=2e-5)
    limits = steps.sharpness_limit([0.5, 0.5, 0.5, 2, 1], [0.1, 0.1, 1, 0.1, 1.1], [0.1, 0.02, 0.02, 0.02, 0.02])
    np.testing.assert_allclose(limits, [390, 1105.56, 100.505, 1088.89, 90.826], rtol=1e-5)


def test_contraction_by_the_spectral_radius():
    alpha, beta, h, lr = (10 ** RNG.uniform(-2, high, 3000) for high in (1, 0.5, 2, 0.3))
    radius = np.abs(np.linalg.eigvals(simulated.matrix(alpha, beta, h, lr))).max(axis=-1)
    np.testing.assert_array_equal(steps.contracts(alpha, beta, h, lr), radius < 1)
    small = np.minimum(lr, np.minimum(beta, 1.9 / alpha))
    limit = steps.sharpness_limit(alpha, beta, small)
    assert steps.contracts(alpha, beta, 0.999 * limit, small).all()
    assert not steps.contracts(alpha, beta, 1.001 * limit, small).any()


@pytest.mark.parametrize(
    "cell", [(0.5, 1.0, 1.0, 0.1), (2.0, 0.1, 4.0, 0.05), (2.0, 1.0, 3.0, 0.1), (0.5, 1.2, 20.0, 0.005)]
)
def test_sign_changes_of_kernel_and_rule(cell):
    alpha, beta, h, lr = cell
    rule, theta = InertialNewton(lr, alpha, beta), np.ones(1)
    state, points, t = rule.start(theta), [1.0], 0
    while abs(theta[0]) + abs(state["psi"][0]) > 1e-9:
        t += 1
        theta, state = rule.step(theta, h * theta, state, t)
        points.append(theta[0])
    turns = sign_changes(points)
    assert simulated.sign_changes(*cell, floor=1e-9)[0] == turns
    assert (turns >= 3) == modes.spirals(alpha, beta, h)
    with pytest.raises(ValueError, match="limit"):
        simulated.sign_changes(*cell, limit=10)


def test_sign_changes_of_a_series():
    series = np.array([3.0, -3.0, 2.0, -0.05, 0.04, 0.0, -0.03, -1e-15, 1e-15])
    assert sign_changes(series) == 6
    assert sign_changes(series, low=1e-12) == 5
    assert sign_changes(series, high=1.0, low=1e-12) == 3
    np.testing.assert_array_equal(sign_changes(np.stack([series, -series], axis=1)), [6, 6])
    assert sign_changes([1.0, -1e-15, 1.0], low=1e-12) == 0  # the second value is left out, not counted as negative


def test_exits_of_kernel_and_rule():
    x, velocity = RNG.uniform(-0.2, 0.2, 30), RNG.uniform(-1, 1, 30)
    found = trapped.exits(x, velocity, 0.5, 0.8, 0.02, 0.25, 300)
    points = np.stack([x, 0 * x], axis=1)
    psi = (1 - 0.4) * points - 0.8 * (0.8 * valley.gradient(points) + np.stack([velocity, 0 * x], axis=1))
    path = paths.path(InertialNewton(0.02, 0.5, 0.8), valley.gradient, points, 300, memory={"psi": psi})[:, :, 0]
    first = escape_measures.first_above(np.abs(path), 0.25)
    np.testing.assert_array_equal(np.abs(found), first)
    np.testing.assert_array_equal(np.sign(found), np.sign(path[first, np.arange(30)]))
    np.testing.assert_allclose(path[1] - path[0], 0.02 * np.stack([velocity])[0], rtol=1e-9, atol=1e-14)


def test_threshold_velocity_is_the_stable_direction():
    for alpha, beta in [(0.5, 1.0), (2.0, 0.1)]:
        found = [trapped.threshold_velocity(x, alpha, beta, 0.02) / x for x in (1e-3, 1e-4)]
        stable = float(modes.roots(alpha, beta, -8.0)[1].real)
        errors = np.abs(np.array(found) / stable - 1)
        assert errors[0] < 5e-6 and errors[1] < errors[0] / 30 + 1e-9  # of second order in x


def test_decay_rate_covers_its_truth():
    hits = 0
    for _ in range(200):
        counts = np.bincount(RNG.geometric(0.1, 20_000))
        rate = escape_measures.decay_rate(counts, 0.2)
        hits += rate.low < -np.log1p(-0.1) < rate.high
    assert hits >= 178  # 190 expected, less three standard deviations and one
    np.testing.assert_allclose(escape_measures.share_left([0, 2, 0, 2], [0, 1, 2, 3]), [1, 0.5, 0.5, 0])
    with pytest.raises(ValueError, match="counts"):
        escape_measures.decay_rate([0, 5, 5], 0.9)
    with pytest.raises(ValueError, match="times"):
        escape_measures.share_left([0, 2, 0, 2], [4])


def test_first_above():
    np.testing.assert_array_equal(escape_measures.first_above([[0.0, 2.0], [1.0, 0.0], [3.0, 0.0]], 1.0), [2, 0])


def test_newton_goes_to_the_saddle_and_solves_quadratics_at_once():
    assert np.abs(paths.newton(valley.gradient, valley.hessian, [[1e-3, 0.5]], 0.4, 200)).max() < 1e-30
    curvatures = np.array([1.0, 7.0])
    one = paths.newton(lambda t: curvatures * t, lambda t: curvatures + 0 * t, [3.0, 4.0], 1.0, 1)
    np.testing.assert_allclose(one, 0)


def test_training_is_the_rule_on_the_network():
    sizes, target = networks.shapes(2, 3, 2), np.array([1.0, 1.0])
    start, rule = 0.1 * RNG.standard_normal((2, 9)), InertialNewton(0.05, 0.5, 1.0)
    losses, parts = training.train(rule, start, sizes, target, 20)
    path = paths.path(rule, lambda theta: networks.gradient(theta, sizes, target), start, 20)
    np.testing.assert_allclose(losses, [networks.loss(point, sizes, target) for point in path])
    np.testing.assert_allclose(parts[-1], np.linalg.norm(networks.unstable_part(path[-1], sizes, target), axis=1))
    assert losses.shape == (21, 2)
