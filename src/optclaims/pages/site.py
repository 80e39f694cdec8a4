"""A static site of all there is to read: the documentation as pages, and the report beside them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.anchors import anchors_plugin

from optclaims.pages import article
from optclaims.pages.rendering import environment, save
from optclaims.pipeline.results import INDEX, REPORT

README, DOCS, FILES = Path("README.md"), Path("docs"), "files"
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
SHOWN = {".png", ".svg", ".csv", ".yml", ".yaml", ".json", ".cff"}


def write(root: Path, results: Path, target: Path) -> Path:
    """Write the site and return its first page: the README, every page of ``docs``, the report of the results.

    results: a results folder with its report. Links between pages lead to pages; pictures and small data files that a
    page refers to are copied; what a page says of other files of the project stays as text without a link. Equal
    sources give equal bytes.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(results / REPORT, target / REPORT)
    names = {README: INDEX} | {
        path.relative_to(root): f"{path.stem}.html" for path in sorted((root / DOCS).glob("*.md"))
    }
    template = environment().get_template("page.html.j2")
    for source, name in names.items():
        text = COMMENT.sub("", (root / source).read_text(encoding="utf-8"))
        body = _html(text, source, names, root, target)
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), source.stem)
        listed = {page.stem: file for page, file in names.items() if page != README}
        save(target / name, template.render(body=body, title=title, pages=listed, report=f"{REPORT}/{INDEX}"))
    return target / INDEX


def _html(text: str, source: Path, names: Mapping[Path, str], root: Path, target: Path) -> Markup:
    markdown = article.parser().use(anchors_plugin, max_level=3)
    tokens = markdown.parse(text)
    for token in _all(tokens):
        for attribute in ("href", "src"):
            if attribute in token.attrs:
                token.attrs[attribute] = _address(str(token.attrs[attribute]), source, names, root, target)
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


def _all(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def _address(address: str, source: Path, names: Mapping[Path, str], root: Path, target: Path) -> str:
    """Return where the site has what a link of a source refers to; what it has not leads nowhere."""
    path, mark, anchor = address.partition("#")
    if "://" in address or not path:
        return address
    file = Path(_without_dots(PurePosixPath(source.parent.as_posix(), path)))
    if file in names:
        return names[file] + mark + anchor
    if file.suffix in SHOWN and (root / file).is_file():
        copy = target / FILES / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, copy)
        return f"{FILES}/{file.as_posix()}"
    return "#"


def _without_dots(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)
