import numpy as np
import pytest

from optclaims.papers.aida import simulation, theory

PAIRS = [(2.0, 1.0), (2.0, 1.2), (1.5, 1.5), (4.0, 2.0)]


@pytest.mark.parametrize("p", [1.0, 2.0])
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_the_critical_rate_is_where_the_linear_map_has_the_eigenvalue_minus_one(p, decay):
    beta1, eps, h = 0.8, 1e-3, 2.0
    lr = theory.critical_lr(beta1, eps, h, decay, p)
    a = lr * eps ** (-1 / p)
    step = np.array([[beta1, (1 - beta1) * h], [-a * beta1, 1 - lr * decay - a * (1 - beta1) * h]])
    assert np.abs(np.linalg.eigvals(step) + 1).min() < 1e-12
    assert theory.critical_lr(0.8, 1e-3, 2.0, 0.0) == pytest.approx(2 * 1.8 * 1e-3**0.5 / 0.2 / 2.0)


def test_decay_rate_is_the_larger_of_both():
    assert theory.decay_rate(0.1, 1.5, 0.9, 2.0) == pytest.approx(0.85)
    assert theory.decay_rate(0.1, 5.0, 0.9, 2.0) == pytest.approx(0.81)
    assert theory.decay_rate(1.0, 1.9, 0.5, 1.5) == pytest.approx(0.9)
    with pytest.raises(ValueError, match="q must"):
        theory.decay_rate(0.1, 1.0, 0.9, 1.0)


@pytest.mark.parametrize(("p", "q"), [(2.0, 1.5), (4.0, 2.0), (3.0, 1.2)])
def test_algebraic_decay_solves_its_differential_equation(p, q):
    lr, eps, h = 0.3, 1e-2, 1.7
    law = lambda t: theory.algebraic_decay(1e-3, t, lr, eps, p, q, h)  # noqa: E731
    assert law(0.0) == pytest.approx(1e-3)
    slope = (law(1e4 + 1) - law(1e4 - 1)) / 2
    assert slope == pytest.approx(-lr * (h * law(1e4)) ** q / eps ** (q / p), rel=1e-5)


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_cycles_repeat(p, q):
    lr, beta1, eps, decay, h = 1.5, 0.3, 1e-8, 0.1, 0.7
    widths = theory.cycle_widths(lr, beta1, eps, decay, p, q, h)
    assert len(widths) == (1 if q == 1 else 2)
    setting = {
        "curvature": h,
        "lr": lr,
        "beta1": beta1,
        "beta2": 0.9,
        "eps": eps,
        "weight_decay": decay,
        "p": p,
        "q": q,
    }
    for w in widths:
        start = [[-(1 - beta1) / (1 + beta1) * h * w, (h * w) ** p, w]]
        assert simulation.paths(start, 2, **setting)[0] == pytest.approx([w, -w, w], rel=1e-9)


def test_cycles_vanish_below_their_threshold():
    # p = q = 2: two if and only if eta h s^2 > 2 (2 - eta mu) sqrt(eps)
    beta1, eps, decay = 0.5, 1e-4, 0.0
    lr = 4 * eps**0.5 / (1 / 3) ** 2
    assert len(theory.cycle_widths(0.999 * lr, beta1, eps, decay, 2.0, 2.0)) == 0
    assert len(theory.cycle_widths(1.001 * lr, beta1, eps, decay, 2.0, 2.0)) == 2
    # without decay AdamW's width is sqrt(A^2 - eps)
    assert theory.cycle_widths(1.0, 0.5, 1e-4, 0.0, 2.0, 1.0) == pytest.approx([(1 / 36 - 1e-4) ** 0.5])


def test_the_largest_cycle_of_cells():
    found = theory.largest_cycle([1.0, 1e-6], 0.3, 1e-8, 0.1, 2.0, 1.2)
    assert found[0] == theory.cycle_widths(1.0, 0.3, 1e-8, 0.1, 2.0, 1.2)[-1]
    assert np.isnan(found[1])


@pytest.mark.parametrize(("p", "q"), PAIRS)
@pytest.mark.parametrize(("beta1", "beta2"), [(0.0, 0.5), (0.6, 0.99)])
def test_the_jacobian_is_the_difference_quotient_of_a_step(p, q, beta1, beta2):
    lr, eps, decay, h = 1.2, 1e-8, 0.2, 1.4
    width = theory.cycle_widths(lr, beta1, eps, decay, p, q, h)[-1]
    start = np.array([-(1 - beta1) / (1 + beta1) * h * width, (h * width) ** p, width])

    def reflected(state):
        g = h * state[2]
        m, r = beta1 * state[0] + (1 - beta1) * g, beta2 * state[1] + (1 - beta2) * abs(g) ** p
        x = (1 - lr * decay) * state[2] - lr * np.sign(m) * abs(m) ** q / (r + eps) ** (q / p)
        return np.array([-m, r, -x])

    assert reflected(start) == pytest.approx(start, rel=1e-9)
    quotient = np.stack([(reflected(start + e) - reflected(start - e)) / 2e-7 for e in 1e-7 * np.eye(3)], axis=1)
    found = theory.cycle_jacobian(width, lr, beta1, beta2, eps, decay, p, q, h)
    assert found == pytest.approx(quotient, rel=1e-4, abs=1e-5)
