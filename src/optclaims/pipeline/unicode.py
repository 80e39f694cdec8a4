r"""Formulas between dollar signs as a terminal can show them: ``$\sqrt{1-\beta_2}$`` as ``√(1-β₂)``."""

from __future__ import annotations

import re
import unicodedata

SIGNS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠", "ne": "≠", "ll": "≪", "gg": "≫", "approx": "≈",
    "sim": "~", "propto": "∝", "pm": "±", "mp": "∓", "times": "×", "cdot": "·", "in": "∈", "infty": "∞", "to": "→",
    "sum": "Σ", "prod": "Π", "int": "∫", "partial": "∂", "nabla": "∇", "star": "*", "ast": "*", "top": "T", "perp": "⊥",
    "ell": "ℓ", "lVert": "‖", "rVert": "‖", "Vert": "‖", "vert": "|", "mid": "|", "ldots": "...", "dots": "...",
    "varphi": "φ", "varepsilon": "ε", "epsilon": "ε", "langle": "⟨", "rangle": "⟩", "circ": "∘", "odot": "⊙",
    "quad": " ", "qquad": " ", ",": " ", ";": " ", ":": " ", " ": " ", "!": "", "{": "{", "}": "}", "|": "‖", "%": "%",
    "left": "", "right": "", "big": "", "Big": "", "bigl": "", "bigr": "", "displaystyle": "", "tfrac": "\\frac",
}  # fmt: skip
ACCENTS = {"bar": "\u0304", "hat": "\u0302", "tilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"}
DOUBLED = {"E": "𝔼", "R": "ℝ", "P": "ℙ", "N": "ℕ", "Z": "ℤ"}
RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
DONE = {"^": "\ue000", "_": "\ue001"}  # marks that stay, so that they are not read again
ARGUMENT = r"\s*(?:\{((?:[^{}])*)\}|(\\[a-zA-Z]+|[^\s\\{}]))"


def text(source: str) -> str:
    r"""Return a text whose formulas a terminal can show.

    >>> text(r"every pair with $\beta_1 < \sqrt{\beta_2}$ and $t^{-1/2} \le \frac{1}{2}$")
    'every pair with β₁ < √β₂ and t^(-1/2) ≤ 1/2'
    """
    return re.sub(r"\$([^$]+)\$", lambda found: formula(found[1]), source)


def formula(latex: str) -> str:
    r"""Return a LaTeX formula in Unicode; what is not known stays, without its backslash.

    >>> formula(r"\mathbb{E}\|w\|^2 \approx \bar g^2 / \hat v_t")
    '𝔼‖w‖² ≈ ḡ² / v̂ₜ'
    """
    latex = re.sub(r"\\(?:mathrm|mathbf|mathit|text|operatorname|boldsymbol|mathcal|rm)\s*\{([^{}]*)\}", r"\1", latex)
    latex = re.sub(r"\\mathbb\s*\{?([A-Z])\}?", lambda found: DOUBLED.get(found[1], found[1]), latex)
    latex = re.sub(r"\\([a-zA-Z]+|[^a-zA-Z])", _sign, latex)
    former = ""
    while former != latex:  # from the inside out
        former = latex
        latex = re.sub(r"\\(bar|hat|tilde|dot|vec)" + ARGUMENT, _accented, latex)
        latex = re.sub(r"\^" + ARGUMENT, lambda found: _shifted(found[1] or found[2] or "", RAISED, "^"), latex)
        latex = re.sub(r"_" + ARGUMENT, lambda found: _shifted(found[1] or found[2] or "", LOWERED, "_"), latex)
        latex = re.sub(r"\\sqrt" + ARGUMENT, lambda found: f"√{_grouped(found[1] or found[2] or '')}", latex)
        latex = re.sub(r"\\[dt]?frac" + ARGUMENT + ARGUMENT, _fraction, latex)
    latex = latex.replace(DONE["^"], "^").replace(DONE["_"], "_")
    return re.sub(r" +", " ", re.sub(r"[\\{}]", "", latex)).strip()


def _sign(found: re.Match[str]) -> str:
    name = found[1]
    if name in ("frac", "dfrac", "sqrt", *ACCENTS):
        return found[0]
    if name in SIGNS:
        return SIGNS[name]
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    try:  # the names of Greek letters are those of LaTeX, but for one
        return unicodedata.lookup(f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
    except KeyError:
        return name


def _accented(found: re.Match[str]) -> str:
    body = found[2] or found[3] or ""
    return unicodedata.normalize("NFC", f"{body}{ACCENTS[found[1]]}")


def _fraction(found: re.Match[str]) -> str:
    above, below = found[1] or found[2] or "", found[3] or found[4] or ""
    above = f"({above})" if re.search(r"[-+ ]", above) else above
    return f"{above}/{_grouped(below)}"


def _grouped(body: str) -> str:
    """Return a part of a formula as one factor: in parentheses unless it is a number or one letter with its indices."""
    return body if re.fullmatch(r"[\d.]+|\w[₀-₉ₐ-ₜᵢᵣᵤᵥⱼ⁰¹²³⁴-⁹]*", body) else f"({body})"


def _shifted(body: str, table: dict[int, int], mark: str) -> str:
    """Return a super- or subscript: in small characters where there are such, else behind its mark."""
    if body == "*":
        return body
    if all(ord(letter) in table for letter in body):
        return body.translate(table)
    return f"{DONE[mark]}{_grouped(body)}"
