"""The tables of docs/checks.md, confirmed by judging simulated measurements with the checks themselves."""

import math

import numpy as np
import pytest

from optclaims import checks
from optclaims.pages import error_rates
from optclaims.statistics import from_stderr, proportion
from optclaims.verdicts import Outcome

RUNS = 800
RNG_SEED = 20  # one fixed sample; the bounds below are 99.99 % intervals, not tuned to it


def frequencies(judge, rng):
    outcomes = [judge(rng) for _ in range(RUNS)]
    return {outcome: outcomes.count(outcome) for outcome in (Outcome.REPRODUCED, Outcome.NOT_REPRODUCED)}


def assert_agree(found, rates):
    for outcome, count in found.items():
        expected = rates[outcome]
        spread = 4 * math.sqrt(max(expected * (1 - expected), 1 / RUNS) / RUNS)
        assert count / RUNS == pytest.approx(expected, abs=spread), outcome


@pytest.mark.parametrize("distance", [-4, -1, 0, 2, 6])
@pytest.mark.parametrize("dof", [9, math.inf])
def test_within_errs_as_often_as_the_table_says(distance, dof):
    def judge(rng):
        stderr = 1.0 if math.isinf(dof) else math.sqrt(rng.chisquare(dof) / dof)
        measured = from_stderr(-distance + rng.standard_normal(), stderr, dof)
        return checks.within("x", measured, (None, 0.0), origin="simulation", controls={"far": 1e6}).outcome

    assert_agree(frequencies(judge, np.random.default_rng(RNG_SEED)), error_rates.within(distance, dof))


@pytest.mark.parametrize("discrepancy", [0, 3, 5, 8])
@pytest.mark.parametrize(("comparisons", "dof"), [(1, math.inf), (20, math.inf), (1, 9)])
def test_consistent_errs_as_often_as_the_table_says(discrepancy, comparisons, dof):
    predicted = np.zeros(comparisons)
    predicted[0] = discrepancy

    def judge(rng):
        measured = rng.standard_normal(comparisons)
        stderr = 1.0 if math.isinf(dof) else math.sqrt(rng.chisquare(dof) / dof)
        far = {"far": {"predicted": 1e9}}
        return checks.consistent("x", measured, predicted, stderr, dof=dof, controls=far).outcome

    rates = error_rates.consistent(discrepancy, comparisons, dof)
    assert_agree(frequencies(judge, np.random.default_rng(RNG_SEED)), rates)


def test_a_false_claim_is_called_reproduced_in_at_most_one_run_in_forty():
    for dof in (3, 9, 99, math.inf):
        for distance in (0, -0.1, -1, -5):
            assert error_rates.within(distance, dof)[Outcome.REPRODUCED] <= 0.025 + 1e-9


def test_a_correct_theory_is_practically_never_refused():
    for comparisons in (1, 20, 500):
        rates = error_rates.consistent(0.0, comparisons)
        assert 1 - rates[Outcome.REPRODUCED] == pytest.approx(checks.FAMILY_ERROR, rel=1e-3)


def test_six_standard_errors_inside_are_reproduced_practically_always():
    assert error_rates.within(6)[Outcome.REPRODUCED] > 0.9999


def test_outcomes_exhaust_the_possibilities():
    for rates in (error_rates.within(1.3, 7), error_rates.consistent(4.0, 5, 30)):
        assert sum(rates.values()) == pytest.approx(1.0)
        assert all(rate >= 0 for rate in rates.values())


def test_the_proportion_interval_covers():
    rng = np.random.default_rng(RNG_SEED)
    counts = rng.binomial(20, 0.9, RUNS)
    intervals = {k: proportion(k, 20) for k in set(counts)}
    covered = np.mean([intervals[k].low <= 0.9 <= intervals[k].high for k in counts])
    assert covered > 0.95
