"""Figure of AdaGrad on aligned and rotated quadratics."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style


def aligned_and_rotated(frame: pd.DataFrame) -> Figure:
    """Steps to a thousandth at the best learning rate, aligned and rotated, against the condition number."""
    import seaborn

    fig, ax = style.subplots(width=5)
    names = {"aligned": "AdaGrad, aligned", "rotated": "AdaGrad, rotated"}
    runs = frame.rename(columns=names).melt("kappa", list(names.values()), var_name="arm", value_name="steps")
    seaborn.stripplot(
        runs, x="kappa", y="steps", hue="arm", palette=[style.COLORS["blue"], style.COLORS["brown"]], ax=ax,
        native_scale=True, log_scale=True, jitter=0.25, size=5, alpha=0.8,
    )  # fmt: skip
    ax.set(xlabel=r"condition number $\kappa$", ylabel=r"steps to $|w| \leq 10^{-3}|w_0|$")
    ax.legend()
    return fig
