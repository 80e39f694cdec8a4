"""Which source files a Python file rests on, found without running any of them."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = "optclaims"


class SourceError(Exception):
    """A source file that cannot be read as Python; the message names file and line."""


def read(file: Path) -> str:
    """Return the text of a source file; raises SourceError for one that is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise SourceError(f"{file}:{line}: this file is not UTF-8 text; save it as UTF-8") from None


def parse(file: Path, text: str, above: int = 0) -> ast.Module:
    """Return the syntax tree of (a part of) a file, ``above`` lines of which precede the text; raises SourceError."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        line = f":{error.lineno + above}" if error.lineno else ""
        raise SourceError(f"{file}{line}: {error.msg} in `{(error.text or '').strip()}`") from None
    except ValueError as error:  # NUL bytes
        raise SourceError(f"{file}: {error}") from None


def import_closure(file: Path, source: Path) -> list[Path]:
    """Return every module file of the package that a file imports, directly or through others, sorted.

    source: the folder that holds the package. Packages on the way count with their ``__init__.py``.
    """
    found: set[Path] = set()
    pending = {file}
    while pending:
        pending = set().union(*(_imported(one, source) for one in pending)) - found
        found |= pending
    return sorted(found)


def fingerprint(file: Path, source: Path) -> str:
    """Return a hash of a file's text and those of all that it imports from the package, where each is found."""
    digest = hashlib.sha256()
    for one in [file, *import_closure(file, source)]:
        digest.update(hashlib.sha256(one.read_bytes()).digest())
    return digest.hexdigest()


@cache
def _imported(file: Path, source: Path) -> frozenset[Path]:
    """Return the files of the package that a file imports itself; the same few are asked for by every notebook."""
    modules: set[str] = set()
    for node in ast.walk(parse(file, read(file))):
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
