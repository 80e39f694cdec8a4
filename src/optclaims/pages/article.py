"""An executed notebook as HTML: prose with formulas, code in colours, what was printed. It needs no script or font."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path, PurePath

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import token as tokens
from pygments.lexers import PythonLexer

from optclaims.pages import typeset
from optclaims.pipeline import reading

# Titles of notebooks stand below the title of their experiment, which is an h3.
LEVELS_BELOW = 3
DEFAULTS, INJECTED = "parameters", "injected-parameters"
COLOURED = {
    tokens.Comment: "comment",
    tokens.String: "string",
    tokens.Number: "number",
    tokens.Keyword: "keyword",
    tokens.Operator.Word: "keyword",
}


def article(notebook: Path, figures: str) -> Markup:
    """Return the cells of an executed notebook as HTML.

    figures: what the names of its figures are preceded by in the anchors of the page. A figure is a link to the one
    that the page shows already.
    """
    cells = reading.cells(notebook)
    if any(INJECTED in _tags(cell) for cell in cells):
        cells = [cell for cell in cells if DEFAULTS not in _tags(cell)]  # the next cell overwrites them
    return Markup("\n").join(piece for cell in cells for piece in _cell(cell, figures))


def _tags(cell: Mapping[str, object]) -> Sequence[str]:
    return cell["metadata"].get("tags", ())


def _cell(cell: Mapping[str, object], figures: str) -> Iterator[Markup]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield prose(source, figures)
    elif source.strip():
        yield Markup('<pre class="code">{}</pre>').format(code(source))
    for output in cell.get("outputs", ()):
        yield _output(output, figures)


def _output(output: Mapping[str, object], figures: str) -> Markup:
    """Return what a cell has shown: a reference to a figure, or plain text."""
    data = output.get("data", {})
    if "text/markdown" in data:
        return prose("".join(data["text/markdown"]), figures)
    text = "".join(output.get("text") or data.get("text/plain") or ())
    return Markup('<pre class="printed">{}</pre>').format(text.rstrip("\n"))


def prose(source: str, figures: str = "") -> Markup:
    """Return Markdown as HTML, formulas between dollar signs as MathML; HTML within it is shown as it was typed."""
    return Markup(_markdown().render(source, {"figures": figures}))


def parser() -> MarkdownIt:
    """Return a parser of Markdown that makes MathML of formulas and shows HTML as it was typed."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.use(dollarmath_plugin, double_inline=True, allow_space=False)
    for name, rule in {
        "math_inline": _inline_formula,
        "math_inline_double": _displayed_formula,
        "math_block": _displayed_formula,
    }.items():
        markdown.add_render_rule(name, rule)
    return markdown


@cache
def _markdown() -> MarkdownIt:
    markdown = parser()
    for name, rule in {
        "image": _figure,
        "heading_open": _lower_heading,
        "heading_close": _lower_heading,
    }.items():
        markdown.add_render_rule(name, rule)
    return markdown


def _inline_formula(
    renderer: RendererHTML, stream: Sequence[Token], index: int, options: object, figures: object
) -> str:
    return str(typeset.formula(stream[index].content))


def _displayed_formula(
    renderer: RendererHTML, stream: Sequence[Token], index: int, options: object, figures: object
) -> str:
    return str(typeset.formula(stream[index].content.strip(), display="block"))


def _figure(
    renderer: RendererHTML, stream: Sequence[Token], index: int, options: object, figures: Mapping[str, str]
) -> str:
    name = PurePath(stream[index].attrs["src"]).stem
    return str(Markup('<a class="drawn" href="#{}{}">figure {}</a>').format(figures["figures"], name, name))


def _lower_heading(
    renderer: RendererHTML, stream: Sequence[Token], index: int, options: object, figures: object
) -> str:
    heading = stream[index]
    level = min(int(heading.tag[1]) + LEVELS_BELOW, 6)
    return f"<h{level}>" if heading.nesting == 1 else f"</h{level}>\n"


def code(source: str) -> Markup:
    """Return Python as HTML with comments, strings, numbers and keywords marked."""
    pieces = PythonLexer(stripall=True, ensurenl=False).get_tokens(source)
    return Markup("").join(
        _marked(family, "".join(text for _, text in run))
        for family, run in groupby(pieces, key=lambda piece: _family(piece[0]))
    )


def _family(kind: tokens._TokenType) -> str | None:
    return next((name for family, name in COLOURED.items() if kind in family), None)


def _marked(family: str | None, text: str) -> Markup:
    return Markup('<i class="{}">{}</i>').format(family, text) if family else escape(text)
