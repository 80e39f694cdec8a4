import numpy as np
import pytest
import torch

from optclaims.papers.adam_local_stability import measures, problems, simulation, theory

SETTING = {"lr": 0.03, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3}


def by_hand(w, steps, c, lr, beta1, beta2, eps, bias_correction):
    m = v = 0.0
    seen = [w]
    for t in range(1, steps + 1):
        m, v = beta1 * m + (1 - beta1) * c * w, beta2 * v + (1 - beta2) * (c * w) ** 2
        rate = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) if bias_correction else lr
        w = w - rate * m / (v + eps) ** 0.5
        seen.append(w)
    return np.array(seen)


@pytest.mark.parametrize("bias_correction", [False, True])
def test_path_is_the_recursion(bias_correction):
    w = simulation.path((0.0, 0.0, 0.7), 60, curvature=2.0, bias_correction=bias_correction, **SETTING)
    assert w == pytest.approx(by_hand(0.7, 60, 2.0, *SETTING.values(), bias_correction), rel=1e-12)


def test_without_epsilon_the_path_is_that_of_torch():
    theta = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([theta], lr=0.03, betas=(0.8, 0.95), eps=0.0)
    seen = [0.7]
    for _ in range(40):
        theta.grad = 2.0 * theta.detach()
        optimizer.step()
        seen.append(theta.item())
    w = simulation.path((0, 0, 0.7), 40, curvature=2.0, lr=0.03, beta1=0.8, beta2=0.95, eps=1e-60, bias_correction=True)
    assert w == pytest.approx(seen, rel=1e-10)


def test_one_step_in_a_diagonal_problem_is_one_step_of_each_path():
    w = np.array([0.4, -0.2])
    _, _, after = simulation.one_step((np.zeros(2), np.zeros(2), w), np.diag([1.0, 3.0]), **SETTING)
    each = [simulation.path((0, 0, x), 1, curvature=c, **SETTING)[1] for x, c in zip(w, (1.0, 3.0), strict=True)]
    assert after == pytest.approx(each, rel=1e-14)


def test_extremes_are_those_of_the_path():
    starts, windows = [[0, 0, 0.7], [0, 0, -1e-3]], [100, 1500, 4000]
    found = simulation.extremes(starts, windows, curvature=[2.0, 5.0], bias_correction=[False, True], **SETTING)
    for i, (c, corrected) in enumerate(((2.0, False), (5.0, True))):
        w = np.abs(simulation.path(starts[i], 4000, curvature=c, bias_correction=corrected, **SETTING))[1:]
        assert found.largest[i] == pytest.approx([w[100:1500].max(), w[1500:].max()], rel=1e-12)
        assert found.smallest[i] == pytest.approx([w[100:1500].min(), w[1500:].min()], rel=1e-12)
        assert found.steps[i] == 4000


def test_a_run_ends_below_its_floor():
    found = simulation.extremes([[0, 0, 1e-3]], [0, 50_000, 60_000], curvature=1.0, floor=1e-120, **SETTING)
    assert found.steps[0] < 50_000
    assert found.largest[0, 1] == 0


def test_windows_must_increase():
    with pytest.raises(ValueError, match="windows must"):
        simulation.extremes([[0, 0, 1.0]], [5, 5], curvature=1.0, **SETTING)


def test_an_orbit_that_shrinks_below_the_smallest_number_comes_back():
    # From a large start the second moment holds the step down for thousands of steps; then the minimum repels.
    setting = {"curvature": 0.1, "lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-16, "bias_correction": True}
    w = np.abs(simulation.path((0, 0, 1.0), 100_000, **setting))
    assert w[:50_000].min() == 0.0
    assert w[50_000:].max() > 1e-4


def test_one_step_from_the_cycle_reflects_it():
    drawn = problems.random_cycles(np.random.default_rng(0), 5)
    cells = [{name: values[i] for name, values in drawn._asdict().items()} for i in range(5)]
    width = theory.two_cycle(drawn.lr, drawn.beta1, drawn.eps, drawn.curvature)
    start = simulation.on_cycle(width, drawn.beta1, drawn.curvature)
    end = np.array([simulation.path(each, 1, **cell)[-1] for each, cell in zip(start, cells, strict=True)])
    np.testing.assert_allclose(end, -width, rtol=1e-9)
    wrong = theory.mistaken_two_cycles(drawn.lr, drawn.beta1, drawn.beta2, drawn.eps, drawn.curvature)
    for other in wrong.values():
        start = simulation.on_cycle(other, drawn.beta1, drawn.curvature)
        end = np.array([simulation.path(each, 1, **cell)[-1] for each, cell in zip(start, cells, strict=True)])
        assert (np.abs(end / other + 1) > 1e-9).all()


def test_mistaken_cycles_are_right_where_their_mistake_is_none():
    lr, beta1, eps, curvature = 0.3, 0.4, 1e-3, 2.0
    right = theory.two_cycle(lr, beta1, eps, curvature)
    assert theory.mistaken_two_cycles(lr, beta1, 0.0, eps, curvature)["eps times 1 - beta2"] == pytest.approx(right)
    tiny = theory.mistaken_two_cycles(lr, beta1, 0.9, 1e-30, curvature)
    for name in ("eps dropped", "eps outside the root"):
        assert tiny[name] == pytest.approx(theory.two_cycle(lr, beta1, 1e-30, curvature))
    found = theory.mistaken_two_cycles(lr, beta1, 0.9, eps, curvature)
    assert found["eps dropped"] == pytest.approx(theory.two_cycle(lr, beta1, 1e-30, curvature))
    assert found["eps outside the root"] == pytest.approx(found["eps dropped"] - eps**0.5 / curvature)
    assert found["1 + beta1 replaced by 1"] == pytest.approx(theory.two_cycle(lr * (1 - beta1), 0.0, eps, curvature))


def test_far_starts_hold_every_pair_on_both_problems():
    cells = problems.far_starts()
    assert len(cells.drop_duplicates()) == len(cells) == 48
    pairs = set(zip(cells.beta1, cells.beta2, strict=True))
    assert pairs == {*problems.ATTRACTING, *problems.NEARLY}
    radii = {pair: theory.cycle_radius(0.3, *pair, 1e-8, 1.0) for pair in problems.ATTRACTING}
    assert max(radii.values()) < 0.99


def test_the_distance_from_a_cycle_is_that_of_the_worse_extreme():
    found = measures.distance_from_cycle([1.0, 2.2, 2.0], [1.0, 2.0, 1.5], [1.0, 2.0, 2.0])
    np.testing.assert_allclose(found, [0, 0.1, 0.25])
