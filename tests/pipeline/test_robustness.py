import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from optclaims.pipeline import robustness
from optclaims.pipeline.results import ResultsError

QUICK = Path("results/quick")


def with_seed(seed, **changed):
    """A copy of the quick results as if computed with another seed, with some verdicts changed."""
    folder = QUICK.with_name(f"quick-seed{seed}")
    shutil.copytree(QUICK, folder)
    for path in folder.glob("*/*/verdicts.json"):
        record = json.loads(path.read_text()) | {"seed": seed}
        for claim, verdict in changed.items():
            if (key := claim.replace("_", "-")) in record["claims"]:
                record["claims"][key]["verdict"] = verdict
        path.write_text(json.dumps(record))
    return folder


def test_counts_every_verdict_and_names_the_fragile(project):
    folders = [QUICK, with_seed(1), with_seed(2, fair="not-reproduced")]
    table = robustness.verdicts(project, folders)
    assert list(table) == ["paper", "claim", "seed 0", "seed 1", "seed 2"]
    counts = robustness.counts(table).set_index("claim")
    assert counts.loc["fair", ["reproduced", "not-reproduced"]].tolist() == [2, 1]
    assert counts.loc["law", "inconclusive"] == 3 and counts.loc["never-edge", "not-run"] == 3
    assert robustness.fragile(table).claim.tolist() == ["fair"]
    console = Console(width=200, record=True, quiet=False)
    robustness.show(table, console)
    text = console.export_text()
    assert "fragile: coins/fair: seed 0 reproduced, seed 1 reproduced, seed 2 not-reproduced" in text
    assert text.endswith("4 claims at 3 seeds: 1 fragile\n")


def test_an_experiment_that_is_missing_at_one_seed_counts_as_such(project):
    folder = with_seed(1)
    shutil.rmtree(folder / "dice")
    counts = robustness.counts(robustness.verdicts(project, [QUICK, folder])).set_index("claim")
    assert counts.loc["six-faces", ["reproduced", "missing"]].tolist() == [1, 1]


def test_the_same_seed_twice_and_two_scales_are_errors(project):
    with pytest.raises(ResultsError, match="seed 0 is that of another folder"):
        robustness.verdicts(project, [QUICK, QUICK])
    shutil.copytree(QUICK, "results/default")
    with pytest.raises(ResultsError, match="at one scale, not at default and quick"):
        robustness.verdicts(project, [QUICK, Path("results/default")])


def test_the_kept_table_survives_the_file(project, tmp_path):
    table = robustness.verdicts(project, [QUICK, with_seed(1, fair="inconclusive")])
    kept = tmp_path / "kept.csv"
    table.to_csv(kept, index=False)
    pd.testing.assert_frame_equal(pd.read_csv(kept), table)
    parts = robustness.tables(kept)
    assert parts["robustness"] == "4 claims at 2 seeds: 1 fragile."
    assert "| coins | fair | reproduced | inconclusive |" in parts["fragile claims"]
    assert set(robustness.tables(tmp_path / "none.csv").values()) == {"Not measured."}
