"""The figures of matrix completion and of networks."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from optclaims import style

COLORS = {
    "weight decay": style.COLORS["blue"],
    "no weight decay": style.COLORS["orange"],
    "no normalisation": style.COLORS["red"],
}
TAU = r"slow time $\tau = \hat\eta\hat\lambda\, t$"
LOGARITHMIC = {"train_loss", "raw_loss", "sharpness", "rate"}


def summary(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return mean and standard error over runs in long form: kind, step, tau, quantity, mean, stderr.

    Losses, sharpness and rate enter by their decimal logarithm.
    """
    logs = {c: np.log10(frame[c].clip(lower=1e-16)) for c in columns if c in LOGARITHMIC}
    table = frame.assign(**logs).melt(["kind", "step", "tau"], columns, var_name="quantity")
    grouped = table.groupby(["kind", "quantity", "step", "tau"], sort=False)["value"]
    return grouped.agg(mean="mean", stderr="sem").reset_index().fillna({"stderr": 0.0})


def _series(
    ax: Axes, frame: pd.DataFrame, quantity: str, kind: str, *, label: str | None = None, **look: object
) -> None:
    """One quantity of one kind with its band of two standard errors."""
    part = frame[(frame["quantity"] == quantity) & (frame["kind"] == kind)]
    power = (lambda v: 10.0**v) if quantity in LOGARITHMIC else (lambda v: v)
    mean, reach = part["mean"], 2 * part["stderr"]
    look = {"color": COLORS[kind], **look}
    style.band(ax, part["tau"], power(mean - reach), power(mean + reach), color=look["color"])
    ax.plot(part["tau"], power(mean), label=label, **look)


def training(frame: pd.DataFrame) -> Figure:
    """Four stacked panels: loss, accuracy, sharpness, and effective rate with the edge of stability."""
    fig, axes = style.subplots(4, 1, width=6.2, height=1.9, sharex=True)
    kinds = [kind for kind in COLORS if kind in set(frame["kind"])]
    for kind in kinds:
        _series(axes[0], frame, "train_loss", kind, label=kind)
        _series(axes[1], frame, "test_accuracy", kind)
        _series(axes[1], frame, "train_accuracy", kind, linestyle=":", linewidth=1.2)
        _series(axes[2], frame, "sharpness", kind)
    _series(
        axes[0],
        frame,
        "raw_loss",
        "weight decay",
        color=style.COLORS["sky"],
        linewidth=0.9,
        label="weight decay, raw loss",
    )
    for kind in kinds:
        if kind != "no normalisation":
            _series(axes[3], frame, "rate", kind)
            part = frame[(frame["quantity"] == "sharpness") & (frame["kind"] == kind)]
            label = r"$2/\lambda_1$" if kind == "weight decay" else None
            axes[3].plot(part["tau"], 2 / 10 ** part["mean"], **style.THEORY, label=label)
    axes[1].plot([], [], ":", color="0.3", label="training")
    axes[1].plot([], [], color="0.3", label="test")
    axes[0].set(yscale="log", ylabel="training loss\nat midpoints")
    axes[1].set(ylabel="accuracy (%)", ylim=(80, 101))
    axes[2].set(yscale="log", ylabel="sharpness $\\lambda_1$")
    axes[3].set(yscale="log", ylabel="effective rate $\\tilde\\eta$", xlabel=TAU)
    axes[0].legend(ncol=2, loc="upper right")
    axes[1].legend(ncol=2, loc="lower right")
    axes[3].legend(loc="lower right")
    return fig


def completion(frame: pd.DataFrame) -> Figure:
    """Test error, sharpness and effective rank of matrix completion against slow time."""
    fig, axes = style.subplots(1, 3, width=3.6, sharex=True)
    panels = {
        "test_error": "relative test error",
        "sharpness": r"spherical sharpness $\lambda_1$",
        "rank": "effective rank",
    }
    for ax, (quantity, label) in zip(axes, panels.items(), strict=True):
        for kind in ("weight decay", "no weight decay"):
            _series(ax, frame, quantity, kind, label=kind)
        ax.set(xlabel=TAU, ylabel=label, yscale="log" if quantity == "sharpness" else "linear")
    axes[0].legend()
    return fig
