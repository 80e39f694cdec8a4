import importlib.util
import io
import json

import pytest
from nbformat import v4

from .conftest import ROOT

specification = importlib.util.spec_from_file_location("run_notebook", ROOT / "workflow/scripts/run_notebook.py")
run_notebook = importlib.util.module_from_spec(specification)
specification.loader.exec_module(run_notebook)


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def outputs(*pieces):
    notebook = v4.new_notebook(cells=[v4.new_code_cell("x", outputs=list(pieces))])
    return run_notebook.normalised(notebook).cells[0].outputs


def test_the_saved_notebook_does_not_depend_on_how_stdout_was_cut():
    assert outputs(stream("a\n"), stream("bar", "stderr"), stream("b\n")) == outputs(stream("a\nb\n"))


def test_an_early_end_is_its_message():
    error = v4.new_output("error", ename="StopNotebook", evalue="not run: no data", traceback=["..."])
    assert outputs(stream("a\n"), error) == outputs(stream("a\nnot run: no data\n"))


@pytest.fixture
def notebook():
    cells = [
        v4.new_markdown_cell("# The title\nWords."),
        v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
        v4.new_markdown_cell("Words only."),
        v4.new_code_cell("# why\n\nx = n +" + " 1 +" * 50 + " 1\ny = x"),
    ]
    return v4.new_notebook(cells=cells)


def test_the_log_tells_which_cell_runs_since_when(notebook, monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(run_notebook.time, "time", lambda: 112.34)
    announce = run_notebook.announcer(notebook, log, started=100.0)
    announce(cell=v4.new_code_cell("n = 2"), cell_index=2)  # injected, and no cell of the notebook
    for index in (1, 3):
        announce(cell=notebook.cells[index], cell_index=index)
    first, second = log.getvalue().splitlines()
    assert first == "[   12.3 s] cell 1 of 2, The title: n = 1"
    assert second.startswith("[   12.3 s] cell 2 of 2, x = n + 1 +") and len(second) < 120


def test_a_job_ends_with_its_verdicts_counted(tmp_path):
    assert run_notebook.outcome(tmp_path) == "done"
    verdicts = ("reproduced", "inconclusive", "reproduced")
    claims = {f"claim-{n}": {"verdict": verdict} for n, verdict in enumerate(verdicts)}
    (tmp_path / "verdicts.json").write_text(json.dumps({"claims": claims}))
    assert run_notebook.outcome(tmp_path) == "2 reproduced, 1 inconclusive"
