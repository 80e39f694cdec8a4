"""An index of what the theory of every paper computes: signature, formula, source, example, the claims it serves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from optclaims.pipeline.card import Card
from optclaims.pipeline.cards import NOTEBOOKS
from optclaims.science import sources

PAPERS = Path("src/optclaims/papers")


@dataclass(frozen=True)
class Function:
    """A public function of a paper's theory; file is relative to the root of the project."""

    name: str
    signature: str
    prose: str
    example: str
    file: Path


def functions(paper: str, root: Path) -> list[Function]:
    """Return the public functions of a paper's theory in the order of its files, with what their docstrings say."""
    folder = root / PAPERS / paper
    files = [file for file in (folder / "theory.py", *sorted(folder.glob("theory/*.py"))) if file.exists()]
    return [
        _function(node, file.relative_to(root))
        for file in files
        for node in sources.parse(file, sources.read(file)).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and ast.get_docstring(node)
    ]


def _function(node: ast.FunctionDef, file: Path) -> Function:
    prose, mark, example = inspect.cleandoc(ast.get_docstring(node)).partition(">>> ")
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    kept = [line for line in prose.strip().split("\n\n") if not line.startswith("Domain:")]
    return Function(
        node.name,
        f"{node.name}({ast.unparse(node.args)}){returned}",
        "\n\n".join(kept),
        (mark + example).strip(),
        file,
    )


def claims(paper: str, card: Card, root: Path) -> dict[str, list[str]]:
    """Return for each name that notebooks take from a paper's theory the claims of these notebooks."""
    found: dict[str, list[str]] = {}
    for name, experiment in card.experiments.items():
        notebook = root / NOTEBOOKS / paper / f"{name}.py"
        for used in _taken(sources.parse(notebook, sources.read(notebook))):
            found.setdefault(used, []).extend(experiment.claims)
    return found


def _taken(tree: ast.AST) -> set[str]:
    """Return what is called ``theory.name`` in a notebook, or imported from a module of a theory."""
    called = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "theory"
    }
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and ".theory" in f".{node.module}."
        for alias in node.names
    }
    return called | imported


def markdown(cards: Mapping[str, Card], root: Path) -> str:
    """Return a section a paper with all functions of its theory."""
    return "\n\n".join(part for paper, card in cards.items() for part in _section(paper, card, root))


def _section(paper: str, card: Card, root: Path) -> Iterator[str]:
    listed, serves = functions(paper, root), claims(paper, card, root)
    if listed:
        yield f"## {paper}"
        yield f"{card.title}: `from optclaims.papers.{paper} import theory`"
    for one in listed:
        yield f"### `{one.name}`"
        yield f"```python\n{one.signature}\n```"
        yield one.prose
        if one.example:
            yield f"```python\n{one.example}\n```"
        used = ", ".join(f"`{claim}`" for claim in dict.fromkeys(serves.get(one.name, ())))
        yield f"[{one.file.name}](../{one.file})" + (f"; serves {used}" if used else "")
