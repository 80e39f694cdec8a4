import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from optclaims import checks
from optclaims.checks import Acceptance
from optclaims.statistics import Estimate, from_stderr
from optclaims.verdicts import Outcome, interval, verdict

finite = st.floats(-1e6, 1e6, allow_nan=False)
widths = st.floats(0, 1e3)


@st.composite
def estimates(draw):
    value = draw(finite)
    return Estimate(value, value - draw(widths), value + draw(widths))


@st.composite
def acceptances(draw):
    low, high = draw(st.none() | finite), draw(st.none() | finite)
    if low is None and high is None:
        low = draw(finite)
    if low is not None and high is not None and low > high:
        low, high = high, low
    null = draw(st.sampled_from([None] + [end for end in (low, high) if end is not None]))
    return Acceptance(low, high, null)


def judged(acceptance, estimate):
    """The outcome by brute force over the points of the confidence interval that matter."""
    points = [estimate.low, estimate.value, estimate.high]
    points += [
        end for end in (acceptance.low, acceptance.high) if end is not None and estimate.low <= end <= estimate.high
    ]

    def accepted(point):
        return (
            (acceptance.low is None or point >= acceptance.low)
            and (acceptance.high is None or point <= acceptance.high)
            and point != acceptance.null
        )

    inside = [accepted(point) for point in points]
    # An open accepted interval between two ends may lie strictly inside the confidence interval.
    if acceptance.low is not None and acceptance.high is not None and acceptance.low < acceptance.high:
        middle = (acceptance.low + acceptance.high) / 2
        if estimate.low <= middle <= estimate.high:
            inside.append(True)
    if all(inside):
        return Outcome.REPRODUCED
    if acceptance.null is not None and estimate.low < acceptance.null < estimate.high:
        return Outcome.INCONCLUSIVE
    return Outcome.INCONCLUSIVE if any(inside) else Outcome.NOT_REPRODUCED


@given(acceptances(), estimates())
def test_outcome_equals_brute_force(acceptance, estimate):
    assert acceptance.judge(estimate) == judged(acceptance, estimate)


@given(acceptances(), estimates())
def test_contained_and_excluded_never_both(acceptance, estimate):
    assert not (acceptance.contains(estimate) and acceptance.excludes(estimate))


@given(acceptances(), estimates())
def test_depth_and_distance_have_the_sign_of_the_outcome(acceptance, estimate):
    assert acceptance.contains(estimate) <= (acceptance.depth(estimate) >= 0)
    assert acceptance.excludes(estimate) <= (acceptance.distance(estimate) >= 0)


@given(acceptances(), estimates(), st.floats(0, 1e3))
def test_a_wider_interval_never_turns_undecided_into_decided(acceptance, estimate, more):
    wider = Estimate(estimate.value, estimate.low - more, estimate.high + more)
    if acceptance.judge(wider) != Outcome.INCONCLUSIVE:
        assert acceptance.judge(estimate) == acceptance.judge(wider)


@given(acceptances(), estimates())
def test_mirroring_everything_changes_nothing(acceptance, estimate):
    def negated(end):
        return None if end is None else -end

    mirrored = Acceptance(negated(acceptance.high), negated(acceptance.low), negated(acceptance.null))
    assert mirrored.judge(-estimate) == acceptance.judge(estimate)


def test_identical_arms_are_never_accepted_by_an_exclusive_null():
    difference = Estimate.exact(0.0)
    assert Acceptance(None, 0.0, null=0.0).judge(difference) == Outcome.NOT_REPRODUCED
    assert Acceptance(0.0, None, null=0.0).judge(difference) == Outcome.NOT_REPRODUCED
    assert Acceptance(None, 0.0).judge(difference) == Outcome.REPRODUCED


@pytest.mark.parametrize("ends", [(None, None), (2, 1), (math.nan, 1), (0, math.inf)])
def test_intervals_in_which_nothing_could_fail_are_refused(ends):
    with pytest.raises(ValueError, match=r"interval|ends"):
        Acceptance(*ends)


def test_null_must_be_an_end():
    with pytest.raises(ValueError, match="is no end"):
        Acceptance(0, 1, null=0.5)


