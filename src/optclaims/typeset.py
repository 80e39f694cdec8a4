"""Text of cards and notebooks as HTML: formulas between dollar signs become MathML, which needs no script or font."""

from __future__ import annotations

import re

from latex2mathml.converter import convert
from markupsafe import Markup, escape

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


def formula(latex: str) -> Markup:
    """Return a LaTeX formula as MathML, or as the code it is where it is not understood."""
    try:
        # Safe: the converter writes elements of MathML only and escapes what is in them.
        return Markup(convert(latex))
    except Exception:  # the converter has no common base for what it raises on a malformed formula
        return Markup("<code>{}</code>").format(latex)


def numbers(source: str) -> Markup:
    """Return a text with numbers and intervals as they are printed in books: true minus, powers of ten, infinity."""
    html = str(escape(source)).replace("inf", "∞").replace("&lt;=", "≤")
    html = re.sub(r"(\d)e([+-]\d+)", lambda found: f"{found[1]}·10<sup>{int(found[2])}</sup>", html)
    return Markup(re.sub(r"-(?=[\d∞])", "−", html))
