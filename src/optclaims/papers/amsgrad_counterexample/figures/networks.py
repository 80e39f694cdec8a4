"""Figures of the network comparisons: each draws from the frame that was written to its CSV file."""

import itertools

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from optclaims import style

COLORS = {"AMSGrad": style.COLORS["sky"], "Adam": style.COLORS["orange"]}
SIZES = {"AMSGrad": 15, "Adam": 7}  # so that both show where they agree
LOSSES = {"train": "training loss", "test": "test loss"}
TASKS = {"logistic": "Logistic regression", "mlp": "One hidden layer", "cnn": "Convolutional network"}


def losses(frame: pd.DataFrame) -> Figure:
    """Draw the loss along the tuned runs: a row a task, a column a loss, a band of two standard errors."""
    tasks = list(frame["task"].unique())
    fig, axes = style.subplots(len(tasks), 2, squeeze=False, sharex="row")
    for row, task in zip(axes, tasks, strict=True):
        for ax, loss in zip(row, LOSSES, strict=True):
            _curves(ax, frame[(frame["task"] == task) & (frame["loss"] == loss)])
            ax.set(title=f"{TASKS[task]}: {LOSSES[loss]}", ylabel="cross-entropy", xlabel="step $t$")
    return fig


def _curves(ax: Axes, frame: pd.DataFrame) -> None:
    for algorithm in COLORS:
        run = frame[frame["algorithm"] == algorithm]
        alpha, beta2 = run["alpha"].iloc[0], run["beta2"].iloc[0]
        label = rf"{algorithm} ($\alpha={alpha:.3g}$, $\beta_2={beta2:g}$)"
        ax.plot(run["step"], run["mean"], color=COLORS[algorithm], label=label, marker="o", markersize=3)
        low, high = run["mean"] - 2 * run["stderr"], run["mean"] + 2 * run["stderr"]
        style.band(ax, run["step"], low.clip(lower=run["mean"] / 10), high, color=COLORS[algorithm])
    ax.set_yscale("log")
    ax.legend()


def landscape(frame: pd.DataFrame) -> Figure:
    """Draw the final loss against the step size: a row a task, a column a loss, bars of two standard errors."""
    tasks = list(frame["task"].unique())
    fig, axes = style.subplots(len(tasks), 2, squeeze=False, sharex="row")
    for row, task in zip(axes, tasks, strict=True):
        for ax, loss in zip(row, LOSSES, strict=True):
            _step_sizes(ax, frame[(frame["task"] == task) & (frame["loss"] == loss)])
            ax.set(title=f"{TASKS[task]}: final {LOSSES[loss]}", ylabel="cross-entropy", xlabel=r"step size $\alpha$")
    return fig


def _step_sizes(ax: Axes, frame: pd.DataFrame) -> None:
    lines = dict(zip(sorted(frame["beta2"].unique()), ("-", ":"), strict=False))
    for algorithm, beta2 in itertools.product(COLORS, lines):
        runs = frame[(frame["algorithm"] == algorithm) & (frame["beta2"] == beta2)]
        low = (2 * runs["stderr"]).clip(upper=0.9 * runs["mean"])
        ax.errorbar(
            runs["alpha"],
            runs["mean"],
            yerr=(low, 2 * runs["stderr"]),
            color=COLORS[algorithm],
            linestyle=lines[beta2],
            marker=".",
            markersize=SIZES[algorithm],
            linewidth=SIZES[algorithm] / 6,
            capsize=2,
            label=rf"{algorithm}, $\beta_2={beta2:g}$",
        )
    ax.set(xscale="log", yscale="log")
    ax.legend()
