from pathlib import Path

import pytest

from optclaims.pages import generated

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "text"), generated.files(ROOT).items(), ids=[path.name for path in generated.files(ROOT)]
)
def test_generated_files_are_current(path, text):
    assert path.read_text() == text, "run `optclaims generate`"


def test_the_conda_environment_has_the_pins_of_the_lock():
    assert "  - numpy==2.4.6\n" in generated.conda_environment("# comment\nnumpy==2.4.6\n")


def test_only_what_changed_is_written(tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/checks.md").write_text("<!-- table: within --><!-- end -->\n")
    for name, table in (
        ("performance", "kernels"),
        ("robustness", "seeds"),
        ("findings", "findings"),
        ("claims", "claims"),
    ):
        (tmp_path / f"docs/{name}.md").write_text(f"<!-- table: {table} --><!-- end -->\n")
    (tmp_path / "README.md").write_text("<!-- table: papers --><!-- end -->\n")
    assert len(generated.write(tmp_path)) == 10
    assert "| reproduced |" in (tmp_path / "docs/checks.md").read_text()
    assert "Not measured." in (tmp_path / "docs/performance.md").read_text()
    assert generated.write(tmp_path) == []


def test_a_conflict_within_a_table_is_resolved():
    text = "<!-- table: papers -->\n<<<<<<< HEAD\n| a |\n=======\n| b |\n>>>>>>> other\n<!-- end -->\nafter\n"
    assert generated.filled(text, {"papers": "| a |\n| b |"}) == (
        "<!-- table: papers -->\n| a |\n| b |\n<!-- end -->\nafter\n"
    )
