import importlib
from pathlib import Path

import pytest

from optclaims.pipeline import cards, notebooks

ROOT = Path(__file__).parents[2]


def write(folder, text, name="notebook.py"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_parameters_are_read_without_running(tmp_path):
    text = '# %% [markdown]\n# text\n\n# %% tags=["parameters"]\nT = 30_000\nC = [2.1, 3]\n\n# %%\nraise SystemExit\n'
    assert notebooks.parameters(write(tmp_path, text)) == {"T": 30_000, "C": [2.1, 3]}


def test_a_syntax_error_is_told_with_its_line(tmp_path):
    with pytest.raises(notebooks.NotebookError, match="in `T =`"):
        notebooks.parameters(write(tmp_path, '# %% tags=["parameters"]\nT = \n'))


def test_import_closure_follows_imports_within_the_package(tmp_path):
    source = tmp_path / "src"
    for module, text in {
        "__init__": "",
        "a": "import numpy\nfrom optclaims import b",
        "b": "from optclaims.papers.p import theory",
        "unused": "",
        "papers/__init__": "",
        "papers/p/__init__": "",
        "papers/p/theory": "def f():\n    from optclaims.c import g",
        "papers/p/figures": "",
        "c": "from optclaims import a",
    }.items():
        write(source, text, f"optclaims/{module}.py")
    notebook = write(tmp_path, "from optclaims.a import x\n")
    closure = [str(path.relative_to(source / "optclaims")) for path in notebooks.import_closure(notebook, source)]
    assert closure == [
        "__init__.py",
        "a.py",
        "b.py",
        "c.py",
        "papers/__init__.py",
        "papers/p/__init__.py",
        "papers/p/theory.py",
    ]


def test_experiments_do_not_depend_on_what_only_judges_or_reports(tmp_path):
    notebook = write(tmp_path, "from optclaims.experiment import Experiment\n")
    names = {path.stem for path in notebooks.import_closure(notebook, ROOT / "src")}
    assert {"experiment", "checks", "style"} <= names
    assert not names & {"report", "compare", "verify", "cards", "config", "command", "workflow", "results"}


def test_draw_functions_are_found_behind_their_imports(tmp_path):
    text = """
import optclaims.papers.p.figures
import seaborn as sns
from optclaims.papers.p import figures as drawings
from optclaims.papers.p.maps import heat

experiment.figure("a", frame, draw=drawings.curves)
experiment.figure(
    "b",
    frame,
    draw=heat,
)
experiment.figure("c", frame, draw=optclaims.papers.p.figures.bars)
experiment.figure("d", frame, draw=lambda frame: frame.plot())
experiment.figure("e", frame, draw=defined_here)
other.shape("f", draw=heat)
"""
    notebook = write(tmp_path, text)
    assert {name: notebooks.draw_function(notebook, name) for name in "abcdef"} == {
        "a": "optclaims.papers.p.figures:curves",
        "b": "optclaims.papers.p.maps:heat",
        "c": "optclaims.papers.p.figures:bars",
        **dict.fromkeys("def"),
    }


def test_a_loop_over_figures_draws_those_that_no_other_call_names(tmp_path):
    text = """
from optclaims.papers.p import figures
for name in names:
    experiment.figure(name, frame, draw=figures.curves)
experiment.figure("a", frame, draw=figures.bars)
"""
    assert notebooks.draw_function(write(tmp_path, text), "a") == "optclaims.papers.p.figures:bars"
    assert notebooks.draw_function(write(tmp_path, text), "b") == "optclaims.papers.p.figures:curves"
    two = write(tmp_path, text + "experiment.figure(f'{name}_2', frame, draw=figures.bars)\n")
    assert notebooks.draw_function(two, "b") is None


@pytest.mark.parametrize("paper", cards.papers(ROOT / "notebooks"))
def test_every_figure_of_every_paper_can_be_redrawn(paper):
    for name, experiment in cards.load(paper, ROOT / "notebooks").experiments.items():
        for figure in experiment.figures:
            address = notebooks.draw_function(ROOT / "notebooks" / paper / f"{name}.py", figure)
            assert address, f"{name}.py draws {figure} with no function that could be imported"
            module, _, function = address.partition(":")
            assert callable(getattr(importlib.import_module(module), function))
