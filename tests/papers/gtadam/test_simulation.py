"""The compiled loop against the algorithm written with rules, its invariants, and its random problems."""

import networkx as nx
import numpy as np
import pytest

from optclaims.papers.gtadam import measures, simulation
from optclaims.papers.gtadam.problems import (
    Problem,
    connected_graph,
    ill_conditioned,
    metropolis,
    minimiser,
    quadratics,
    shift,
    turned,
)
from optclaims.science.optimizers import SGD, Adam, EMAMomentum, SaturatedAdam

RULES = {
    "sgd": SGD(0.02),
    "momentum": EMAMomentum(0.02, 0.7),
    "adam": Adam(0.05, 0.8, 0.95, 0.1, bias_correction=False),
    "inside": Adam(0.05, 0.8, 0.95, 0.1, bias_correction=False, eps_inside_root=True),
    "maximum": SaturatedAdam(0.05, 0.8, 0.95, 0.1, amsgrad=True),
    "saturated": SaturatedAdam(0.05, 0.8, 0.95, 0.1, cap=0.5),
}


def problem(seed=0, omega=None, **options):
    drawn = quadratics(np.random.default_rng(seed), **options)
    return Problem(drawn.weights, drawn.hessians, drawn.targets, omega)


def by_rules(p, rule, steps, x, tracker):
    """The paper's algorithm: the rule's step for the gradients s, in the order of the text."""
    W, moved = p.weights, lambda t: np.array([np.cos(p.omega * t), np.sin(p.omega * t)])
    gradient = lambda x, t: np.stack([Q @ (y - b - moved(t)) for Q, y, b in zip(p.hessians, x, p.targets, strict=True)])  # noqa: E731
    s = gradient(x, 0)
    change, state = rule.change(x, s, rule.start(x), 1)
    points = [x]
    for t in range(steps):
        new = W @ x - change
        s = {
            "tracking": W @ s + gradient(new, t + 1) - gradient(x, t),
            "local": gradient(new, t + 1),
            "frozen": W @ s + gradient(new, t) - gradient(x, t),
        }[tracker]
        x = new
        change, state = rule.change(x, s, state, t + 2)
        points.append(x)
    return np.stack(points), s


@pytest.mark.parametrize("tracker", simulation.TRACKERS)
@pytest.mark.parametrize("rule", RULES)
def test_the_compiled_loop_is_the_algorithm(rule, tracker):
    p, start = problem(omega=0.05), np.random.default_rng(1).standard_normal((10, 2))
    points, s = by_rules(p, RULES[rule], 150, start, tracker)
    path = simulation.run(p, RULES[rule], 150, start, tracker=tracker)
    np.testing.assert_allclose(path.points, points, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(path.last.s, s, rtol=1e-9, atol=1e-9)


def test_records_are_those_of_every_step():
    p = problem()
    whole, some = (simulation.run(p, SGD(0.02), 20, [1.0, 2.0], every=every) for every in (1, 5))
    np.testing.assert_array_equal(some.points, whole.points[::5])
    np.testing.assert_array_equal(some.times, whole.times[::5])


def test_a_run_goes_on_from_its_last_state():
    p, rule = problem(), SaturatedAdam(0.05, eps=0.1, amsgrad=True)
    half = simulation.run(p, rule, 30, [1.0, 2.0]).last
    whole = simulation.run(p, rule, 60, [1.0, 2.0]).last
    np.testing.assert_array_equal(simulation.run(p, rule, 30, half).last, whole)


def test_trackers_keep_the_mean_gradient():
    p = problem(omega=0.03)
    path = simulation.run(p, SaturatedAdam(0.05, eps=0.1), 300, [1.0, 2.0])
    gaps = path.points[-1] - p.targets - shift(p, 300)
    gradients = np.einsum("nij,nj->ni", p.hessians, gaps)
    np.testing.assert_allclose(path.last.s.mean(0), gradients.mean(0), atol=1e-11)


def test_the_second_moment_saturates():
    p = problem()
    assert simulation.run(p, SaturatedAdam(0.01, eps=1.0, cap=1e-4), 600, [0.0, 0.0]).largest_v == 1e-4
    assert simulation.run(p, SaturatedAdam(0.01, eps=1.0), 600, [0.0, 0.0]).largest_v > 0.1
    begun = simulation.begin(p, SaturatedAdam(0.01, cap=1e-4), [0.0, 0.0])
    assert begun.v.max() == 1e-4
    np.testing.assert_allclose(begun.m, 0.1 * begun.s)


def test_jitter_is_normal_noise_on_the_points():
    p, still = problem(), Problem(np.eye(10), np.tile(np.eye(2), (10, 1, 1)), np.zeros((10, 2)))
    runs = [simulation.run(p, SGD(0.02), 50, [0.0, 0.0], jitter=0.1, rng=np.random.default_rng(3)) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].points, runs[1].points)
    walk = simulation.run(still, SGD(0.0), 2000, [0.0, 0.0], jitter=0.1, rng=np.random.default_rng(4)).points
    assert np.diff(walk, axis=0).std() == pytest.approx(0.1, rel=0.02)
    with pytest.raises(ValueError, match="rng must be"):
        simulation.run(p, SGD(0.02), 5, [0.0, 0.0], jitter=0.1)


