import numpy as np
import pandas as pd
import pytest

from optclaims import checks, comparison


class Kept:
    """Stands in for an experiment: hands out a frame, keeps the checks."""

    def __init__(self, frame):
        self.frame, self.checks = frame, []

    def read(self, address, figure):
        return self.frame

    def claim(self, claim):
        return self

    def within(self, *arguments, **keywords):
        self.checks.append(checks.within(*arguments, **keywords))


def runs_of(better, network="perceptron"):
    rng, runs = np.random.default_rng(0), 40
    start = rng.standard_normal(runs)
    level = {name: 0.0 for name in (*comparison.RIVALS, "AdamW, shifted grid")} | {"mine": -better}
    frame = pd.concat(
        pd.DataFrame(
            {"method": name, "run": range(runs), "loss": np.exp(start + value + 0.05 * rng.standard_normal(runs))}
        )
        for name, value in level.items()
    )
    return frame.assign(network=network)


def judged(better):
    kept = Kept(runs_of(better))
    comparison.judge(kept, "claim", "mine", "AdamW", 0.1)
    return kept.checks[0]


@pytest.mark.parametrize("better, outcome", [(0.25, "reproduced"), (0.0, "not-reproduced"), (0.105, "inconclusive")])
def test_a_lead_is_reproduced_where_it_is_larger_than_asked(better, outcome):
    check = judged(better)
    assert check.outcome == outcome
    assert check.measured == pytest.approx(-better, abs=0.04)
    assert not check.controls[0].passed
    assert check.positive[0].passed


def test_a_lead_is_paired_over_runs():
    frame = pd.DataFrame({"method": ["A"] * 3 + ["B"] * 3, "run": [0, 1, 2] * 2, "loss": [1.0, 2, 4, 3, 6, 12]})
    assert comparison.lead(frame, "A", "B").value == pytest.approx(-np.log(3))
    assert comparison.lead(frame, "A", "B").low == pytest.approx(-np.log(3))


def test_every_network_is_judged_by_its_own_runs():
    kept = Kept(pd.concat([runs_of(0.25), runs_of(0.0, "convolutional")]))
    leads = comparison.judge(kept, "claim", "mine", "AdamW", 0.1)
    assert len(leads) == 2 * len(comparison.RIVALS) and comparison.forest(leads).axes
    assert [check.outcome for check in kept.checks] == ["reproduced", "not-reproduced"]
    assert kept.checks[1].quantity.startswith("convolutional")


@pytest.mark.parametrize("better, outcome", [(0.0, "reproduced"), (0.25, "not-reproduced"), (-0.25, "not-reproduced")])
def test_equal_is_within_the_margin_and_one_common_rate_is_not(better, outcome):
    frame = pd.concat([runs_of(better), runs_of(0.0).query("method == 'AdamW'").assign(method="untuned")])
    frame.loc[frame.method == "untuned", "loss"] *= 1.5
    kept = Kept(frame)
    comparison.judge_equal(kept, "claim", "mine", "Adam", "untuned", 0.1)
    assert kept.checks[0].outcome == outcome
    assert not kept.checks[0].controls[0].passed
