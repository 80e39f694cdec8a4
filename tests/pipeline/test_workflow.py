import pytest

from optclaims.pipeline.workflow import Places, is_experiment


def test_experiments_are_numbered_in_the_order_in_which_they_are_asked_for():
    places = Places(lambda: 12)
    assert [places["b"], places["a"], places["b"]] == ["[1 of 12] ", "[2 of 12] ", "[1 of 12] "]


def test_an_experiment_alone_has_no_number():
    assert Places(lambda: 1)["a"] == ""


@pytest.mark.parametrize(
    ("rule", "whole"), [("toy__first", True), ("toy__first__point", False), ("toy", False), ("report", False)]
)
def test_points_and_other_rules_are_no_experiments(rule, whole):
    assert is_experiment(rule) == whole
