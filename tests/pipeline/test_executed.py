import io

import pytest
from nbformat import v4

from optclaims.pipeline import executed


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def outputs(*pieces):
    notebook = v4.new_notebook(cells=[v4.new_code_cell("x", outputs=list(pieces))])
    return executed.normalised(notebook).cells[0].outputs


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
    monkeypatch.setattr(executed.time, "time", lambda: 112.34)
    announce = executed.announcer(notebook, log, started=100.0)
    announce(cell=v4.new_code_cell("n = 2"), cell_index=2)  # injected, and no cell of the notebook
    for index in (1, 3):
        announce(cell=notebook.cells[index], cell_index=index)
    first, second = log.getvalue().splitlines()
    assert first == "[   12.3 s] cell 1 of 2, The title: n = 1"
    assert second.startswith("[   12.3 s] cell 2 of 2, x = n + 1 +") and len(second) < 120


@pytest.mark.parametrize("kind", ["stdout", "result"])
def test_a_hundred_megabytes_are_not_shown(kind):
    text = "start " + "x" * 10**8 + " end"
    output = stream(text) if kind == "stdout" else v4.new_output("execute_result", {"text/plain": text})
    (shown,) = outputs(output)
    kept = shown.text if kind == "stdout" else shown.data["text/plain"]
    assert len(kept) < 25_000 and kept.startswith("start") and kept.endswith("end")
    assert "\n... 99980010 characters are left out ...\n" in kept


def test_what_is_short_enough_is_shown_as_it_is():
    assert outputs(stream("x" * executed.LONGEST)) == [stream("x" * executed.LONGEST)]
