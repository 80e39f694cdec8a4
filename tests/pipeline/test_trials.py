import json
from pathlib import Path

import pytest

import synthetic
from optclaims.pipeline import trials
from optclaims.pipeline.trials import Refused


@pytest.fixture
def coins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cards = synthetic.project(tmp_path)
    card = cards["coins"]
    flips = card.experiments["flips"]
    parameters = {
        "quick": {"n": 100, "p": [0.5, 1], "law": "fair"},
        "default": {"n": 10_000, "p": [0.5], "law": "fair"},
    }
    flips = flips.model_copy(update={"parameters": parameters, "meanings": {"n": "number of flips"}})
    return card.model_copy(update={"experiments": card.experiments | {"flips": flips}})


def typed(card, *changes, scale="quick", seed=None):
    return trials.typed("coins", "flips", card, scale, seed, changes)


def test_the_name_of_a_trial_says_all_in_the_order_of_the_card(coins):
    trial = typed(coins, "p=0.3", "n=1e3", seed=3)
    assert trial.label == "quick-seed3+n=1000+p=0.3"
    assert trial.folder == Path("results/try/coins/flips/quick-seed3+n=1000+p=0.3")
    assert trial.parameters == {"n": 1000, "p": [0.3], "law": "fair"}
    assert trial.spelled == "n = 1000, p = 0.3"
    assert trials.read("coins", "flips", coins, trial.label) == trial


@pytest.mark.parametrize("text", ["[0.1, 0.2]", "1e-20", "1e20", "-0.5"])
def test_values_of_all_kinds_survive_the_name(coins, text):
    trial = typed(coins, f"p={text}", "law=a b/c+d=e,%")
    assert set(trial.label) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.=%+-")
    assert trials.read("coins", "flips", coins, trial.label) == trial


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["nn=3"], "no parameter 'nn', did you mean n?; parameters: n, p, law"),
        (["n=x"], "n=x: allowed is a whole number, as 100 in the card (number of flips)"),
        (["p=x"], "p=x: allowed is a list of numbers, as [0.5, 1] in the card"),
        (["n"], "'n': a change is written NAME=VALUE, as in T=3000"),
        (["n="], "'n=': a change is written NAME=VALUE, as in T=3000"),
        (["n=1", "n=2"], "n is set twice"),
        ([f"law={'x' * 300}"], "so many values make no name of at most 200 characters; set fewer, or shorter ones"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(coins, changes, message):
    with pytest.raises(Refused) as refused:
        typed(coins, *changes)
    assert str(refused.value) == message


def test_a_scale_that_the_card_lacks(coins):
    with pytest.raises(Refused, match="no scale 'paper'; scales: quick, default"):
        typed(coins, "n=3", scale="paper")


def test_a_sweep_is_a_trial_for_each_value(coins):
    made, folder = trials.swept(typed(coins, "n=50"), coins, "p=0.1:0.3:3")
    assert [trial.label for trial in made] == [f"quick+n=50+p={p}" for p in ("0.1", "0.2", "0.3")]
    assert folder == Path("results/try/coins/flips/quick+n=50+p=0.1:0.3:3")
    assert trials.target(made) == "results/try/coins/flips/quick+n=50+p={0.1,0.2,0.3}/verdicts.json"
    assert trials.target(made[:1]) == "results/try/coins/flips/quick+n=50+p=0.1/verdicts.json"


@pytest.mark.parametrize(
    ("sweep", "message"),
    [("p=3", "p=3: allowed are at least two values"), ("n=1,2", "n is set and swept"), ("q=1,2", "no parameter 'q'")],
)
def test_a_sweep_that_cannot_be(coins, sweep, message):
    with pytest.raises(Refused, match=message):
        trials.swept(typed(coins, "n=50"), coins, sweep)


def test_the_job_is_that_of_the_scale_with_other_parameters(coins, monkeypatch):
    monkeypatch.setattr(trials.workflow, "default_seed", lambda: 0)
    jobs = trials.Jobs({"coins": coins}, "fixed")
    job = json.loads(jobs.job({"paper": "coins", "experiment": "flips", "trial": "default-seed3+n=50"}))
    assert job["parameters"] == {"n": 50, "p": [0.5], "law": "fair"}
    assert (job["scale"], job["seed"], job["results"]) == ("default", 3, "results/default-seed3")
    assert job["claims"] == ["fair", "law"] and job["trial"] == "n = 50"


@pytest.mark.parametrize("trial", ["quick+nn=3", "paper+n=3", "quick+n"])
def test_a_folder_that_names_no_trial_ends_snakemake_with_one_line(coins, trial):
    jobs = trials.Jobs({"coins": coins}, "fixed")
    with pytest.raises(SystemExit, match="results/try/coins/flips/"):
        jobs.trial({"paper": "coins", "experiment": "flips", "trial": trial})
