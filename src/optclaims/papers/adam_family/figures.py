"""Figures of the comparison, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import statistics, style

NAMES = [
    "Adam", "Adam, half the rate", "AdamW", "AdamW, shifted grid", "AMSGrad", "SGD with momentum", "gradient descent",
    "diffGrad", "Aida (2, 1.2)", "Adan", "SUPER-ADAM, momentum", "SUPER-ADAM",
]  # fmt: skip
COLORS = dict(zip(NAMES, [*style.COLORS.values(), "0.15", "0.45"], strict=True))


def tuned(frame: pd.DataFrame) -> Figure:
    """Final loss and accuracy of each method at its chosen rate, with the intervals of their means."""
    figure, panels = style.subplots(1, 2, width=4.4, height=4.2, sharey=True)
    methods = list(frame.method.unique())[::-1]
    for ax, column, label in (
        (panels[0], "loss", "training loss, geometric mean"),
        (panels[1], "accuracy", "test accuracy"),
    ):
        for place, method in enumerate(methods):
            values = frame[frame.method == method][column]
            found = statistics.mean(np.log(values) if column == "loss" else values)
            ends = np.array([found.value, found.low, found.high])
            value, low, high = np.exp(ends) if column == "loss" else ends
            ax.errorbar(value, place, xerr=[[value - low], [high - value]], fmt="o", color=COLORS[method])
        ax.set_xlabel(label)
    panels[0].set_xscale("log")
    panels[0].set_yticks(range(len(methods)), methods)
    return figure


def landscape(frame: pd.DataFrame) -> Figure:
    """Mean final loss against the learning rate over the centre of the method's grid."""
    figure, ax = style.subplots(width=6, height=4)
    for method, part in frame.groupby("method", sort=False):
        ax.plot(part.lr, part["mean"], "o-", color=COLORS[method], label=method, markersize=3.5)
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="training loss, mean of the runs that choose")
    ax.set_ylim(frame["mean"].min() / 1.5, 5)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure
