"""The one look of all figures: colour-blind safe, theory as dark dashed lines, simulation as points and bands."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

COLORS: dict[str, str] = dict(
    zip(
        ("blue", "orange", "green", "red", "purple", "brown", "pink", "grey", "yellow", "sky"),
        sns.color_palette("colorblind").as_hex(),
        strict=True,
    )
)
THEORY = {"color": "0.15", "linestyle": (0, (4, 2)), "linewidth": 1.3, "zorder": 3}

RC = {
    "axes.grid": True,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "font.size": 9,
    "grid.alpha": 0.35,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "savefig.dpi": 150,
    "svg.hashsalt": "optclaims",  # with the empty metadata below, equal figures are equal files
}


def apply() -> None:
    """Make the shared style the current one."""
    sns.set_theme(context="paper", style="ticks", palette=list(COLORS.values()), rc=RC)


def subplots(
    nrows: int = 1, ncols: int = 1, *, width: float = 4.6, height: float = 3.4, **keywords: object
) -> tuple[Figure, Axes | np.ndarray]:
    """Return a figure whose panels each have the given width and height in inches; further keywords as in pyplot."""
    return plt.subplots(nrows, ncols, figsize=(width * ncols, height * nrows), **keywords)


def band(axes: Axes, x: ArrayLike, low: ArrayLike, high: ArrayLike, **keywords: object) -> None:
    """Fill between low and high; say in the label or the caption what the band is."""
    axes.fill_between(x, low, high, **{"alpha": 0.22, "linewidth": 0, **keywords})


def save(figure: Figure, stem: Path) -> None:
    """Write ``stem.svg`` and ``stem.png`` without date, version or random ids, and close the figure."""
    figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
    figure.savefig(stem.with_suffix(".png"), metadata={"Software": None})
    plt.close(figure)


def placeholder(text: str) -> Figure:
    """Return a figure that carries only a text, for what was not run."""
    figure, axes = subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", wrap=True, transform=axes.transAxes)
    return figure
