"""The figures, each drawn from the frame that stands in its CSV."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style


def variance(frame: pd.DataFrame) -> Figure:
    """Draw the variance against the learning rate."""
    figure, axes = style.subplots()
    axes.plot(frame["lr"], frame["theory"], **style.THEORY, label=r"$\eta\sigma^2/(2-\eta)$")
    axes.errorbar(frame["lr"], frame["variance"], frame["stderr"], fmt="o", color=style.COLORS["blue"], label="SGD")
    axes.set(xlabel=r"learning rate $\eta$", ylabel=r"mean squared distance $\mathbb{E} x^2$", yscale="log")
    axes.legend()
    return figure