# --- within and exact ---------------------------------------------------------------------------------------------


def within(measured, accept=(None, 0.05), controls=None, **keywords):
    controls = {"a mistake": Estimate(0.2, 0.1, 0.3)} if controls is None else controls
    return checks.within("gap", measured, accept, origin="a test", controls=controls, **keywords)


def test_within_needs_the_whole_interval():
    assert within(Estimate(0.03, 0.02, 0.04)).outcome == Outcome.REPRODUCED
    assert within(Estimate(0.03, 0.02, 0.06)).outcome == Outcome.INCONCLUSIVE
    assert within(Estimate(0.07, 0.06, 0.08)).outcome == Outcome.NOT_REPRODUCED


def test_a_control_that_reaches_in_makes_the_check_inconclusive():
    check = within(Estimate(0.03, 0.02, 0.04), controls={"near": Estimate(0.06, 0.049, 0.07)})
    assert check.outcome == Outcome.INCONCLUSIVE
    assert check.controls[0].passed


def test_also_a_failed_check_decides_nothing_when_its_control_passes():
    check = within(Estimate(0.07, 0.06, 0.08), controls={"right theory": Estimate(0.01, 0.0, 0.02)})
    assert check.outcome == Outcome.INCONCLUSIVE


def test_over_configurations_the_weakest_control_counts():
    strong, weak = Estimate(0.5, 0.4, 0.6), Estimate(0.051, 0.04, 0.06)
    assert within(Estimate.exact(0.0), controls={"both": [strong, strong]}).outcome == Outcome.REPRODUCED
    check = within(Estimate.exact(0.0), controls={"both": [strong, weak]})
    assert check.outcome == Outcome.INCONCLUSIVE
    assert check.controls[0].measured == weak.value


def test_a_positive_control_must_be_accepted():
    failed = Estimate(0.07, 0.06, 0.08)
    assert within(failed, positive={"planted": 0.01}).outcome == Outcome.NOT_REPRODUCED
    assert within(failed, positive={"planted": [0.01, 0.09]}).outcome == Outcome.INCONCLUSIVE


def test_a_check_without_control_is_refused():
    with pytest.raises(ValueError, match="negative control"):
        within(Estimate.exact(0.0), controls={})
    with pytest.raises(ValueError, match="at least one value"):
        within(Estimate.exact(0.0), controls={"none": []})


def test_within_refuses_a_bare_number():
    with pytest.raises(ValueError, match="Estimate"):
        within(0.01)


def test_exact_judges_numbers_and_identities_may_do_without_controls():
    check = checks.exact("count", 0, (0, 0), origin="identity", controls={}, identity=True)
    assert check.outcome == Outcome.REPRODUCED
    assert checks.exact("count", 1, (0, 0), origin="x", controls={"wrong": 5}).outcome == Outcome.NOT_REPRODUCED
    with pytest.raises(ValueError, match="negative control"):
        checks.exact("count", 0, (0, 0), origin="x", controls={})


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        checks.exact("x", bad, (0, 1), origin="x", controls={"c": 2})
    with pytest.raises(ValueError, match="finite"):
        checks.exact("x", 0, (0, 1), origin="x", controls={"c": bad})
    with pytest.raises(ValueError, match="finite"):
        checks.consistent("x", bad, 0.0, 1.0, controls={"c": {"predicted": 10}})


# --- consistent ---------------------------------------------------------------------------------------------------


def test_critical_z_is_four_for_one_comparison_and_keeps_the_family_error():
    assert checks.critical_z(1) == pytest.approx(4.0)
    for n in (2, 10, 1000):
        single = 2 * stats.norm.sf(checks.critical_z(n))
        assert 1 - (1 - single) ** n == pytest.approx(checks.FAMILY_ERROR, rel=1e-6)
    assert checks.critical_z(1, dof=9) > checks.critical_z(1, dof=99) > checks.critical_z(1)
    assert 2 * stats.t.sf(checks.critical_z(1, dof=9), 9) == pytest.approx(checks.FAMILY_ERROR)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=20), st.floats(0.01, 100), st.floats(-100, 100))
