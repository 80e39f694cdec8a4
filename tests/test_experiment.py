import inspect
import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from optclaims import checks, style
from optclaims.experiment import JOB, Claim, Experiment, ExperimentError, StopNotebook
from optclaims.science.missing import Missing
from optclaims.statistics import Estimate


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Describe a job as the runner does; a test may change it before it makes the experiment."""
    description = {
        "paper": "toy",
        "experiment": "first",
        "scale": "quick",
        "seed": 0,
        "claims": ["a-claim", "another"],
        "figures": ["curve"],
        "sweep": [],
        "out": str(tmp_path / "out"),
    }

    def experiment(**changes):
        monkeypatch.setenv(JOB, json.dumps(description | changes))
        return Experiment("toy", "first")

    experiment.out = tmp_path / "out"
    return experiment


FRAME = pd.DataFrame({"x": [1.0, 2.0], "y": [1 / 3, 2 / 3]})


def draw(frame):
    figure, axes = style.subplots()
    axes.plot(frame["x"], frame["y"])
    return figure


def check_all(experiment, *claims):
    for claim in claims:
        experiment.claim(claim).exact("count", 0, (0, 0), origin="a test", controls={"one": 1})


def test_a_complete_experiment_writes_figures_and_verdicts(job):
    experiment = job()
    experiment.figure("curve", FRAME, draw)
    check_all(experiment, "a-claim")
    experiment.claim("another").within(
        "gap", Estimate(0.1, 0.0, 0.3), (None, 0.2), origin="a test", controls={"mistake": 0.5}
    )
    experiment.finish()
    assert {path.name for path in job.out.iterdir()} == {
        "curve.csv",
        "curve.svg",
        "curve.png",
        "verdicts.json",
        "instructions.json",
    }
    verdicts = json.loads((job.out / "verdicts.json").read_text())
    assert verdicts["claims"]["a-claim"]["verdict"] == "reproduced"
    assert verdicts["claims"]["another"]["verdict"] == "inconclusive"
    assert (verdicts["scale"], verdicts["seed"]) == ("quick", 0)


def test_the_figure_is_drawn_from_the_file_that_was_written(job):
    seen = []

    def remember(frame):
        seen.append(frame)
        return draw(frame)

    job().figure("curve", FRAME, remember)
    assert (job.out / "curve.csv").read_text() == "x,y\n1,0.3333333333\n2,0.6666666667\n"
    assert seen[0]["y"].tolist() == [0.3333333333, 0.6666666667]


def test_figures_of_equal_data_are_equal_bytes(job):
    files = []
    for out in ("one", "two"):
        job(out=str(job.out / out)).figure("curve", FRAME, draw)
        files.append([(job.out / out / f"curve.{kind}").read_bytes() for kind in ("csv", "svg", "png")])
    assert files[0] == files[1]


@pytest.mark.parametrize("forgotten", ["claim", "figure"])
def test_forgetting_a_declared_claim_or_figure_is_an_error(job, forgotten):
    experiment = job()
    if forgotten == "figure":
        check_all(experiment, "a-claim", "another")
    else:
        experiment.figure("curve", FRAME, draw)
        check_all(experiment, "a-claim")
    with pytest.raises(
        ExperimentError, match="figure curve not drawn" if forgotten == "figure" else "claim another has"
    ):
        experiment.finish()
    assert not (job.out / "verdicts.json").exists()


def test_undeclared_names_are_errors_that_list_the_declared_ones(job):
    experiment = job()
    with pytest.raises(ExperimentError, match=r"'a-clam' is not in the card; declared: a-claim, another"):
        experiment.claim("a-clam")
    with pytest.raises(ExperimentError, match=r"'curvy' is not in the card; declared: curve"):
        experiment.figure("curvy", FRAME, draw)


def test_a_figure_is_drawn_once_and_a_quantity_checked_once(job):
    experiment = job()
    experiment.figure("curve", FRAME, draw)
    with pytest.raises(ExperimentError, match="drawn before"):
        experiment.figure("curve", FRAME, draw)
    check_all(experiment, "a-claim")
    with pytest.raises(ExperimentError, match="checked before"):
        check_all(experiment, "a-claim")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FRAME.iloc[:0], "empty"),
        (FRAME.assign(y=[1.0, np.inf]), "infinity in \\['y'\\]"),
        (FRAME.assign(y=[1.0, np.nan]), "NaN in \\['y'\\] without a `status`"),
    ],
)
def test_data_that_says_nothing_is_not_written(job, frame, message):
    with pytest.raises(ExperimentError, match=message):
        job().figure("curve", frame, draw)
    assert not (job.out / "curve.csv").exists()


def test_a_status_column_explains_missing_numbers(job):
    job().figure("curve", FRAME.assign(y=[1.0, np.nan], status=["ok", "diverged"]), draw)
    assert (job.out / "curve.csv").exists()


def test_streams_have_names_and_are_used_once(job):
    experiment = job()
    first = experiment.rng("noise").standard_normal(3)
    assert (first != experiment.rng("noise", lr=0.1).standard_normal(3)).all()
    with pytest.raises(ExperimentError, match="used before"):
        experiment.rng("noise")
    assert (job().rng("noise").standard_normal(3) == first).all()
    assert (job(seed=1).rng("noise").standard_normal(3) != first).all()


def test_not_run_leaves_verdicts_and_placeholders_and_stops(job):
    with pytest.raises(StopNotebook, match="not run: no data"):
        job().not_run("no data")
    verdicts = json.loads((job.out / "verdicts.json").read_text())["claims"]
    assert verdicts["another"] == {"verdict": "not-run", "reason": "no data", "checks": []}
    assert (job.out / "curve.csv").read_text() == "status\n"
    assert (job.out / "curve.png").stat().st_size > 1000


def test_a_single_check_may_be_not_run(job):
    experiment = job(claims=["a-claim"], figures=[])
    check_all(experiment, "a-claim")
    experiment.claim("a-claim").not_run("on CIFAR-10", "no data")
    experiment.finish()
    claim = json.loads((job.out / "verdicts.json").read_text())["claims"]["a-claim"]
    assert claim["verdict"] == "reproduced"
    assert [check["outcome"] for check in claim["checks"]] == ["reproduced", "not-run"]


def test_a_sweep_in_one_job_equals_one_job_per_point(job):
    grid = {"a": [1, 2], "b": [0.1, 0.7]}

    def function(experiment):
        return lambda a, b: {"y": a + b / 3 + experiment.rng("noise", a=a, b=b).standard_normal()}

    experiment = job(sweep=["a", "b"])
    joint = experiment.sweep(function(experiment), **grid)
    for key in ("a=1+b=0.1", "a=1+b=0.7", "a=2+b=0.1", "a=2+b=0.7"):
        experiment = job(sweep=["a", "b"], points={"compute": key})
        with pytest.raises(StopNotebook, match="computed the point"):
            experiment.sweep(function(experiment), **grid)
    gathering = job(sweep=["a", "b"], points={"folder": str(job.out)})
    gathered = gathering.sweep(lambda a, b: pytest.fail("a gathering job computes nothing"), **grid)
    pd.testing.assert_frame_equal(gathered, joint, check_exact=True)


def test_a_sweep_must_be_the_one_of_the_card(job):
    with pytest.raises(ExperimentError, match=r"sweeps \['b'\], the card declares sweep: \['a'\]"):
        job(sweep=["a"]).sweep(lambda b: {}, b=[1])


def test_progress_changes_no_step_and_goes_to_stderr_once_it_lasts(job, capsys, monkeypatch):
    assert list(job().progress(range(3), "runs")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")
    clock = iter(range(0, 1000, 5))
    monkeypatch.setattr("tqdm.std.time", lambda: next(clock))
    assert list(job().progress(["a", "b", "c"], "runs")) == ["a", "b", "c"]
    printed = capsys.readouterr()
    assert printed.out == "" and "runs:" in printed.err and "3/3" in printed.err


def test_a_notebook_of_another_experiment_is_refused(job):
    job()
    with pytest.raises(ExperimentError, match="the notebook says toy/second, the job toy/first"):
        Experiment("toy", "second")


def test_opened_by_hand_the_card_is_read_and_results_are_drafts(tmp_path, monkeypatch):
    monkeypatch.delenv(JOB, raising=False)
    folder = tmp_path / "notebooks" / "toy"
    folder.mkdir(parents=True)
    (folder / "paper.yaml").write_text("experiments: {first: {claims: {a-claim: {}}, figures: {curve: {}}}}")
    monkeypatch.chdir(folder)
    experiment = Experiment("toy", "first")
    experiment.figure("curve", FRAME, lambda frame: Figure())
    assert (tmp_path / "results/draft/toy/first/curve.csv").exists()
    with pytest.raises(ExperimentError, match="declared: first"):
        Experiment("toy", "other")
    with pytest.raises(ExperimentError, match="no notebooks/other"):
        Experiment("other", "first")


def test_checks_show_their_signature_to_editors():
    for name in ("within", "consistent", "exact"):
        shown = inspect.signature(getattr(Claim([]), name))
        assert list(shown.parameters) == list(inspect.signature(getattr(checks, name)).parameters)
        assert getattr(Claim, name).__doc__ == getattr(checks, name).__doc__


def test_missing_data_end_the_notebook_with_the_reason(job):
    def load(name, *, limit):
        if name == "here":
            return [name] * limit
        raise Missing(f"{name} is not in the data folder")

    experiment = job()
    assert experiment.data(load, "here", limit=2) == ["here", "here"]
    with pytest.raises(StopNotebook, match="MNIST is not in the data folder"):
        experiment.data(load, "MNIST", limit=2)
    assert "MNIST is not in the data folder" in (job.out / "verdicts.json").read_text(encoding="utf-8")


def test_data_of_another_experiment(job, tmp_path):
    place = tmp_path / "results" / "other" / "first"
    place.mkdir(parents=True)
    FRAME.to_csv(place / "curve.csv", index=False)
    experiment = job(reads=["other/first"], results=str(tmp_path / "results"))
    pd.testing.assert_frame_equal(experiment.read("other/first", "curve"), FRAME)
    with pytest.raises(ExperimentError, match="not under `reads`"):
        experiment.read("other/second", "curve")
    with pytest.raises(ExperimentError, match="no figure 'missing'"):
        experiment.read("other/first", "missing")
    (place / "curve.csv").write_text("status\n")
    with pytest.raises(StopNotebook, match="other/first was not run"):
        experiment.read("other/first", "curve")
    assert "not-run" in (job.out / "verdicts.json").read_text()
