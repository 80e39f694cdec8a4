"""Text of cards and notebooks as HTML: formulas between dollar signs become MathML, which needs no script or font."""

from __future__ import annotations

import re
from typing import Literal
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markupsafe import Markup, escape

# The converter takes these for operators with space around them; in running formulas they have none.
TIGHT = {
    "<mo>&#x0002F;</mo>": '<mo lspace="0" rspace="0">/</mo>',
    '<mo stretchy="false">&#x0007C;</mo>': '<mo stretchy="false" lspace="0" rspace="0">|</mo>',
    "<mo>&#x0221E;</mo>": "<mi>&#x0221E;</mi>",
}
# What the converter does not know.
UNKNOWN = {r"\\arg(?![a-z])": r"\\mathrm{arg}"}
# What would put links, styles and names of others' choice into a page.
ACTIVE = re.compile(r"\\(href|url|style|class|cssId|data)\b|javascript:", re.IGNORECASE)
MATHML = "{http://www.w3.org/1998/Math/MathML}"
FORMULA_OR_CODE = re.compile(r"\$(?P<formula>[^$]+)\$|`(?P<code>[^`]+)`")


def text(source: str) -> Markup:
    """Return a text as HTML: ``$...$`` as MathML, backticks as code, everything else escaped."""
    pieces, position = [], 0
    for found in FORMULA_OR_CODE.finditer(source):
        pieces.append(escape(source[position : found.start()]))
        code = found["code"]
        pieces.append(formula(found["formula"]) if code is None else Markup("<code>{}</code>").format(code))
        position = found.end()
    return Markup("").join([*pieces, escape(source[position:])])


def formula(latex: str, display: Literal["inline", "block"] = "inline") -> Markup:
    """Return a LaTeX formula as MathML, or as the code it is where it is not understood."""
    try:
        if ACTIVE.search(latex):
            raise ValueError("a link or a style in a formula")
        for unknown, known in UNKNOWN.items():
            latex = re.sub(unknown, known, latex)
        mathml = convert(latex, display=display)
        elements = {element.tag for element in ElementTree.fromstring(mathml).iter()}
    except Exception:  # the converter has no common base for what it raises on a malformed formula
        elements = {""}
    # It does not escape the inside of \text, so what is no element of MathML was typed there.
    if not all(element.startswith(f"{MATHML}m") for element in elements):
        return Markup("<code>{}</code>").format(latex)
    for loose, tight in TIGHT.items():
        mathml = mathml.replace(loose, tight)
    return Markup(mathml)


def numbers(source: str) -> Markup:
    """Return a text with numbers and intervals as they are printed in books: true minus, powers of ten, infinity."""
    html = str(escape(source)).replace("inf", "∞").replace("&lt;=", "≤")
    html = re.sub(r"(\d)e([+-]\d+)", lambda found: f"{found[1]}·10<sup>{int(found[2])}</sup>", html)
    return Markup(re.sub(r"-(?=[\d∞])", "−", html))
