import numpy as np
import pytest

from optclaims.papers.aida import simulation
from optclaims.papers.aida.problems import FUNCTIONS
from optclaims.science.optimizers import SGD, Aida

SETTING = {"curvature": 2.0, "lr": 0.3, "beta1": 0.7, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.2}


@pytest.mark.parametrize("eps_inside_root", [True, False])
@pytest.mark.parametrize(("p", "q"), [(2.0, 1.0), (1.5, 1.5), (4.0, 2.0)])
def test_paths_are_those_of_the_rule(p, q, eps_inside_root):
    starts = np.array([[0.1, 0.2, 0.5], [0.0, 0.0, -1.0]])
    found = simulation.paths(starts, 100, p=p, q=q, eps_inside_root=eps_inside_root, **SETTING)
    numbers = {name: value for name, value in SETTING.items() if name != "curvature"}
    rule = Aida(**numbers, p=p, q=q, bias_correction=False, eps_inside_root=eps_inside_root)
    x, state, seen = starts[:, 2], {"m": starts[:, 0], "r": starts[:, 1]}, [starts[:, 2]]
    for t in range(1, 101):
        x, state = rule.step(x, 2.0 * x, state, t)
        seen.append(x)
    assert found == pytest.approx(np.stack(seen, axis=1), rel=1e-9, abs=1e-12)


def test_a_run_ends_below_its_floor():
    setting = SETTING | {"lr": 0.1, "eps": 1.0, "beta1": 0.0, "weight_decay": 5.0}
    x = simulation.paths([[0.0, 0.0, 1e-3]], 400, p=2.0, q=2.0, floor=1e-20, **setting)[0]
    last = np.flatnonzero(x)[-1]
    gradient = 2.0 * np.abs(x[last - 2 : last])  # the momentum of the last two steps
    assert gradient[1] < 1e-20 <= gradient[0]


def test_on_cycle_has_the_momentum_of_alternating_gradients():
    m, r, x = simulation.on_cycle(0.5, 0.6, 1.5)[0]
    assert (x, r) == (0.5, 0.5**1.5)
    assert 0.6 * m + 0.4 * x == pytest.approx(-m)  # the next m, after the gradient x, has the other sign


def test_follow_is_a_sum_of_steps():
    g = np.random.default_rng(0).standard_normal((30, 2))
    assert simulation.follow(SGD(0.1), g) == pytest.approx(1 - 0.1 * np.cumsum(g, axis=0))


def test_descend_on_a_quadratic_is_the_power_of_its_matrix():
    f, lr, start = FUNCTIONS["Matyas"], 0.4, np.array([1.0, -0.5])
    found = simulation.descend(f, SGD(lr), [start, 2 * start], 20)
    matrix = np.eye(2) - lr * np.array([[0.52, -0.48], [-0.48, 0.52]])
    end = np.linalg.matrix_power(matrix, 20) @ start
    assert found[20] == pytest.approx([f.value(*end), 4 * f.value(*end)])
    assert found[0, 0] == pytest.approx(f.value(*start))


def test_a_run_that_is_no_number_is_infinitely_far():
    found = simulation.descend(FUNCTIONS["Beale"], SGD(10.0), [[4.0, 4.0]], 30)
    assert found[-1, 0] == np.inf
    assert simulation.steps_needed(found, 1e-4) == [31]


def test_steps_needed_for_good():
    excess = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert simulation.steps_needed(excess, 0.5).tolist() == [3, 0, 2]