def test_consistent_is_invariant_under_units_and_origin(z, unit, origin):
    z = np.array(z)
    control = {"shifted": {"predicted": origin - 50 * unit}}
    check = checks.consistent("x", origin + z * unit, origin, unit, controls=control)
    assert check.measured == pytest.approx(np.abs(z).max(), abs=1e-6)
    assert check.outcome == Outcome.REPRODUCED


def test_consistent_outcomes_by_distance():
    def outcome(z):
        return checks.consistent("x", z, 0.0, 1.0, controls={"c": {"predicted": -100.0}}).outcome

    assert outcome(3.99) == Outcome.REPRODUCED
    assert outcome(4.01) == Outcome.INCONCLUSIVE
    assert outcome(5.97) == Outcome.NOT_REPRODUCED


def test_a_declared_bias_is_forgiven_once():
    arguments = {"measured": 5.0, "predicted": 0.0, "stderr": 1.0, "bias": 5.0}
    check = checks.consistent("x", **arguments, controls={"c": {"predicted": -50.0}})
    assert check.measured == 0.0


def test_a_control_is_judged_as_the_check_with_the_mistake_in_it():
    def outcome(predicted):
        return checks.consistent("x", [0.0, 0.0], 0.0, 1.0, controls={"c": {"predicted": predicted}}).outcome

    k = checks.critical_z(2)
    assert outcome([0.0, k + 1.97]) == Outcome.REPRODUCED
    assert outcome([0.0, k + 1.95]) == Outcome.INCONCLUSIVE
    assert outcome(k + 1.97) == Outcome.REPRODUCED


def test_a_control_has_all_comparisons_of_its_check():
    for predicted in ([9.0], [9.0, 9.0, 9.0]):
        picked = {"measured": np.zeros(len(predicted)), "predicted": predicted, "stderr": 1.0}
        with pytest.raises(ValueError, match=rf"has {len(predicted)} comparisons, the check 2"):
            checks.consistent("x", [0.0, 0.0], [0.0, 0.0], [1.0, 1.0], controls={"c": picked})


def test_a_control_may_replace_only_arguments_of_the_check():
    with pytest.raises(ValueError, match="replaces"):
        checks.consistent("x", 0.0, 0.0, 1.0, controls={"c": {"prediction": 3.0}})


def test_consistent_refuses_what_cannot_fail():
    with pytest.raises(ValueError, match="negative control"):
        checks.consistent("x", 0.0, 0.0, 1.0, controls={})
    with pytest.raises(ValueError, match="positive"):
        checks.consistent("x", 0.0, 0.0, 0.0, controls={"c": {"predicted": 9.0}})


def test_a_positive_control_of_consistent_must_agree():
    arguments = {"measured": 10.0, "predicted": 0.0, "stderr": 1.0, "controls": {"c": {"predicted": -10.0}}}
    planted = checks.consistent("x", **arguments, positive={"planted": {"measured": 0.5}})
    refused = checks.consistent("x", **arguments, positive={"planted": {"measured": 5.5}})
    assert planted.outcome == Outcome.NOT_REPRODUCED
    assert refused.outcome == Outcome.INCONCLUSIVE


def test_the_worst_comparison_is_recorded():
    check = checks.consistent("x", [1.0, 2.0], [1.0, 2.5], 0.25, controls={"c": {"predicted": 99.0}})
    assert check.worst == {"measured": 2.0, "predicted": 2.5, "stderr": 0.25, "bias": 0.0}
    assert check.comparisons == 2


# --- margins --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "estimate", "value", "unit"),
    [
        ((None, 0.05), Estimate(0.03, 0.02, 0.04), 1, "half-widths"),
        ((None, 0.05), Estimate(0.04, 0.0, 0.06), -0.5, "half-widths"),
        ((None, 0.05), Estimate(0.10, 0.07, 0.20), 2 / 3, "half-widths"),
        ((0, 1), Estimate(0.3, 0.2, 0.8), 0.4, "half-widths"),
        ((0, 1), Estimate(0.4, 0.3, 1.2), -0.25, "half-widths"),
        ((None, 10), Estimate.exact(2), 5, "factor"),
        ((10, None), Estimate.exact(2), 5, "factor"),
        ((-1, 3), Estimate.exact(0), 0.5, "accepted half-widths"),
        ((None, 0), Estimate.exact(-3), 3, "absolute"),
    ],
)
def test_margin_by_hand(accept, estimate, value, unit):
    assert Acceptance(*accept).margin(estimate) == checks.Margin(pytest.approx(value), unit)


