"""What is kept of an executed notebook: the same bytes for equal runs, of a size that can be shown."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from typing import IO

import nbformat
from nbformat import NotebookNode

ENDS_EARLY = "StopNotebook"
LONGEST = 20_000  # characters of one output


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Remove what differs between equal runs: timings, ids, stderr, and the marks of an early end."""
    notebook.metadata = {key: notebook.metadata[key] for key in ("kernelspec",) if key in notebook.metadata}
    notebook.cells = [c for c in notebook.cells if c.metadata.get("tags", [""])[:1] != ["papermill-error-cell-tag"]]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        shown = joined([tidy(o) for o in cell.get("outputs", []) if o.get("name") != "stderr"])
        cell["outputs"] = [capped(output) for output in shown]
        if cell.cell_type == "markdown":
            del cell["outputs"]
    return notebook


def joined(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of stdout: in how many they arrive depends on timing."""
    whole = []
    for _, run in itertools.groupby(outputs, lambda output: output.output_type == "stream" or id(output)):
        first, *others = run
        if others:
            first.text = "".join([first.text, *(other.text for other in others)])
        whole.append(first)
    return whole


def tidy(output: NotebookNode) -> NotebookNode:
    """Return an output as it is, an early end as its message instead of its traceback."""
    if output.output_type == "error" and output.ename == ENDS_EARLY:
        return nbformat.v4.new_output("stream", name="stdout", text=output.evalue + "\n")
    return output


def capped(output: NotebookNode) -> NotebookNode:
    """Return an output with the middle of each text that is too long to be shown left out."""
    if "text" in output:
        output.text = shortened(output.text)
    for kind, content in output.get("data", {}).items():
        if isinstance(content, str) and kind.startswith("text/"):
            output.data[kind] = shortened(content)
    return output


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text of at most about so many characters: its start, how much is left out, its end."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters are left out ...\n{text[-half:]}"


def announcer(notebook: NotebookNode, log: IO[str], started: float) -> Callable[..., None]:
    """Return what writes a line to the log when a cell begins: time since the start, number, heading, first line."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    places = {cell.id: f"cell {number} of {len(code)}" for number, cell in enumerate(code, start=1)}
    headings = {
        cell.id: line.strip("# ") + ": "
        for above, cell in itertools.pairwise(notebook.cells)
        for line in above.source.splitlines()
        if above.cell_type == "markdown" and line.startswith("#")
    }

    def announce(cell: NotebookNode, cell_index: int) -> None:
        if cell.id in places:  # not the injected parameters
            lines = [line for line in cell.source.splitlines() if line and not line.startswith("#")]
            label = headings.get(cell.id, "") + "".join(lines[:1])[:80]
            print(f"[{time.time() - started:7.1f} s] {places[cell.id]}, {label}", file=log)

    return announce
