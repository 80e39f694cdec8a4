import importlib.util

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
