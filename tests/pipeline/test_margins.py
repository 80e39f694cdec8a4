from dataclasses import replace
from pathlib import Path

import pytest

import synthetic
from optclaims import checks
from optclaims.pipeline import margins, results
from optclaims.pipeline.cards import load_all
from optclaims.statistics import Estimate

ROOT = Path(__file__).parents[2]
QUICK = Path("results/quick")


def record(measured, control, accept=(None, 1.0), **keywords):
    return checks.within("gap", measured, accept, origin="a test", controls={"a mistake": control}, **keywords).record()


FAR, INSIDE, NEAR = Estimate(9, 8, 10), Estimate(0.1, 0.0, 0.2), Estimate(0.5, 0.1, 0.9)


def row(project, verdict, *found):
    first = next(row for row in results.collect(project, QUICK) if row.claim == "fair")
    return replace(first, verdict=verdict, checks=list(found))


def test_a_reproduced_claim_is_as_far_as_its_closest_check_or_control(project):
    call = margins.closest(row(project, "reproduced", record(INSIDE, FAR), record(NEAR, FAR)))
    assert str(call) == "gap: 0.2 half-widths"
    call = margins.closest(row(project, "reproduced", record(INSIDE, Estimate(2, 1.5, 2.5))))
    assert str(call) == "control 'a mistake' of gap: 1.0 half-widths"


def test_a_claim_stays_not_reproduced_as_long_as_one_check_does(project):
    outside, far_outside = record(Estimate(1.3, 1.1, 1.5), FAR), record(Estimate(5, 4, 6), FAR)
    assert margins.closest(row(project, "not-reproduced", outside, record(NEAR, FAR))).margin["value"] < 1
    assert margins.closest(row(project, "not-reproduced", outside, far_outside)).margin["value"] > 2
    assert margins.closest(row(project, "inconclusive", record(NEAR, FAR))) is None


def test_equal_arms_at_an_exclusive_null_are_no_close_call(project):
    check = record(Estimate(-5, -6, -4), Estimate.exact(0.0), accept=(None, 0), null=0)
    assert margins.closest(row(project, "reproduced", check)).control is None


def test_margins_in_words():
    assert margins.of_check(record(INSIDE, FAR)) == "8.0 half-widths inside"
    assert margins.of_check(record(FAR, FAR)) == "7.0 half-widths outside"
    assert margins.of_check(record(Estimate(0.9, 0.7, 1.1), FAR)) == "0.5 half-widths across the bound"
    exact = checks.exact("n", 2, (None, 10), origin="a test", controls={"c": 30}).record()
    assert margins.of_check(exact) == "a factor 5 inside"


def test_fragile_claims_are_listed(project):
    assert margins.fragile(results.collect(project, QUICK)) == []
    kept = Path("results/reference/quick")
    synthetic.write(kept / "coins/flips", {}, {"fair": [synthetic.fair(0.5)[1]], "law": synthetic.law()})
    assert margins.markdown(project, kept, Path()) == "None."
    close = checks.within("p", NEAR, (None, 1), origin="a test", controls={"lead": FAR})
    synthetic.write(kept / "coins/flips", {}, {"fair": [close], "law": synthetic.law()})
    assert "| coins | fair | p |  | 0.2 half-widths |" in margins.markdown(project, kept, Path())


CARDS = load_all(ROOT / "notebooks")


@pytest.mark.parametrize("scale", ["quick", "paper"])
@pytest.mark.parametrize("paper", CARDS)
def test_every_kept_check_records_its_margin_and_its_nearest_control(paper, scale):
    for row in results.collect({paper: CARDS[paper]}, ROOT / results.REFERENCE / scale):
        for check in (check for check in row.checks if check["outcome"] != "not-run"):
            where = f"{row.experiment}/{row.claim}: {check['quantity']}"
            low, high = check["accept"]
            assert "margin" in check or low == high, f"run again, its margin is missing: {where}"
            assert margins.nearest(check) or not check["controls"], f"no nearest control: {where}"
            assert all("margin" in each for each in (*check["controls"], *check["positive"])), where
