import json
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest
from typer.testing import CliRunner

import optclaims
import synthetic
from optclaims.command import app

QUICK, KEPT = Path("results/quick"), Path("results/reference/quick")


def run(*arguments):
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def error(*arguments, status=2):
    """Return the one line that a wrong command prints."""
    result = run(*arguments)
    assert result.exit_code == status
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("error: ")


def test_list(project):
    synthetic.results(Path("results/reference/default"))
    text = run("list").stdout
    assert "coins  On the Fairness of Coins" in text
    assert re.search(r"experiment +claim +source +quick +default \(reference\)", text)
    assert re.search(r"flips +fair +Theorem 1 +reproduced +reproduced", text)
    assert re.search(r"edges +never-edge +ours +not-run +not-run", text)
    assert "4 claims of 2 papers in results/quick: 2 reproduced, 1 inconclusive, 1 not-run" in text


def test_list_one_paper(project):
    text = run("list", "dice").stdout
    assert "six-faces" in text and "coins" not in text
    assert "1 claim of 1 of 2 papers" in text


def test_list_by_verdict(project):
    text = run("list", "--verdict", "inconclusive").stdout
    assert "law" in text and "fair" not in text and "dice" not in text.split("4 claims")[0]
    text = run("list", "-v", "inconclusive", "-v", "not-run", "coins", "dice").stdout
    assert "law" in text and "never-edge" in text and "six-faces" not in text
    assert error("list", "-v", "inconclusiv").startswith(
        "no verdict 'inconclusiv', did you mean inconclusive?; verdicts:"
    )


def test_list_without_results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    synthetic.project(tmp_path)
    assert "no results yet; snakemake --cores 8 makes them" in run("list").stdout


@pytest.mark.parametrize("name", ["coins/law", "law"])
def test_show(project, name):
    text = run("show", name).stdout
    for part in (
        "The error falls as n^(-1/2).",
        "figure: results/quick/coins/flips/frequency.svg",
        "Theorem 2 [from memory] of On the Fairness of Coins",
        "quick: inconclusive, default: reproduced",
        "Few flips at the quick scale.",
        "quick on digits: inconclusive (1 of 2 checks run)",
        "slope: -0.5 [-0.6, -0.4]; accepted: (-inf, 0)",
        "bound: order of the error",
        "control: no slope [flat]: -0.01 [-0.03, -0.005], not rejected",
        "snakemake --cores 1 --force results/quick/coins/flips/verdicts.json",
    ):
        assert part in text


def test_show_a_claim_that_needs_another_scale(project):
    text = run("show", "never-edge").stdout
    assert "not-run" in text and "needs scale paper" in text and "results/quick/coins/edges" not in text


def test_try_without_a_change_lists_the_parameters(project):
    path = Path("notebooks/coins/paper.yaml")
    path.write_text(path.read_text().replace("experiments:", "meanings:\n  n: number of flips\nexperiments:", 1))
    for name in ("coins/flips", "coins/fair", "law"):
        assert run("try", name).stdout == "  n  number of flips: 100 (quick), 10000 (default)\n"
    assert "n  number of flips: 100 (quick), 10000 (default)" in run("show", "coins/fair").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("law", "--set", "nn=3"), "coins/flips: no parameter 'nn', did you mean n?; parameters: n"),
        (("law", "--set", "n=3.5"), "coins/flips: n=3.5: allowed is a whole number, as 100 in the card"),
        (("law", "--set", "n=3", "--scale", "paper"), "coins/flips: no scale 'paper'; scales: quick, default"),
        (("law", "--sweep", "n=3", "--set", "n=3"), "coins/flips: n is set and swept"),
        (("coins/flip", "--set", "n=3"), "coins has no claim or experiment 'flip', did you mean flips or fair?"),
    ],
)
def test_try_refuses_in_one_line(project, arguments, message):
    assert error("try", *arguments).startswith(message)


def test_misspelt_names_get_one_line_with_what_is_meant(project):
    assert error("show", "coins/lwa") == "coins has no claim 'lwa', did you mean law?; claims: fair, law, never-edge"
    assert error("show", "never-egde") == "no claim 'never-egde', did you mean coins/never-edge?"
    assert error("show", "qqq") == "no claim 'qqq'; optclaims list shows all"
    assert error("show", "dices/law") == "no paper 'dices', did you mean dice?; papers: coins, dice"
    assert error("list", "dicee") == "no paper 'dicee', did you mean dice?; papers: coins, dice"
    assert error("verify", "quick", "--paper", "coin").startswith("no paper 'coin', did you mean coins?")
    assert error("verify", "results/quik").endswith("-seed<K>, did you mean quick?")