def test_other_rules_are_refused():
    p = problem()
    for rule in (Adam(0.1), SGD(lambda t: 0.1 / t), SaturatedAdam(0.1, root_of="previous")):
        with pytest.raises(ValueError, match="rule must"):
            simulation.run(p, rule, 5, [0.0, 0.0])


def test_weights_of_metropolis():
    W = metropolis(nx.path_graph(3))
    np.testing.assert_allclose(W, [[2 / 3, 1 / 3, 0], [1 / 3, 1 / 3, 1 / 3], [0, 1 / 3, 2 / 3]])
    W = metropolis(nx.Graph([(0, 1), (0, 2), (0, 3), (3, 4)]))  # degrees 3, 1, 1, 2, 1
    np.testing.assert_allclose([W[0, 1], W[0, 3], W[3, 4], W[0, 0], W[4, 4]], [1 / 4, 1 / 4, 1 / 3, 1 / 4, 2 / 3])
    graph = connected_graph(12, 0.3, np.random.default_rng(5))
    W = metropolis(graph)
    np.testing.assert_allclose(W.sum(0), 1)
    assert ((W > 0) == (nx.to_numpy_array(graph) + np.eye(12) > 0)).all()
    with pytest.raises(ValueError, match="edge_probability"):
        connected_graph(200, 1e-4, np.random.default_rng(0))


def test_the_minimiser_has_no_mean_gradient():
    p = problem(omega=0.4)
    for t in (0, 7):
        moved = p.targets + np.array([np.cos(0.4 * t), np.sin(0.4 * t)])
        gradient = np.einsum("nij,nj->i", p.hessians, minimiser(p, t) - moved)
        np.testing.assert_allclose(gradient, 0, atol=1e-12)
    np.testing.assert_allclose(minimiser(problem(), [0, 9]), minimiser(problem(), [9, 0]))


def test_random_problems_have_the_spectra_they_promise():
    for basis in ("rotated", "axes"):
        many = [quadratics(np.random.default_rng(seed), basis=basis) for seed in range(40)]
        values = np.stack([np.linalg.eigvalsh(p.hessians) for p in many])
        assert 1 < values.min() < 1.1
        assert 9.9 < values.max() < 10
        assert np.stack([p.targets for p in many]).std() == pytest.approx(3, rel=0.05)
        corners = np.stack([p.hessians[:, 0, 1] for p in many])
        assert (np.abs(corners).max() > 3) == (basis == "rotated")
    values = ill_conditioned(np.random.default_rng(0)).hessians
    values = np.diagonal(values, axis1=1, axis2=2) / np.geomspace(1, 1000, 6)
    assert 0.5 < values.min() < 0.6
    assert 1.4 < values.max() < 1.5


