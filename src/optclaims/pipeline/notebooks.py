"""Reading py:percent notebooks without running them: their parameters, what they import, and what draws a figure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from optclaims.science import sources

CELL = re.compile(r"^# %%(?P<header>.*)$", re.MULTILINE)


class NotebookError(sources.SourceError):
    """A notebook that is missing or not of the agreed form."""


def parameters(notebook: Path) -> dict[str, object]:
    """Return the values of the one cell tagged ``parameters``: plain assignments of literals.

    Raises NotebookError for a missing file, a syntax error, none or several such cells, or anything but assignments.
    """
    if not notebook.exists():
        raise NotebookError(f"the notebook {notebook} is missing")
    text = sources.read(notebook)
    sources.parse(notebook, text)  # the whole of it, as a mistake further down would show only after hours
    heads = [*CELL.finditer(text)]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    cells = [(h, text[h.end() : end]) for h, end in zip(heads, ends, strict=True) if _is_parameters(h["header"])]
    if len(cells) != 1:
        raise NotebookError(f'{notebook} needs exactly one cell `# %% tags=["parameters"]`, it has {len(cells)}')
    ((head, cell),) = cells
    values = {}
    for statement in sources.parse(notebook, cell).body:
        place = f"{notebook}:{text.count(chr(10), 0, head.end()) + statement.lineno}"
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if not isinstance(target, ast.Name) or len(statement.targets) != 1:
            raise NotebookError(f"{place}: the parameters cell may only hold assignments `name = value`")
        try:
            values[target.id] = ast.literal_eval(statement.value)
        except (ValueError, TypeError):  # such as {[]: 1}
            raise NotebookError(f"{place}: parameter {target.id!r} must be a literal value") from None
    return values


def _is_parameters(header: str) -> bool:
    tags = re.search(r"tags=\[(.*?)\]", header)
    return bool(tags) and "parameters" in re.findall(r"""["'](.+?)["']""", tags[1])


def draw_function(notebook: Path, figure: str) -> str | None:
    """Return ``module:function`` of what draws a figure, as in ``experiment.figure("name", frame, draw=f)``.

    A call whose name is computed, in a loop over figures, counts for those that no other call names. None where there
    is no such call or no single function, and for functions that are not imported, which have no address.
    """
    tree = sources.parse(notebook, sources.read(notebook))
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


def drawn_at(notebook: Path, figure: str, source: Path) -> str | None:
    """Return ``file:line`` of the function that draws a figure, None where that is not known.

    source: the folder that holds the package. A function that a package only passes on is found in its module.
    """
    module, _, function = (draw_function(notebook, figure) or "").partition(":")
    stem = source.joinpath(*module.split("."))
    for file in (stem.with_suffix(".py"), *sorted(stem.glob("*.py"))):
        for node in sources.parse(file, sources.read(file)).body if function and file.exists() else ():
            if isinstance(node, ast.FunctionDef) and node.name == function:
                return f"{file}:{node.lineno}"
    return None


def _names(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (name in the notebook, what it stands for) of an import."""
    if isinstance(node, ast.Import):
        yield from ((a.asname, a.name) if a.asname else (a.name.split(".")[0],) * 2 for a in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from ((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
