"""The thresholds against companion matrices, against runs, and against each other."""

import numpy as np
import pytest

from optclaims.papers.adaptive_edge_of_stability import simulation, theory
from optclaims.science import optimizers

RULES = {
    "none": lambda lr, b: optimizers.SGD(lr),
    "heavy ball": optimizers.HeavyBall,
    "Nesterov": optimizers.Nesterov,
    "averaged heavy ball": optimizers.EMAMomentum,
    "averaged Nesterov": lambda lr, b: optimizers.Nesterov(lr, b, momentum_form="average"),
}


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("momentum", [0.0, 0.35, 0.9])
def test_the_formula_is_the_root_and_the_transfer_function_at_minus_one(form, momentum):
    found = theory.threshold(form, momentum, 0.3)
    np.testing.assert_allclose(theory.root(form, momentum, 0.3), found, rtol=1e-9)
    a, c, d = theory.FORMS[form](momentum)
    np.testing.assert_allclose(found, 2 / (0.3 * (c * a / (1 + momentum) + d)), rtol=1e-12)


@pytest.mark.parametrize("form", theory.FORMS)
def test_the_companion_matrix_is_the_rule(form):
    lr, b, s = 0.3, 0.4, 1.1 * theory.threshold(form, 0.4, 0.3)
    rate = np.diff([simulation.growth(RULES[form](lr, b), [s], steps)[0] for steps in (300, 400)])[0] / 100
    np.testing.assert_allclose(10**rate, theory.radius(form, b, s, lr), rtol=1e-9)


def test_values_of_the_paper_and_limits():
    np.testing.assert_allclose(theory.threshold("averaged heavy ball", [0.9, 0.5]), [38, 6])
    np.testing.assert_allclose(theory.threshold("averaged Nesterov", 0.9), 38 / 2.8)
    for form in theory.FORMS:
        np.testing.assert_allclose(theory.threshold(form, 0.0, [0.5, 2.0]), [4, 1])
    assert theory.radius("none", 0.5, 3.0, 1.0) == pytest.approx(2)


def test_growth_is_the_power_of_the_factor():
    np.testing.assert_allclose(
        simulation.growth(optimizers.SGD(0.5), [6.0], 3), np.log10(np.hypot(8, 4) / 2**0.5), rtol=1e-12
    )


def test_the_approach_rate_is_half_of_the_decay_of_the_second_moment():
    v = 0.99 ** np.arange(3)
    np.testing.assert_allclose(theory.approach_rate(0.99), np.diff(np.log(1 / np.sqrt(v)))[0], rtol=1e-12)