def test_a_common_basis_changes_no_error_of_gradient_tracking():
    p = ill_conditioned(np.random.default_rng(2))
    q = turned(p, np.random.default_rng(3))
    np.testing.assert_allclose(np.linalg.eigvalsh(q.hessians), np.linalg.eigvalsh(p.hessians))
    paths = [simulation.run(x, SGD(1e-4), 300, np.zeros(6)) for x in (p, q)]
    errors = [measures.tracking_errors(x, path.times, path.points) for x, path in zip((p, q), paths, strict=True)]
    np.testing.assert_allclose(errors[0], errors[1], rtol=1e-9)


def test_errors_and_regrets_by_their_definitions():
    p, rng = problem(omega=0.2), np.random.default_rng(6)
    times, points = np.array([0, 3]), rng.standard_normal((2, 10, 2))

    def cost(x, t):
        gaps = x - p.targets - [np.cos(0.2 * t), np.sin(0.2 * t)]
        return sum(0.5 * g @ Q @ g for g, Q in zip(gaps, p.hessians, strict=True))

    regrets = [
        np.mean([cost(x, t) - cost(minimiser(p, t), t) for x in at]) for t, at in zip(times, points, strict=True)
    ]
    np.testing.assert_allclose(measures.regrets(p, times, points), regrets)
    errors = [
        np.sqrt(np.mean([np.sum((x - minimiser(p, t)) ** 2) for x in at])) for t, at in zip(times, points, strict=True)
    ]
    np.testing.assert_allclose(measures.tracking_errors(p, times, points), errors)


def test_the_tail_holds_whole_turns():
    assert len(measures.tail(np.arange(6001), 0.0025)) == round(2 * np.pi / 0.0025)
    assert len(measures.tail(np.arange(6001), 0.02)) == round(9 * 2 * np.pi / 0.02)
    assert measures.tail(np.arange(6001), 0.02)[-1] == 6000
    assert len(measures.tail(np.arange(100), 0.0)) == 50
    with pytest.raises(ValueError, match="must hold a turn"):
        measures.tail(np.arange(100), 0.1)


def test_departures_end_at_the_floor():
    path = 0.5 ** np.arange(10)[:, None]
    other = path * (1 + np.arange(10)[:, None] / 100)
    assert measures.departure(path, other, 0.5**5.5) == pytest.approx(0.05)
    assert measures.departure(path, other, 1e-9) == pytest.approx(0.09)


def test_edges_are_those_of_the_graph():
    graph = connected_graph(8, 0.4, np.random.default_rng(1))
    found = measures.edges(metropolis(graph))
    assert len(found["x"]) == graph.number_of_edges()
    np.testing.assert_allclose(found["x"] ** 2 + found["y"] ** 2, 1, atol=1e-6)
    values = np.linalg.eigvalsh(metropolis(graph))
    assert found["second"][0] == pytest.approx(max(abs(values[0]), values[-2]))


def test_growth_is_the_last_ratio_until_a_run_left():
    errors = [1e-6, 5e-5, 2e-6, 3e-7]
    assert measures.growth(errors, 100.0) == pytest.approx(0.3)
    assert measures.growth(errors, 40.0) == 40.0
    assert measures.growth([1.0, np.nan], 100.0) == measures.growth([1.0, np.inf, 0.0], 100.0) == 100.0


def test_the_guide_passes_through_the_error_nearest_to_its_level():
    steps = np.arange(0, 1000, 50)
    errors = 3.0 * 0.95**steps
    line = measures.guide(steps, errors, 0.95)
    assert line[line > 0] == pytest.approx(errors[line > 0])
    kept = steps[line > 0]
    assert kept.min() == steps[np.abs(np.log(errors / 1e-9)).argmin()] - 200
    assert errors[steps == kept.max()] >= 1e-15 > errors[steps > kept.max()].max()
