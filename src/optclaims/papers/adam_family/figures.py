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
MARKERS = {"perceptron": "o", "convolutional": "s", "residual": "o", "transformer": "s"}


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Four digits of loss, accuracy and rate: far below what tells runs apart, and the file stays small."""
    fine = 10.0 ** np.floor(4 - np.log10(frame.loss))
    return frame.assign(
        lr=frame.lr.map("{:.4g}".format).astype(float),
        loss=(frame.loss * fine).round() / fine,
        accuracy=frame.accuracy.round(4),
    )


def tuned(frame: pd.DataFrame) -> Figure:
    """Final loss and accuracy of each method at its rate, with the intervals of their means, a marker a network."""
    figure, panels = style.subplots(1, 2, width=4.6, height=5.2, sharey=True)
    methods = list(frame.method.unique())[::-1]
    for ax, column, label in zip(panels, ("loss", "accuracy"), ("training loss", "test accuracy"), strict=True):
        for (network, method), part in frame.groupby(["network", "method"], sort=False):
            found = statistics.mean(np.log(part[column]) if column == "loss" else part[column])
            ends = np.array([found.value, found.low, found.high])
            value, low, high = np.exp(ends) if column == "loss" else ends
            place = methods.index(method) + 0.3 * (MARKERS[network] == "o") - 0.15
            look = {"color": COLORS.get(method, "0.7"), "fmt": MARKERS[network], "markersize": 4}
            ax.errorbar(value, place, xerr=[[value - low], [high - value]], **look)
        ax.set_xlabel(label)
    panels[0].set_xscale("log")
    panels[0].set_yticks(range(len(methods)), methods)
    shown = [panels[0].plot([], [], MARKERS[name], color="0.4", label=name)[0] for name in frame.network.unique()]
    figure.legend(handles=shown, loc="outside upper center", ncols=len(shown))
    return figure


def landscape(frame: pd.DataFrame) -> Figure:
    """Mean final loss against the learning rate over each method's grid, a panel a network."""
    networks = frame.network.unique()
    figure, panels = style.subplots(1, len(networks), width=3.6, height=4, sharey=True, squeeze=False)
    for ax, network in zip(panels[0], networks, strict=True):
        for method in [name for name in NAMES if name in set(frame.method)]:
            part = frame[(frame.network == network) & (frame.method == method)]
            ax.plot(part.lr, part["mean"], "o-", color=COLORS[method], label=method, markersize=3.5)
        ax.set(xscale="log", yscale="log", xlabel="learning rate", title=network)
    panels[0, 0].set_ylabel("training loss, mean of the runs that choose")
    panels[0, 0].set_ylim(frame["mean"].min() / 1.5, 5)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside right upper")
    return figure