def test_a_wrong_card_is_one_line_without_traceback(project):
    path = Path("notebooks/dice/paper.yaml")
    path.write_text(path.read_text().replace("venue:", "venu:"))
    result = run("list")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "error: notebooks/dice/paper.yaml: venue: this key is missing",
        "error: notebooks/dice/paper.yaml: venu: unknown key",
    ]


def test_outside_of_a_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert error("list") == "there is no notebooks/ here; run optclaims in the folder that holds it"


@pytest.mark.parametrize("folder", ["quick", "results/quick"])
def test_verify(project, folder):
    result = run("verify", folder)
    assert result.exit_code == 0 and "4 claims of 2 papers in results/quick" in result.stdout


def test_verify_fails_for_another_verdict_than_expected(project):
    synthetic.fail(QUICK, "coins", "flips")
    result = run("verify", "quick")
    assert result.exit_code == 1 and "ERROR: coins/fair: failed" in result.stdout
    assert run("verify", "quick", "--paper", "dice").exit_code == 0


def test_verify_before_anything_was_run(project):
    line = error("verify", "default", status=1)
    assert line.endswith("there is no results/default; snakemake --cores 8 --config scale=default makes them")


def test_report(project):
    assert run("report", "results/quick").stdout == "results/quick/report/index.html\n"
    assert (QUICK / "report/dice.html").exists() and (QUICK / "claims.csv").exists()
    assert run("report", "results/quick", "--single-file").stdout == "results/quick/report.html\n"
    assert (QUICK / "report.html").exists()


def test_reference_then_compare(project):
    result = run("reference", "results/quick", str(KEPT))
    assert result.exit_code == 0 and "8 files renewed, 0 removed" in result.stdout
    assert run("compare", "results/quick", str(KEPT)).exit_code == 0
    (QUICK / "dice/rolls/faces.csv").write_text("face,count\n" + "".join(f"{i},{i}\n" for i in range(1, 7)))
    result = run("compare", "quick", str(KEPT), "--markdown", "diff.md", "--html", "pages/diff.html")
    assert result.exit_code == 1 and result.stdout.endswith("every changed figure: pages/diff.html\n")
    assert Path("pages/diff.html").read_text().startswith("<!doctype html>")
    assert "dice/rolls/faces: column count: 5 rows of 6 (row 2, 3, 4, ...), at most 5 relative" in result.stdout
    assert Path("diff.md").read_text().startswith("**results/quick against results/reference/quick:")
    assert run("compare", "quick", str(KEPT), "-p", "coins").exit_code == 0


def test_compare_without_a_reference(project):
    line = error("compare", "quick", str(KEPT), status=2)
    assert line.startswith("no reference for scale quick: there is no results/reference/quick; snakemake reference")


def test_reference_refuses_in_lines(project):
    synthetic.fail(QUICK, "coins", "flips")
    assert error("reference", "quick", str(KEPT), status=1) == "coins/flips: its notebook raised in results/quick"
    assert not KEPT.exists()


def test_a_folder_that_cannot_be_written_is_one_line(project):
    (QUICK / "report").touch()
    assert "results/quick/report" in error("report", "quick", status=1)


def test_generate_outside_of_a_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "No such file" in error("generate", status=1)


@pytest.mark.parametrize("command", [("verify", "quick"), ("compare", "quick", "results/quick")])
def test_log_holds_what_was_printed(project, command):
    text = run(*command, "--log", "it.log").stdout
    assert Path("it.log").read_text() == text


def test_new_paper(project, monkeypatch):
    started = []

    def start(key, root, kind):
        if key == "coins":
            raise FileExistsError("notebooks/coins exists already")
        started.append(kind)
        return [root / key]

    monkeypatch.setitem(sys.modules, "optclaims.pipeline.scaffold", types.SimpleNamespace(new_paper=start))
    monkeypatch.setattr("optclaims.pipeline.scaffold", sys.modules["optclaims.pipeline.scaffold"], raising=False)
    assert "# next: snakemake --cores 2 cards --config scale=quick" in run("new-paper", "cards").stdout
    assert "cards" in run("new-paper", "cards", "--network").stdout
    assert started == ["quadratic", "network"]
    assert error("new-paper", "coins", status=1) == "notebooks/coins exists already"


