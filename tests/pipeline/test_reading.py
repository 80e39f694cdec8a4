"""One damaged file is named with the command that makes it anew, and hides nothing else."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import synthetic
from optclaims.command import app
from optclaims.pipeline import reading
from optclaims.pipeline.reading import Damaged

QUICK, KEPT = Path("results/quick"), Path("results/reference/quick")
FLIPS = QUICK / "coins/flips"
NOT_THAT_JSON = ["[]", "{}", '{"claims": []}', '{"claims": {"fair": 1}}', '{"claims": {"fair": {}}}', '{"cells": 3}']
COMMANDS = [
    ["list"],
    ["show", "coins/fair"],
    ["verify", "quick"],
    ["report", "quick"],
    ["compare", "quick", str(KEPT), "--html", "diff.html", "--markdown", "diff.md"],
    ["reference", "quick", str(KEPT)],
    ["robustness", "quick"],
    ["timing", "quick", "--cores", "1"],
]
FILES = ["verdicts.json", "notebook.ipynb", "provenance.json", "frequency.csv", "frequency.png"]


def run(*arguments):
    """Return what a command says, in one line; it may fail, but with words."""
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "500"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return " ".join(result.output.split())


@pytest.fixture
def both(project):
    """Results, and the same as reference and with benchmark files."""
    synthetic.results(KEPT)
    for name in ("coins/flips", "dice/rolls"):
        log = QUICK / "logs" / f"{name}.tsv"
        log.parent.mkdir(parents=True)
        log.write_text("s\n1.5\n")
        path = QUICK / name / "provenance.json"
        path.write_text(path.read_text().replace("{", '{"cpu_seconds": 1.0, '))
    return project


@pytest.mark.parametrize("damage", ["", "half", "not UTF-8"])
@pytest.mark.parametrize("file", FILES)
def test_no_command_breaks_and_those_that_need_the_file_name_it(both, file, damage):
    path = FLIPS / file
    content = path.read_bytes()
    path.write_bytes({"": b"", "half": content[: len(content) // 2], "not UTF-8": b"\xff" + content[:-9]}[damage])
    told = {" ".join(command[:1]): run(*command) for command in COMMANDS}
    named, remedy = f"{path} is damaged (", f"snakemake --cores 1 --force {path} makes it anew"
    needed = {
        "verdicts.json": {"show", "verify", "compare", "reference"},
        "frequency.csv": {"compare", "reference"},
        "provenance.json": {"timing", "reference"},
    }.get(file, {"reference"})
    for command in needed:
        assert named in told[command] and remedy in told[command], told[command]
    page = "".join(path.read_text() for path in (QUICK / "report").glob("*.html"))
    assert named in page and remedy in page
    # What else there is, is shown.
    assert "six-faces" in told["list"] and "six-faces" in told["verify"] and "A die has six faces" in page
    if file == "verdicts.json":
        assert "coins/fair: failed" in told["verify"] and "1 reproduced" in told["verify"]


@pytest.mark.parametrize("text", NOT_THAT_JSON)
def test_json_of_another_kind_is_damaged(tmp_path, text):
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(Damaged, match="file is damaged"):
        reading.verdicts(path)
    with pytest.raises(Damaged, match="file is damaged"):
        reading.cells(path)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("results/quick-seed3/p/e/verdicts.json", "snakemake --cores 1 --force results/quick-seed3/p/e/verdicts.json"),
        ("results/quick/p/e/points/a=1.csv", "--force results/quick/p/e/points/a=1.csv --config split=true"),
        ("results/reference/quick/p/e/f.csv", "git checkout -- results/reference/quick/p/e/f.csv"),
    ],
)
def test_the_command_that_makes_a_file_anew(path, command):
    assert reading.remedy(Path(path)).endswith(command)
    assert reading.remedy(Path(path).resolve()).endswith(command)


def test_a_table_that_was_cut_within_a_number_is_damaged(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,0.123\n2,0.4")
    with pytest.raises(Damaged, match="its last line has no end"):
        reading.table(path)
