"""The figures, each drawn from the frame that stands in its CSV."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style


def losses(frame: pd.DataFrame) -> Figure:
    """Draw the final training loss against the learning rate, one line a method, bars of two standard errors."""
    import seaborn as sns

    figure, axes = style.subplots()
    looks = {"err_style": "bars", "errorbar": ("se", 2), "markers": True, "dashes": False}
    sns.lineplot(frame, x="lr", y="train", hue="method", style="method", ax=axes, **looks)
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$ of SGD", ylabel="final training loss")
    axes.legend(title="")
    return figure
