"""Figures of the cycles of the heavy ball."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.optimizers_on_quadratics.figures.descent import contours


def three_cycle(frame: pd.DataFrame) -> Figure:
    """The function with slopes 25, 1, 25 and the heavy ball's first steps from 3.2."""
    fig, ax = style.subplots(width=5)
    curve, orbit = (frame[frame.kind == kind] for kind in ("function", "cycle"))
    ax.plot(curve.w, curve.value, **style.THEORY, label="$f$")
    ax.plot(orbit.w, orbit.value, "o-", color=style.COLORS["orange"], linewidth=0.8, label="heavy ball from 3.2")
    ax.set(xlabel="$w$", ylabel="$f(w)$", xlim=(-2.1, 4.1))
    ax.legend(loc="upper center")
    return fig


def polygon_orbit(frame: pd.DataFrame) -> Figure:
    """Level lines of the planar function, a run that ends in the triangle and one that ends at the minimum."""
    fig, ax = style.subplots(width=4.6, height=4.6)
    contours(ax, frame[frame.kind == "loss"], [0.5, 1.5, 3, 5, 8, 12, 20, 30])
    for kind, color, label in (("run 2", "sky", "another start"), ("run 1", "orange", "heavy ball")):
        run = frame[frame.kind == kind]
        ax.plot(run.x, run.y, "o-", color=style.COLORS[color], markersize=3.5, linewidth=0.8, label=label)
    last = frame[frame.kind == "run 1"].tail(3)
    ax.plot(last.x, last.y, "o", color=style.COLORS["red"], markersize=8, label="last three points")
    ax.plot(0, 0, "+", color="0.15", markersize=9, label="minimum")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


def polygon_thresholds(frame: pd.DataFrame) -> Figure:
    """Condition number from which the best heavy ball has a K-cycle."""
    fig, ax = style.subplots(width=5)
    ax.plot(frame.corners, frame.theory, label="normal cone condition", **style.THEORY)
    ax.plot(frame.corners, frame.measured, "o", color=style.COLORS["orange"], label="gradients of the function")
    ax.set(yscale="log", xlabel="corners $K$ of the cycle", ylabel=r"least condition number $\kappa$")
    ax.legend()
    return fig