def test_an_unknown_command_is_a_usage_error(project):
    assert run("lst").exit_code == 2


def python(*arguments):
    environment = os.environ | {"PYTHONPATH": str(Path(optclaims.__file__).parents[1])}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment)


def test_listing_imports_nothing_heavy(project):
    code = (
        "import sys; from optclaims.command import app; app(['list'], standalone_mode=False); "
        "print([m for m in ('numpy', 'pandas', 'scipy', 'matplotlib', 'jinja2', 'torch') if m in sys.modules])"
    )
    done = python("-c", code)
    assert done.stdout.splitlines()[-1] == "[]"


def test_module_and_command_are_one(project):
    done = python("-m", "optclaims", "list", "dicee")
    assert (done.returncode, done.stdout) == (2, "")


def test_timing(project, tmp_path):
    """The job of coins/flips took 4 s of wall and 3 s of CPU time."""
    log, place = QUICK / "logs/coins/flips.tsv", QUICK / "coins/flips/provenance.json"
    assert "no job has left a benchmark file" in error("timing", "quick", "--cores", "2", status=1)
    log.parent.mkdir(parents=True)
    log.write_text("s\tcpu_time\n4.0\t1.0\n")
    place.write_text('{"cpu_seconds": 3.0, "peak_memory_mb": 200}')
    text = run("timing", "quick", "--cores", "2", "--keep", str(tmp_path / "runs.csv")).stdout
    assert re.search(r"coins/flips +4\.0 +3\.0 +200", text)
    assert "parallel efficiency 38%" in text
    assert (tmp_path / "runs.csv").read_text().splitlines()[1] == "quick,2,1,4,3,4,4,38%"


def test_a_clone_with_the_package_of_another_one_is_refused(project):
    Path("src/optclaims").mkdir(parents=True)
    assert re.match(r"src/ here is not the package in use \(.*/optclaims\); pip install -e \. here", error("list"))


def test_results_of_other_versions_are_told_apart(project):
    made = {"python": "3.1", "packages": {"numpy": "0.1", "gone": "1"}}
    (QUICK / "dice/rolls/made_with.json").write_text(json.dumps(made))
    synthetic.results(KEPT)
    line = re.compile(r"made with another version: numpy 0\.1, now [\d.]+: 1 experiment")
    assert line.search(run("verify", "quick").stdout) and line.search(run("compare", "quick", str(KEPT)).stdout)
    run("report", "quick")
    page = (QUICK / "report/index.html").read_text()
    assert "numpy 0.1, now" in page and "python 3.1, now" in page and "gone" not in page


@pytest.fixture
def two_probes(monkeypatch):
    """Two of the twelve probes, with few steps."""
    from optclaims.fingerprints import record
    from optclaims.fingerprints.probes.saddle import Saddle
    from optclaims.fingerprints.probes.sign_trap import SignTrap

    few = (Saddle(), SignTrap(steps=200))
    monkeypatch.setattr(record, "PROBES", few)
    monkeypatch.setattr(record.take, "__kwdefaults__", record.take.__kwdefaults__ | {"probes": few})


def test_fingerprint(project, two_probes):
    Path("mine.py").write_text(
        "import torch\n\ndef mine(parameters, lr=0.1):\n    return torch.optim.SGD(parameters, lr)\n"
    )
    result = run("fingerprint", "mine.py:mine", "--arguments", "{lr: 5e-1}")
    place = Path("results/fingerprint/mine-lr=0.5")
    assert result.exit_code == 0 and result.stdout.splitlines()[-1] == str(place / "fingerprint.html")
    files = {path.name for path in place.iterdir()}
    assert {"fingerprint.json", "fingerprint.html", "saddle.csv", "saddle.svg", "sign_trap.png"} <= files
    assert json.loads((place / "fingerprint.json").read_text())["arguments"] == {"lr": 0.5}


def test_fingerprint_of_what_is_none(project, two_probes):
    assert error("fingerprint", "torch.optim.Adm", status=1).startswith("torch.optim has no 'Adm'")
    assert error("fingerprint", "torch.optim.Adam", "--arguments", "fast") == (
        "arguments must be keywords such as {lr: 1e-3}, got 'fast'"
    )
    result = run("fingerprint", "torch.optim.LBFGS", "--out", "here", "--no-figures")
    assert result.exit_code == 1 and "missing 1 required positional argument: 'closure'" in result.stdout
    assert error("atlas", "nowhere", status=1).endswith("below nowhere; snakemake atlas makes them")
