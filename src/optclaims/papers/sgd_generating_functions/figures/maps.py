"""Maps: final loss over learning rate and momentum, phases over (zeta, 1/nu), signs over two parameters."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from optclaims import style

__all__ = ["loss_maps", "phases", "positivity", "signs"]


def _image(ax: Axes, data: pd.DataFrame, x: str, y: str, value: str, **keywords: object):
    grid = data.pivot(index=y, columns=x, values=value)
    return ax.pcolormesh(grid.columns, grid.index, grid.to_numpy(), shading="nearest", rasterized=True, **keywords)


def loss_maps(frame: pd.DataFrame) -> Figure:
    """Maps of log10 of the final loss with stability lines.

    Columns: panel, curve (map, or the name of a line), lr, momentum, log_loss, stable (1, or 0 where the loss diverges
        and
    log_loss is a placeholder).
    """
    names = list(dict.fromkeys(frame["panel"]))
    columns = min(len(names), 2)
    fig, axes = style.subplots(-(-len(names) // columns), columns, squeeze=False, height=3.6)
    shown = frame[(frame["curve"] == "map") & (frame["stable"] == 1)]["log_loss"]
    limits = {"vmin": shown.min(), "vmax": np.quantile(shown, 0.98)}
    for name, ax in zip(names, axes.flat, strict=False):
        data = frame[frame["panel"] == name]
        cells = data[data["curve"] == "map"]
        image = _image(ax, cells[cells["stable"] == 1], "lr", "momentum", "log_loss", cmap="viridis", **limits)
        best = cells[cells["stable"] == 1].sort_values("log_loss").iloc[0]
        ax.plot(best["lr"], best["momentum"], "*", color="white", markeredgecolor="black", markersize=11)
        dashes = ["--", ":", "-."]
        for dash, (label, line) in zip(dashes, data[data["curve"] != "map"].groupby("curve", sort=False), strict=False):
            ax.plot(line["lr"], line["momentum"], color="black", linestyle=dash, linewidth=1.3, label=label)
        ax.set(xlabel=r"learning rate $\alpha \lambda_{max}$", ylabel=r"momentum $\beta$")
        ax.set(title=f"{name}: smallest at ({best['lr']:.2f}, {best['momentum']:.2f})", ylim=(-1, 1), facecolor="0.93")
        ax.set_xlim(0, cells["lr"].max())
    for empty in axes.flat[len(names) :]:
        empty.set_axis_off()
    axes.flat[0].legend(loc="upper right")
    fig.colorbar(image, ax=axes, label="$\\log_{10}$ of the final loss (grey: diverges)")
    return fig


def phases(frame: pd.DataFrame) -> Figure:
    """Phase diagram: simulated slopes in the cells; columns zeta, inverse_nu, slope, expected, phase."""
    fig, ax = style.subplots(width=5.6, height=4.2)
    points = ax.scatter(
        frame["zeta"], frame["inverse_nu"], c=frame["slope"], s=260, cmap="viridis", edgecolor="black", zorder=3
    )
    for _, cell in frame.iterrows():
        dark = cell["slope"] < frame["slope"].median()
        text = f"{cell['slope']:.2f}"
        color = "white" if dark else "black"
        ax.annotate(
            text, (cell["zeta"], cell["inverse_nu"]), ha="center", va="center", fontsize=6.5, color=color, zorder=4
        )
    zeta = np.linspace(0, 2, 50)
    ax.plot(zeta, np.minimum(2 - zeta, 1), **style.THEORY)
    right = 1.08 * frame["zeta"].max()
    for level in (1, 2):
        ax.plot([1 if level == 1 else 0, right], [level, level], **style.THEORY)
    ax.plot([0, 1], [1, 1], **style.THEORY)
    labels = [
        (0.55 * right, 2.13, "immediate divergence"),
        (0.55 * right, 1.4, "eventual divergence"),
        (0.2, 0.25, "signal-\ndominated\n$t^{-\\zeta}$"),
        (0.82 * right, 0.25, "noise-dominated\n$t^{-(2 - 1/\\nu)}$"),
    ]
    for x, y, label in labels:
        ax.text(x, y, label, ha="left" if x < 1 else "center", va="center", fontsize=9)
    ax.set(xlim=(0, right), ylim=(0.1, 2.3), xlabel=r"$\zeta = \kappa / \nu$", ylabel=r"$1 / \nu$")
    fig.colorbar(points, label="measured exponent of the loss")
    return fig


def signs(frame: pd.DataFrame) -> Figure:
    """Sign of the negative-momentum condition over (nu, kappa); columns panel, nu, kappa, difference (relative), noise
    (0/1).
    """
    names = list(dict.fromkeys(frame["panel"]))
    fig, axes = style.subplots(1, len(names), squeeze=False)
    for name, ax in zip(names, axes.flat, strict=True):
        data = frame[frame["panel"] == name].assign(sign=lambda d: np.sign(d["difference"]))
        colors = ListedColormap([style.COLORS["orange"], style.COLORS["sky"]])
        _image(ax, data, "nu", "kappa", "sign", cmap=colors, vmin=-1, vmax=1)
        nu = np.array([data["nu"].min(), data["nu"].max()])
        ax.plot(nu, 2 * nu - 1, **style.THEORY, label=r"$\kappa = 2 \nu - 1$: noise phase above")
        ax.set(title=name, xlabel=r"$\nu$", ylabel=r"$\kappa$", ylim=(data["kappa"].min(), data["kappa"].max()))
        ax.legend(loc="upper left")
    axes.flat[0].text(
        0.97, 0.05, "blue: negative momentum helps\norange: it does not", transform=axes.flat[0].transAxes, ha="right"
    )
    return fig


def positivity(frame: pd.DataFrame) -> Figure:
    """Where S > 0 and z U(z) increases on (0, 1); columns panel, x, momentum, holds (1 or 0)."""
    names = list(dict.fromkeys(frame["panel"]))
    fig, axes = style.subplots(1, len(names), squeeze=False)
    colors = ListedColormap([style.COLORS["orange"], style.COLORS["sky"]])
    for name, ax in zip(names, axes.flat, strict=True):
        data = frame[frame["panel"] == name]
        _image(ax, data, "x", "momentum", "holds", cmap=colors, vmin=0, vmax=1)
        momentum = np.linspace(-1, 1, 50)
        ax.plot(2 * (1 + momentum), momentum, **style.THEORY, label=r"$\alpha\lambda = 2 (1 + \beta)$")
        ax.set(title=name, xlabel=r"$\alpha \lambda$", ylabel=r"momentum $\beta$", xlim=(0, 4), ylim=(-1, 1))
        ax.legend(loc="lower right", title="blue: holds, orange: fails")
    return fig
