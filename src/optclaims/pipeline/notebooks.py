"""Reading py:percent notebooks without running them: their parameters, what they import, and what draws a figure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CELL = re.compile(r"^# %%(?P<header>.*)$", re.MULTILINE)
PACKAGE = "optclaims"


class NotebookError(Exception):
    """A notebook that is missing or not of the agreed form."""


def parameters(notebook: Path) -> dict[str, object]:
    """Return the values of the one cell tagged ``parameters``: plain assignments of literals.

    Raises NotebookError for a missing file, a syntax error, none or several such cells, or anything but assignments.
    """
    if not notebook.exists():
        raise NotebookError(f"the notebook {notebook} is missing")
    text = notebook.read_text()
    heads = [*CELL.finditer(text)]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    cells = [text[h.end() : end] for h, end in zip(heads, ends, strict=True) if _is_parameters(h["header"])]
    if len(cells) != 1:
        raise NotebookError(f'{notebook} needs exactly one cell `# %% tags=["parameters"]`, it has {len(cells)}')
    values = {}
    for statement in _parse(notebook, cells[0]).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if not isinstance(target, ast.Name) or len(statement.targets) != 1:
            raise NotebookError(f"{notebook}: the parameters cell may only hold assignments `name = value`")
        try:
            values[target.id] = ast.literal_eval(statement.value)
        except ValueError:
            raise NotebookError(f"{notebook}: parameter {target.id!r} must be a literal value") from None
    return values


def _is_parameters(header: str) -> bool:
    tags = re.search(r"tags=(\[.*?\])", header)
    return bool(tags) and "parameters" in ast.literal_eval(tags[1])


def _parse(notebook: Path, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise NotebookError(f"{notebook}: {error.msg} in `{(error.text or '').strip()}`") from None


def import_closure(notebook: Path, source: Path) -> list[Path]:
    """Return every module file of the package that the notebook imports, directly or through others, sorted.

    source: the folder that holds the package. Packages on the way count with their ``__init__.py``.
    """
    found: set[Path] = set()
    pending = {notebook}
    while pending:
        pending = set().union(*(_imported(file, source) for file in pending)) - found
        found |= pending
    return sorted(found)


@cache
def _imported(file: Path, source: Path) -> frozenset[Path]:
    """Return the files of the package that a file imports itself; the same few are asked for by every notebook."""
    modules: set[str] = set()
    for node in ast.walk(_parse(file, file.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    inside = (module for module in modules if module.split(".")[0] == PACKAGE)
    return frozenset(path for module in inside for path in _files(module, source))


@cache
def _files(module: str, source: Path) -> tuple[Path, ...]:
    """Return the files of a module and of the packages around it; a name that is no module adds none of its own."""
    parts = module.split(".")
    stems = [source.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    return tuple(file for stem in stems for file in (stem / "__init__.py", stem.with_suffix(".py")) if file.exists())


def draw_function(notebook: Path, figure: str) -> str | None:
    """Return ``module:function`` of what draws a figure, as in ``experiment.figure("name", frame, draw=f)``.

    A call whose name is computed, in a loop over figures, counts for those that no other call names. None where there
    is no such call or no single function, and for functions that are not imported, which have no address.
    """
    tree = _parse(notebook, notebook.read_text())
    imported = dict(pair for node in ast.walk(tree) for pair in _names(node))
    found: dict[str | None, set[str]] = {}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "figure":
            name = next((a.value for a in call.args[:1] if isinstance(a, ast.Constant)), None)
            drawn = next((ast.unparse(k.value) for k in call.keywords if k.arg == "draw"), "")
            first, *rest = drawn.split(".")
            found.setdefault(name, set()).add(".".join([imported.get(first, ""), *rest]))
    addresses = found.get(figure, found.get(None, set()))
    module, _, function = addresses.pop().rpartition(".") if len(addresses) == 1 else ("", "", "")
    return f"{module}:{function}" if module else None


def _names(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (name in the notebook, what it stands for) of an import."""
    if isinstance(node, ast.Import):
        yield from ((a.asname, a.name) if a.asname else (a.name.split(".")[0],) * 2 for a in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from ((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
