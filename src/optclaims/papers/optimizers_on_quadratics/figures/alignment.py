"""Figure of AdaGrad on aligned and rotated quadratics."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style


def aligned_and_rotated(frame: pd.DataFrame) -> Figure:
    """Steps to a thousandth at the best learning rate, aligned and rotated, against the condition number."""
    fig, ax = style.subplots(width=5)
    for arm, marker, color in (("aligned", "o", "blue"), ("rotated", "^", "brown")):
        ax.plot(frame.kappa, frame[arm], marker, color=style.COLORS[color], label=f"AdaGrad, {arm}", alpha=0.8)
    ax.set(xscale="log", yscale="log", xlabel=r"condition number $\kappa$", ylabel=r"steps to $|w| \leq 10^{-3}|w_0|$")
    ax.legend()
    return fig
