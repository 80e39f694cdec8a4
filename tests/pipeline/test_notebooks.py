import importlib
from pathlib import Path

import pytest

from optclaims.pipeline import cards, notebooks
from optclaims.science import sources

ROOT = Path(__file__).parents[2]


def write(folder, text, name="notebook.py"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_parameters_are_read_without_running(tmp_path):
    text = '# %% [markdown]\n# text\n\n# %% tags=["parameters"]\nT = 30_000\nC = [2.1, 3]\n\n# %%\nraise SystemExit\n'
    assert notebooks.parameters(write(tmp_path, text)) == {"T": 30_000, "C": [2.1, 3]}


PARAMETERS = '# %% tags=["parameters"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PARAMETERS + "T = \n", "notebook.py:2: invalid syntax in `T =`"),
        (PARAMETERS + "T = 1\n# %%\nif T\n", "notebook.py:4: expected ':' in `if T`"),
        ("# one\n# two\n" + PARAMETERS + "T = {[]: 1}\n", "notebook.py:4: parameter 'T' must be a literal value"),
        (PARAMETERS + "T = 1\nprint(T)\n", "notebook.py:3: the parameters cell may only hold assignments"),
        ("# %% tags=[parameters]\nT = 1\n", "needs exactly one cell .*, it has 0"),
        (PARAMETERS + "T = 1\0\n", "notebook.py.*null bytes"),
    ],
)
def test_mistakes_are_one_line_with_their_place(tmp_path, text, message):
    with pytest.raises(sources.SourceError, match=message) as raised:
        notebooks.parameters(write(tmp_path, text))
    assert "\n" not in str(raised.value)


def test_a_notebook_that_is_not_utf_8_is_named_with_its_line(tmp_path):
    path = tmp_path / "notebook.py"
    path.write_bytes((PARAMETERS + "# na\xefve\n").encode("latin-1"))
    with pytest.raises(sources.SourceError, match=r"notebook\.py:2: this file is not UTF-8"):
        notebooks.parameters(path)


def test_experiments_do_not_depend_on_what_only_judges_or_reports(tmp_path):
    notebook = write(tmp_path, "from optclaims.experiment import Experiment\n")
    names = {path.stem for path in sources.import_closure(notebook, ROOT / "src")}
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
        text = (ROOT / "notebooks" / paper / f"{name}.py").read_text()
        if "experiment.not_run(" in text and "experiment.figure(" not in text:
            continue  # it draws placeholders only
        for figure in experiment.figures:
            address = notebooks.draw_function(ROOT / "notebooks" / paper / f"{name}.py", figure)
            assert address, f"{name}.py draws {figure} with no function that could be imported"
            module, _, function = address.partition(":")
            assert callable(getattr(importlib.import_module(module), function))
