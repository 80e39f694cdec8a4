"""Regrets whose growth is known."""

import numpy as np
import pytest

from optclaims.papers.amsgrad_counterexample import measures, problems, simulation, theory


@pytest.mark.parametrize("power", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("last", [0.01, 0.5])
def test_the_exponent_of_a_power(power, last):
    times = np.arange(1, 500)
    late = np.where(times < last * 499, 7.0, 3 * times**power)  # what lies before does not count
    assert measures.growth_exponent(times, late, last) == pytest.approx(power, abs=1e-10)


@pytest.mark.parametrize(("a", "b", "c"), [(2.0, 40.0, 5.0), (0.0, 10.0, 1.0)])
def test_the_linear_part_is_told_from_the_root(a, b, c):
    k = np.arange(400)
    regret = np.where(k < 100, 1.0, a * k + b * np.sqrt(k) + c)
    assert measures.linear_part(k, regret) == pytest.approx(a, abs=1e-8)


def test_the_linear_part_of_a_run_is_the_limit_long_before_the_average_is():
    C, pair = 204, (0.9, 0.9)
    times = C * np.arange(1, 401)
    run = simulation.run("adam", problems.periodic(C, C), times, alpha=1.0, beta1=pair[0], beta2=pair[1])
    limit = C * theory.regret_limit("adam", C, C, *pair)
    assert limit == pytest.approx(2)
    assert measures.linear_part(times // C, run.regret[0]) == pytest.approx(limit, rel=2e-3)
    assert run.regret[0, -1] / 400 > 1.5 * limit


def test_steps_without_regret_bound_nothing():
    assert measures.smallest_ratio([-1.0, 3.0, 10.0], [-5.0, 1.5, 4.0]) == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda: measures.smallest_ratio([1.0], [-1.0]),
        lambda: measures.smallest_ratio([1.0, 2.0], [1.0]),
        lambda: measures.growth_exponent([1, 2], [1, 2]),
        lambda: measures.growth_exponent([1, 2, 3], [1, 0, 2], 0.1),
        lambda: measures.linear_part([1, 2, 3], [1, 2, 3]),
        lambda: measures.linear_part(np.arange(9), np.arange(9), 1.0),
    ],
)
def test_bad_input_is_named(call):
    with pytest.raises(ValueError):
        call()
