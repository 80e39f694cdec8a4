import numpy as np
import pytest
from scipy import integrate, stats

from optclaims.papers.diffgrad import simulation, theory
from optclaims.science.optimizers import Adam


@pytest.mark.parametrize("sigma", [0.01, 0.3, 1.0, 7.0])
def test_mean_friction_is_the_integral_over_two_gradients(sigma):
    def inner(x):
        return stats.norm.pdf(x) / (1 + np.exp(-sigma * 2**0.5 * abs(x)))

    direct = 2 * integrate.quad(inner, 0, 30, epsabs=1e-13)[0]
    assert theory.mean_friction(sigma) == pytest.approx(direct, abs=1e-11)


def test_mean_friction_to_first_order_and_far_out():
    assert theory.mean_friction(1e-5) == pytest.approx(0.5 + 1e-5 * 2**0.5 / 4 * (2 / np.pi) ** 0.5, abs=1e-12)
    # 1 - E xi -> 2 phi(0) ln 2 / (sqrt 2 sigma)
    assert 1 - theory.mean_friction(1e4) == pytest.approx(2 * np.log(2) / (4 * np.pi) ** 0.5 / 1e4, rel=1e-6)


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("friction", [0.5, 1.0])
def test_the_critical_rate_is_where_an_eigenvalue_is_minus_one(beta1, friction):
    eps, c = 1e-2, 3.0
    k = friction * float(theory.critical_lr(beta1, eps, c, friction)) * c * (1 - beta1) / eps
    # (m, x) -> (beta1 m + (1 - beta1) c x, x - lr xi m' / eps)
    assert np.roots([1, k - 1 - beta1, beta1]) == pytest.approx(sorted([-1, -beta1]), abs=1e-6)


@pytest.mark.parametrize("friction", [0.5, 1.0])
def test_the_cycle_repeats(friction):
    lr, beta1, eps, c = 0.4, 0.6, 1e-2, 2.0
    width = float(theory.cycle_width(lr, beta1, eps, c, friction))
    assert width > 0
    rule = Adam(friction * lr, beta1, 0.9, eps, bias_correction=False)
    start = {"m": np.array([-(1 - beta1) * c * width / (1 + beta1)]), "v": np.array([(c * width) ** 2])}
    after, _ = rule.step(np.array([width]), np.array([c * width]), start, 1)
    assert after == pytest.approx([-width], rel=1e-12)


def test_the_cycle_begins_at_the_critical_rate():
    critical = theory.critical_lr(0.9, 1e-2, 2.0)
    assert theory.cycle_width(0.999 * critical, 0.9, 1e-2, 2.0) == 0
    assert theory.cycle_width(1.001 * critical, 0.9, 1e-2, 2.0) == pytest.approx(0.5 * 1e-3 * 1e-2, rel=1e-6)


def test_noise_moves_a_rule_by_the_mean_friction():
    sigma = 0.7
    g = sigma * np.random.default_rng(1).standard_normal((4000, 20))
    rule = simulation.DiffGrad(0.1)
    assert simulation.frictions(rule, g).mean() == pytest.approx(float(theory.mean_friction(sigma)), abs=2e-3)