@given(acceptances(), estimates())
def test_a_margin_is_negative_where_the_interval_reaches_across_an_end(acceptance, estimate):
    assume(estimate.value not in (acceptance.low, acceptance.high))
    margin = acceptance.margin(estimate)
    across = acceptance.depth(estimate) < 0 and acceptance.distance(estimate) < 0
    assert (margin.value < 0) == across or margin.value == pytest.approx(0, abs=1e-6)


@given(acceptances(), estimates(), st.floats(0.01, 100))
def test_a_margin_has_no_unit_of_its_own(acceptance, estimate, unit):
    def scaled(end):
        return None if end is None else end * unit

    other = Acceptance(scaled(acceptance.low), scaled(acceptance.high), scaled(acceptance.null)).margin(estimate * unit)
    margin = acceptance.margin(estimate)
    if margin.unit == "half-widths" and abs(margin.value) < 1e3:
        assert other.value == pytest.approx(margin.value, rel=1e-3, abs=1e-3)


def test_a_control_without_error_is_measured_in_the_half_widths_of_the_check():
    check = within(Estimate(0.03, 0.02, 0.04), controls={"far": 0.5, "near": 0.1})
    assert [c.margin.value for c in check.controls] == pytest.approx([45, 5])
    assert check.nearest == "near"


def test_margins_of_consistent_are_in_standard_errors():
    k = checks.critical_z(1)
    check = checks.consistent("x", 1.0, 0.0, 1.0, controls={"c": {"predicted": 20.0}, "d": {"predicted": 90.0}})
    assert check.margin == checks.Margin(pytest.approx(k - 1), "standard errors")
    assert check.nearest == "c" and check.controls[0].margin.value == pytest.approx(19 - 1.96 - k, abs=1e-3)


def test_an_accepted_point_has_no_margin():
    check = checks.exact("all of 24", 24, (24, 24), origin="a count", controls={"a mistake": 20})
    assert check.margin is None and check.controls[0].margin == checks.Margin(1.2, "factor")


# --- verdicts, records, sentences -----------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=6))
def test_verdict_is_the_worst_that_was_run(outcomes):
    result = verdict(outcomes)
    run = [outcome for outcome in outcomes if outcome != Outcome.NOT_RUN]
    if not run:
        assert result == Outcome.NOT_RUN
    elif Outcome.NOT_REPRODUCED in run:
        assert result == Outcome.NOT_REPRODUCED
    elif Outcome.INCONCLUSIVE in run:
        assert result == Outcome.INCONCLUSIVE
    else:
        assert result == Outcome.REPRODUCED


def test_verdict_of_no_check_is_refused():
    with pytest.raises(ValueError, match="at least one check"):
        verdict([])


def test_records_are_json_without_absent_fields():
    record = within(from_stderr(0.01, 0.002, 12), positive={"planted": 0.02}).record()
    assert json.loads(json.dumps(record, allow_nan=False))["outcome"] == "reproduced"
    assert "worst" not in record
    assert checks.not_run("q", "no data").record() == {
        "kind": "not-run",
        "quantity": "q",
        "outcome": "not-run",
        "controls": [],
        "positive": [],
        "reason": "no data",
    }


def test_sentences_name_what_went_wrong():
    passed = within(Estimate.exact(0.01), controls={"weak": 0.02})
    assert "control passed: weak" in checks.sentence(passed)
    refused = within(Estimate.exact(0.01), positive={"planted": 0.2})
    assert "positive control refused: planted" in checks.sentence(refused)
    assert checks.sentence(checks.not_run("q", "no data")) == "[not-run] q: no data"


def test_intervals_are_written_with_open_and_closed_ends():
    assert interval(None, 0.05) == "(-inf, 0.05]"
    assert interval(0, None, null=0) == "(0, inf)"
    assert interval(1, 2) == "[1, 2]"
