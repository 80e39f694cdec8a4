import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optclaims.papers.adam_local_stability import simulation, theory

SETTING = {
    "lr": st.floats(1e-3, 1.0),
    "beta1": st.floats(0.0, 0.95),
    "eps": st.floats(1e-8, 1e-2),
    "curvature": st.floats(0.1, 10.0),
}


@given(**SETTING)
def test_roots_are_those_of_their_polynomial(lr, beta1, eps, curvature):
    middle = 1 + beta1 - lr / np.sqrt(eps) * curvature * (1 - beta1)
    pair = theory.roots(lr, beta1, eps, curvature)
    assert pair.prod() == pytest.approx(beta1, abs=1e-9 * (1 + middle**2))
    assert pair.sum() == pytest.approx(middle, abs=1e-9 * (1 + abs(middle)))
    assert abs(pair[0]) <= abs(pair[1]) * (1 + 1e-12)


@given(**SETTING)
def test_the_critical_rate_is_where_a_root_is_minus_one(lr, beta1, eps, curvature):
    critical = theory.critical_lr(beta1, eps, curvature)
    assert np.abs(theory.roots(critical, beta1, eps, curvature) + 1).min() < 1e-6
    assert theory.root_modulus(0.999 * critical, beta1, eps, curvature) < 1
    assert theory.root_modulus(1.001 * critical, beta1, eps, curvature) > 1


def test_the_modulus_is_the_square_root_of_beta1_exactly_where_the_roots_are_complex():
    a = np.array([0.99 * (1 - 0.9**0.5) ** 2, 1.01 * (1 - 0.9**0.5) ** 2, 0.99 * (1 + 0.9**0.5) ** 2]) / (1 - 0.9)
    modulus = theory.root_modulus(a, 0.9, 1.0, 1.0)
    assert modulus[0] > 0.9**0.5 + 1e-3
    assert modulus[1:] == pytest.approx(0.9**0.5, rel=1e-12)


def test_the_spectrum_is_that_of_the_step():
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    curvatures = np.array([0.3, 1.0, 4.0])
    setting = {"lr": 0.01, "beta1": 0.7, "beta2": 0.98, "eps": 1e-4}
    measured = np.linalg.eigvals(simulation.step_jacobian(rotation * curvatures @ rotation.T, **setting))
    predicted = theory.jacobian_spectrum(*setting.values(), curvatures)
    assert np.abs(np.sort_complex(measured) - np.sort_complex(predicted)).max() < 1e-7


def test_two_cycle_repeats_after_two_steps_and_changes_sign_after_one():
    lr, beta1, beta2, eps, c = 0.3, 0.6, 0.95, 1e-4, 2.5
    width = float(theory.two_cycle(lr, beta1, eps, c))
    start = (-(1 - beta1) * c * width / (1 + beta1), (c * width) ** 2, width)
    w = simulation.path(start, 2, curvature=c, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    assert w == pytest.approx([width, -width, width], rel=1e-12)


def test_two_cycle_begins_at_the_critical_rate():
    critical = theory.critical_lr(0.9, 1e-4, 2.0)
    assert theory.two_cycle(0.9999 * critical, 0.9, 1e-4, 2.0) == 0
    assert theory.two_cycle(1.0001 * critical, 0.9, 1e-4, 2.0) > 0
    assert theory.two_cycle(1.0, 0.9, 1e-30, 2.0) == pytest.approx(0.1 / 3.8)  # whatever the curvature


@pytest.mark.parametrize(("beta1", "beta2"), [(0.9, 0.999), (0.5, 0.9), (0.2, 0.5), (0.0, 0.1)])
def test_cycle_jacobian_is_the_difference_quotient_of_a_step(beta1, beta2):
    lr, eps, c = 0.2, 1e-5, 1.5
    width = float(theory.two_cycle(lr, beta1, eps, c))
    start = np.array([-(1 - beta1) * c * width / (1 + beta1), (c * width) ** 2, width])

    def reflected(state):
        step = simulation.one_step(tuple(state[:, None]), [[c]], lr=lr, beta1=beta1, beta2=beta2, eps=eps)
        return np.array([-step[0][0], step[1][0], -step[2][0]])

    quotient = [(reflected(start + h) - reflected(start - h)) / 2e-8 for h in 1e-8 * np.eye(3)]
    assert theory.cycle_jacobian(lr, beta1, beta2, eps, c) == pytest.approx(
        np.stack(quotient, axis=1), rel=1e-4, abs=1e-4
    )


def test_cycle_radius_without_momentum_is_the_square_root_of_beta2():
    for beta2 in (0.5, 0.9, 0.999):
        assert theory.cycle_radius(1e-2, 0.0, beta2, 1e-20, 10.0) == pytest.approx(beta2**0.5, rel=1e-6)
    assert theory.cycle_radius(1e-2, 0.0, 0.1, 1e-20, 10.0) == pytest.approx(0.5, rel=1e-6)  # real eigenvalues


def test_without_a_cycle_there_is_no_radius():
    with pytest.raises(ValueError, match=r"two-cycle for lr above 0\.38"):
        theory.cycle_radius(0.37, 0.9, 0.99, 1e-4, 1.0)
