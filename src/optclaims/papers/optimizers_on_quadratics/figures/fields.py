"""Figures of saddles: the plateau of gradient descent, index against height."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style


def saddle(frame: pd.DataFrame) -> Figure:
    """Loss of gradient descent near a quadratic saddle."""
    fig, ax = style.subplots(width=5)
    ax.plot(frame.step, frame.loss, "o-", color=style.COLORS["blue"], markersize=4)
    ax.axhline(0, label="level of the saddle", **style.THEORY)
    ax.set(xlabel="step $n$", ylabel="loss", ylim=(-2.5, 4))
    ax.legend()
    return fig


def index_and_height(frame: pd.DataFrame) -> Figure:
    """Mean height and share of critical points by the fraction of negative eigenvalues."""
    fig, (left, right) = style.subplots(1, 2, width=4)
    colors = (style.COLORS[name] for name in ("blue", "orange", "green"))
    for (d, part), color in zip(frame.groupby("d"), colors, strict=False):
        left.plot(part.height, part["index"], "o-", color=color, label=f"$d = {d}$", markersize=4)
        right.plot(part["index"], part.share, "o-", color=color, label=f"$d = {d}$", markersize=4)
    left.set(xlabel="mean height $u$", ylabel="fraction of negative eigenvalues")
    right.set(yscale="log", xlabel="fraction of negative eigenvalues", ylabel="share of critical points")
    left.legend()
    return fig
