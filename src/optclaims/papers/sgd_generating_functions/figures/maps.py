"""Maps: final loss over learning rate and momentum, phases over (zeta, 1/nu), signs over two parameters."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from optclaims import style

__all__ = ["LINES", "loss_maps", "panel", "phases", "positivity", "signs"]


def _image(ax: Axes, data: pd.DataFrame, x: str, y: str, value: str, **keywords: object):
    grid = data.pivot(index=y, columns=x, values=value)
    return ax.pcolormesh(grid.columns, grid.index, grid.to_numpy(), shading="nearest", rasterized=True, **keywords)


LINES = {
    "boundary": ("--", r"$\tilde U(1) = 1$"),
    "noiseless": (":", r"$2 (1 + \beta)$"),
    "lambda_crit": ("-.", r"$2 (1 - \beta) / (\gamma \lambda_{crit})$"),
}
"""Line style and label of the stability lines by their name in the frame."""


def panel(
    name: str, cells: pd.DataFrame, momentum: ArrayLike, lines: Mapping[str, ArrayLike], drawn: ArrayLike | None = None
) -> pd.DataFrame:
    """Rows of one panel of `loss_maps`: cells, the smallest stable one, and lines of learning rates over momentum.

    Args:
        name: title of the panel.
        cells: columns lr, momentum, loss, stable.
        momentum: momenta of the lines.
        lines: name in `LINES` -> learning rates.
        drawn: mask of the cells that are kept for drawing (the smallest one is found among all of them).
    """
    cells = cells.assign(curve="map", log_loss=np.log10(cells["loss"]), stable=cells["stable"].astype(int))
    smallest = cells.loc[cells[cells["stable"] == 1]["loss"].idxmin()].to_frame().T.assign(curve="smallest")
    borders = [
        pd.DataFrame({"curve": curve, "lr": np.minimum(lr, 4.5), "momentum": momentum, "log_loss": 0.0, "stable": 1})
        for curve, lr in lines.items()
    ]
    kept = cells if drawn is None else cells[drawn]
    rows = pd.concat(
        [kept, smallest.astype({"lr": float, "momentum": float, "log_loss": float, "stable": int}), *borders]
    )
    return rows.assign(panel=name)[["panel", "curve", "lr", "momentum", "log_loss", "stable"]].round(
        {"lr": 4, "momentum": 4, "log_loss": 3}
    )


def loss_maps(frame: pd.DataFrame) -> Figure:
    """Maps of log10 of the final loss with stability lines and the smallest loss.

    Columns: panel, curve (map, smallest, or a name in `LINES`), lr, momentum, log_loss, stable (1, or 0 where the loss
    diverges and log_loss is a placeholder).
    """
    names = list(dict.fromkeys(frame["panel"]))
    columns = 2 if len(names) == 4 else len(names)
    fig, axes = style.subplots(-(-len(names) // columns), columns, squeeze=False, width=4.4, height=3.5)
    for name, ax in zip(names, axes.flat, strict=True):
        data = frame[frame["panel"] == name]
        cells, best = data[data["curve"] == "map"], data[data["curve"] == "smallest"].iloc[0]
        stable = cells[cells["stable"] == 1]
        top = stable["log_loss"].quantile(0.95)
        image = _image(ax, stable, "lr", "momentum", "log_loss", cmap="viridis", vmin=best["log_loss"], vmax=top)
        ax.plot(best["lr"], best["momentum"], "*", color="white", markeredgecolor="black", markersize=11)
        for curve, (dashes, label) in LINES.items():
            line = data[data["curve"] == curve]
            ax.plot(line["lr"], line["momentum"], color="black", linestyle=dashes, linewidth=1.3, label=label)
        ax.set(xlabel=r"learning rate $\alpha \lambda_{max}$", ylabel=r"momentum $\beta$", xlim=(0, 4), ylim=(-1, 1))
        ax.set(title=f"{name}: smallest at ({best['lr']:.2f}, {best['momentum']:.2f})", facecolor="0.93")
        fig.colorbar(image, ax=ax, extend="max", label="$\\log_{10}$ of the final loss")
    # No method is stable in the lower right corner, so nothing is hidden there.
    axes.flat[0].legend(loc="lower right", title="grey: diverges")
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
        (0.05, 0.17, "signal-dominated, $t^{-\\zeta}$"),
        (0.78 * right, 0.17, "noise-dominated, $t^{-(2 - 1/\\nu)}$"),
    ]
    for x, y, label in labels:
        ax.text(x, y, label, ha="left" if x < 1 else "center", va="center", fontsize=9)
    ax.set(xlim=(0, right), ylim=(0.05, 2.3), xlabel=r"$\zeta = \kappa / \nu$", ylabel=r"$1 / \nu$")
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
        ax.legend(loc="upper left", title="blue: negative momentum helps\norange: it does not")
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
