import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import synthetic
from optclaims import style
from optclaims.pipeline import reference
from optclaims.pipeline.compare import compare
from optclaims.pipeline.reference import Refused, renew
from optclaims.pipeline.results import ResultsError

ROOT = Path(__file__).parents[2]
QUICK, KEPT = Path("results/quick"), Path("results/reference/quick")


def files(folder=KEPT):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(cards, folder=QUICK, target=KEPT):
    before = files()
    with pytest.raises(Refused) as error:
        renew(cards, folder, target, ["coins", "dice"])
    assert files() == before
    return str(error.value).splitlines()


def test_keeps_data_verdicts_and_one_cover_a_paper(project):
    renewal = renew(project, QUICK, KEPT, list(project))
    assert list(files()) == [
        "coins/flips/frequency.csv",
        "coins/flips/frequency.png",
        "coins/flips/made_with.json",
        "coins/flips/verdicts.json",
        "dice/rolls/faces.csv",
        "dice/rolls/faces.png",
        "dice/rolls/made_with.json",
        "dice/rolls/verdicts.json",
    ]
    assert [str(path) for path in renewal.changed] == list(files()) and renewal.removed == []
    assert sum(renewal.sizes.values()) == sum(map(len, files().values()))
    assert compare(project, QUICK, KEPT).differences == []
    assert [path.name for path in KEPT.parent.iterdir()] == ["quick"], "nothing temporary is left"


def test_a_second_time_changes_nothing(project):
    renew(project, QUICK, KEPT, list(project))
    assert renew(project, QUICK, KEPT, list(project)).changed == []


def test_stale_figures_experiments_and_papers_go(project):
    renew(project, QUICK, KEPT, list(project))
    for stale in ("coins/flips/old.csv", "coins/gone/verdicts.json", "vanished/experiment/verdicts.json"):
        (KEPT / stale).parent.mkdir(parents=True, exist_ok=True)
        (KEPT / stale).write_text("x")
    renewal = renew(project, QUICK, KEPT, list(project))
    assert list(map(str, renewal.removed)) == [
        "coins/flips/old.csv",
        "coins/gone/verdicts.json",
        "vanished/experiment/verdicts.json",
    ]
    assert not (KEPT / "coins/gone").exists() and not (KEPT / "vanished").exists()


def test_papers_that_were_not_chosen_stay(project):
    renew(project, QUICK, KEPT, list(project))
    before = files()
    (QUICK / "coins/flips/frequency.csv").unlink()
    (QUICK / "dice/rolls/faces.csv").write_text("face,count\n1,2\n")
    renewal = renew({"dice": project["dice"]}, QUICK, KEPT, list(project))
    assert [str(path) for path in renewal.changed] == ["dice/rolls/faces.csv"]
    assert files() == before | {"dice/rolls/faces.csv": b"face,count\n1,2\n"}


def test_not_run_is_kept_as_such(project):
    synthetic.not_run(QUICK / "coins/flips", "no coin")
    renew(project, QUICK, KEPT, list(project))
    assert files()["coins/flips/frequency.csv"] == b"status\n"


def test_refuses_failed_and_missing_experiments(project):
    synthetic.fail(QUICK, "coins", "flips")
    (QUICK / "dice/rolls/verdicts.json").unlink()
    assert refused(project) == [
        "coins/flips: its notebook raised in results/quick",
        "dice/rolls: no results in results/quick",
    ]


def test_refuses_a_large_csv(project):
    (QUICK / "dice/rolls/faces.csv").write_text("x\n" * 30_001)
    (line,) = refused(project)
    assert "dice/rolls/faces.csv: 60 kB; at most 60 kB" in line


def test_refuses_a_large_paper_whatever_the_others_take(project, monkeypatch):
    sizes = renew(project, QUICK, KEPT, list(project)).sizes
    monkeypatch.setattr(reference, "LARGEST_PAPER", max(sizes.values()))
    assert renew(project, QUICK, KEPT, list(project)).sizes == sizes
    (QUICK / "dice/rolls/faces.csv").write_text("face,count\n" + "1,2\n" * 1000)
    (line,) = refused(project)
    assert line.startswith("dice would take ") and line.endswith("a paper are kept")


def test_a_picture_is_kept_in_fewer_bytes_and_looks_the_same(project):
    figure, axes = style.subplots()
    for k in range(8):
        axes.plot(np.arange(9), np.arange(9) * k)
    style.save(figure, QUICK / "dice/rolls/faces")
    renew(project, QUICK, KEPT, list(project))
    drawn, kept = QUICK / "dice/rolls/faces.png", KEPT / "dice/rolls/faces.png"
    assert kept.stat().st_size < drawn.stat().st_size / 2
    before, after = (np.asarray(Image.open(path).convert("RGB"), float) for path in (drawn, kept))
    assert np.abs(before - after).mean() < 1


@pytest.mark.parametrize("paper", sorted((ROOT / KEPT).iterdir()), ids=lambda path: path.name)
def test_what_is_kept_of_each_paper_is_small(paper):
    sizes = {path: path.stat().st_size for path in paper.rglob("*") if path.is_file()}
    assert sum(sizes.values()) <= reference.LARGEST_PAPER
    assert not [path for path, size in sizes.items() if path.suffix == ".csv" and size > reference.LARGEST_CSV]


def test_refuses_a_missing_figure_and_verdicts_older_than_the_card(project):
    (QUICK / "dice/rolls/faces.png").unlink()
    path = QUICK / "coins/flips/verdicts.json"
    record = json.loads(path.read_text())
    record["claims"]["lore"] = record["claims"].pop("law")
    path.write_text(json.dumps(record))
    older, missing = refused(project)
    assert "not the claims of the card (law, lore); run the experiment again" in older
    assert missing == "results/quick/dice/rolls/faces.png is missing; run the experiment again"


@pytest.mark.parametrize("target", ["results/quick", "results/default", "results/reference/default", "elsewhere/quick"])
def test_refuses_any_other_target(project, target):
    (line,) = refused(project, target=Path(target))
    assert line == f"results/quick is kept in .../reference/quick, not in {target}"


@pytest.mark.parametrize("folder", ["draft", "default"])
def test_refuses_drafts_and_missing_folders(project, folder):
    Path("results/draft").mkdir()
    with pytest.raises(ResultsError):
        renew(project, Path("results", folder), KEPT, list(project))
    assert not KEPT.exists()
