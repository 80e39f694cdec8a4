"""The words for what checks and claims come to; apart from `checks`, so that reading verdicts needs no numerics."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a check or a claim came to."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not-reproduced"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not-run"


def interval(low: float | None, high: float | None, null: float | None = None) -> str:
    """Write an accepted interval as mathematicians do: ``[0.1, 0.3]``, ``(-inf, 0)``."""
    left = "(-inf" if low is None else f"{'(' if low == null else '['}{low:.4g}"
    right = "inf)" if high is None else f"{high:.4g}{')' if high == null else ']'}"
    return f"{left}, {right}"
