"""What a check or a claim can come to, and how checks make the verdict of a claim."""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Outcome(StrEnum):
    """What a check or a claim came to."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not-reproduced"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not-run"


def verdict(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the worst outcome that was run (not-reproduced, inconclusive, reproduced), or not-run if none was."""
    order = [Outcome.NOT_REPRODUCED, Outcome.INCONCLUSIVE, Outcome.REPRODUCED, Outcome.NOT_RUN]
    if not outcomes:
        raise ValueError("a claim needs at least one check")
    return min(outcomes, key=order.index)


def interval(low: float | None, high: float | None, null: float | None = None) -> str:
    """Write an accepted interval as mathematicians do: ``[0.1, 0.3]``, ``(-inf, 0)``."""
    left = "(-inf" if low is None else f"{'(' if low == null else '['}{low:.4g}"
    right = "inf)" if high is None else f"{high:.4g}{')' if high == null else ']'}"
    return f"{left}, {right}"


def spelled(margin: Mapping[str, object] | None) -> str:
    """Return a margin of a check in words, nothing where there is none.

    >>> spelled({"value": 2.13, "unit": "half-widths"})
    '2.1 half-widths'
    """
    if margin is None:
        return ""
    value, unit = margin["value"], margin["unit"]
    if unit == "factor":
        return f"a factor {value:.3g}"
    return f"{value:.2g}" if unit == "absolute" else f"{value:.{1 if abs(value) < 100 else 0}f} {unit}"
