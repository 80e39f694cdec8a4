"""The rule inside GTAdam does what every rule must, and is its formulas."""

import numpy as np
import pytest

import rules
from optclaims.science.optimizers import Adam, SaturatedAdam

NUMBERS = {"lr": 0.05, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "cap": 0.7}


def steps(g):
    m, v, rows = 0.0, 0.0, []
    for gradient in g:
        m, v = 0.8 * m + 0.2 * gradient, np.minimum(0.95 * v + 0.05 * gradient**2, 0.7)
        rows.append(0.05 * m / (np.sqrt(v) + 1e-3))
    return np.stack(rows)


@pytest.mark.parametrize("check", rules.CHECKS)
def test_the_rule(check):
    check(rules.Case("SaturatedAdam", SaturatedAdam, rules.by_steps(steps), NUMBERS))


@pytest.mark.parametrize("amsgrad", [False, True])
def test_a_cap_out_of_reach_leaves_adam(amsgrad):
    numbers = {"lr": 0.1, "eps": 0.1, "amsgrad": amsgrad}
    g, theta = rules.gradients(), rules.start()
    runs = [rules.follow(r, g, theta)[0] for r in (SaturatedAdam(**numbers), Adam(bias_correction=False, **numbers))]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-14)


def test_a_cap_must_be_positive():
    with pytest.raises(ValueError, match="cap must be positive"):
        SaturatedAdam(lr=0.1, cap=0.0)
