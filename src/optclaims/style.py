"""The one look of all figures: colour-blind safe, theory as dark dashed lines, simulation as points and bands."""

from collections.abc import Callable
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

# Ten colours that stay apart for colour-blind readers (Okabe and Ito's, extended); the cycle follows this order.
COLORS: dict[str, str] = {
    "blue": "#0173b2",
    "orange": "#de8f05",
    "green": "#029e73",
    "red": "#d55e00",
    "purple": "#cc78bc",
    "brown": "#ca9161",
    "pink": "#fbafe4",
    "grey": "#949494",
    "yellow": "#ece133",
    "sky": "#56b4e9",
}
THEORY = {"color": "0.15", "linestyle": (0, (4, 2)), "linewidth": 1.3, "zorder": 3}

RC = {
    "axes.axisbelow": True,
    "axes.edgecolor": "0.15",
    "axes.grid": True,
    "axes.labelcolor": "0.15",
    "axes.labelsize": 10,
    "axes.linewidth": 1.0,
    "axes.prop_cycle": cycler(color=COLORS.values()),
    "axes.titlesize": 10,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "font.family": "DejaVu Sans",  # comes with matplotlib: figures are equal wherever they are drawn
    "font.size": 9,
    "grid.alpha": 0.35,
    "grid.color": "0.8",
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.title_fontsize": 9.6,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "white",
    "patch.force_edgecolor": True,
    "patch.linewidth": 0.8,
    "savefig.dpi": 150,
    "svg.hashsalt": "optclaims",  # with the empty metadata below, equal figures are equal files
    "text.color": "0.15",
    "xtick.color": "0.15",
    "xtick.labelsize": 8.8,
    "xtick.major.size": 4.8,
    "xtick.major.width": 1.0,
    "xtick.minor.size": 3.2,
    "xtick.minor.width": 0.8,
    "ytick.color": "0.15",
    "ytick.labelsize": 8.8,
    "ytick.major.size": 4.8,
    "ytick.major.width": 1.0,
    "ytick.minor.size": 3.2,
    "ytick.minor.width": 0.8,
}


def apply() -> None:
    """Make the shared style the current one, whatever was set before."""
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(RC)


def subplots(
    nrows: int = 1, ncols: int = 1, *, width: float = 4.6, height: float = 3.4, **keywords: object
) -> tuple[Figure, Axes | np.ndarray]:
    """Return a figure whose panels each have the given width and height in inches; further keywords as in pyplot."""
    return plt.subplots(nrows, ncols, figsize=(width * ncols, height * nrows), **keywords)


def drawn(draw: Callable[[pd.DataFrame], Figure], frame: pd.DataFrame) -> Figure:
    """Return ``draw(frame)``, the same at every call: what a plotting library jitters at random has one seed.

    The global stream of numpy is left as it was.
    """
    state = np.random.get_state()
    np.random.seed(0)
    try:
        return draw(frame)
    finally:
        np.random.set_state(state)


def band(axes: Axes, x: ArrayLike, low: ArrayLike, high: ArrayLike, **keywords: object) -> None:
    """Fill between low and high; say in the label or the caption what the band is."""
    axes.fill_between(x, low, high, **{"alpha": 0.22, "linewidth": 0, **keywords})


def save(figure: Figure, stem: Path) -> None:
    """Write ``stem.svg`` and ``stem.png`` without date, version or random ids, and close the figure."""
    figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
    figure.set_layout_engine("none")  # the layout is found once, it takes longer than the drawing
    figure.savefig(stem.with_suffix(".png"), metadata={"Software": None})
    plt.close(figure)


def placeholder(text: str) -> Figure:
    """Return a figure that carries only a text, for what was not run."""
    figure, axes = subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", wrap=True, transform=axes.transAxes)
    return figure
