"""Figures of the rod: heat along it, and the excess losses over the bound."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

COLORS = {
    "gradient descent": style.COLORS["blue"],
    "heavy ball": style.COLORS["orange"],
    "Nesterov": style.COLORS["green"],
    "conjugate gradients": style.COLORS["purple"],
    "Chebyshev": style.COLORS["grey"],
    "steepest descent": style.COLORS["blue"],
    "Adam": style.COLORS["red"],
    "AdaGrad": style.COLORS["brown"],
}


def coloring(frame: pd.DataFrame) -> Figure:
    """The heat in the cells of the rod after 30, 150 and 300 steps."""
    import seaborn

    fig, ax = style.subplots(width=6, height=2.4)
    table = frame.pivot(index="step", columns="cell", values="heat")
    looks = {"cmap": "inferno", "vmin": 0, "vmax": 1, "rasterized": True, "cbar_kws": {"label": "$w_k$"}}
    seaborn.heatmap(table, ax=ax, **looks)
    ax.tick_params(axis="y", rotation=0)
    ax.set(xlabel="cell $k$", ylabel="step $n$")
    return fig


def excess_over_bound(frame: pd.DataFrame) -> Figure:
    """Excess loss on the rod over the least possible one, against the step."""
    fig, ax = style.subplots(width=5.4)
    for method, part in frame[frame.n > 0].groupby("method", sort=False):
        look = {"marker": "o", "linestyle": "none"} if method == "conjugate gradients" else {}
        ax.plot(part.n, part.ratio, color=COLORS[method], label=method, markersize=3.5, **look)
    ax.axhline(1, label="no method in the span is below", **style.THEORY)
    ax.set(yscale="log", xlabel="step $n$", ylabel="excess loss over $L/(8(n+1))$")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return fig
