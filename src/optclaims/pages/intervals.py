"""A check as a small drawing: the accepted interval, the measurement on it, and the controls beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

WIDTH, ROW, TOP = 220.0, 9.0, 14.0


def plot(check: Mapping[str, object]) -> Markup:
    """Return an SVG of a check as it stands in ``verdicts.json``; nothing for a check that was not run.

    The axis spans the accepted interval and the measurement with its confidence interval; a control that lies beyond
    becomes an arrow at the edge, since how far it was missed does not matter.
    """
    if check.get("measured") is None or not check.get("accept"):
        return Markup("")
    measured = _interval(check)
    left, right = _axis(check["accept"], measured)

    def place(value: float) -> float:
        return min(max((value - left) / (right - left), -1.0), 2.0) * (WIDTH - 20) + 10

    controls = [*check.get("controls", ()), *check.get("positive", ())]
    height = TOP + ROW * len(controls) + 4
    low, high = (
        place(end) if end is not None else edge for end, edge in zip(check["accept"], (0.0, WIDTH), strict=True)
    )
    low, high = max(low, 0.0), min(high, WIDTH)
    parts = [f'<rect class="accepted" x="{low:.1f}" y="0" width="{max(high - low, 1.5):.1f}" height="{height:.0f}"/>']
    parts.append(_mark("measured", measured, 7.0, place))
    parts += [_mark("control", _interval(one), TOP + ROW * (row + 0.5), place) for row, one in enumerate(controls)]
    label = "the measurement and its controls against the accepted interval"
    return Markup(
        f'<svg class="plot" viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="{WIDTH:.0f}" height="{height:.0f}" role="img"'
        f' aria-label="{label}">{"".join(parts)}</svg>'
    )


def _interval(record: Mapping[str, object]) -> tuple[float, float, float]:
    """Return low, value, high of a record, whose ends may be missing."""
    value = float(record["measured"])
    low, high = record.get("ci") or (value, value)
    return float(low), value, float(high)


def _axis(accept: Sequence[float | None], measured: tuple[float, float, float]) -> tuple[float, float]:
    shown = [*measured, *(float(end) for end in accept if end is not None)]
    left, right = min(shown), max(shown)
    margin = 0.25 * (right - left) or 0.25 * abs(right) or 1.0
    return left - margin, right + margin


def _mark(kind: str, interval: tuple[float, float, float], y: float, place) -> str:
    """A point with its confidence interval, or an arrow where it lies beyond the axis."""
    low, value, high = (place(number) for number in interval)
    if value < 0 or value > WIDTH:
        x, tip = (1.0, 7.0) if value < 0 else (WIDTH - 1.0, WIDTH - 7.0)
        return f'<path class="{kind}" d="M{x:.0f} {y:.1f}L{tip:.0f} {y - 3:.1f}V{y + 3:.1f}Z"/>'
    line = f'<path class="{kind}" d="M{max(low, 0):.1f} {y:.1f}H{min(high, WIDTH):.1f}"/>'
    return f'{line}<circle class="{kind}" cx="{value:.1f}" cy="{y:.1f}" r="{3.2 if kind == "measured" else 2.2}"/>'
