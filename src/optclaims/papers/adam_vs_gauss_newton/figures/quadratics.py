"""Figures of the Adam and Gauss-Newton paper; every function takes a long table and returns a figure."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from optclaims import style

__all__ = [
    "curves", "exponents", "full_batch_block", "full_batch_logistic", "geodesic", "logistic_rates", "powers",
    "quadrants", "ratios", "spectra", "steps", "trajectory_gap",
]  # fmt: skip

COLORS = {
    "Adam": style.COLORS["blue"],
    "GN^-1/2": style.COLORS["orange"],
    "GN^-1": style.COLORS["green"],
    "GD": style.COLORS["grey"],
    "GN = GD": style.COLORS["orange"],
    "GN^-1, E": style.COLORS["green"],
}
DIMENSION = 64  # of the problem behind the exponents: there Adam leaves GN^-1/2
LABELS = {
    "GN^-1/2": "GN$^{-1/2}$",
    "GN^-1": "GN$^{-1}$",
    "GN^-1, E": "GN$^{-1}$, eigenbasis",
    "GN = GD": "GN$^{-1}$ = GN$^{-1/2}$ = GD",
}


def draw(ax: Axes, table: pd.DataFrame, x: str, y: str, by: str = "method", marker: str = "") -> None:
    """One line for each value of a column, with a band where the table has low and high."""
    spare = iter(style.COLORS[name] for name in ("blue", "orange", "green", "purple", "brown", "grey", "red"))
    for name, part in table.groupby(by, sort=False):
        color = COLORS[name] if name in COLORS else next(spare)
        ax.plot(part[x], part[y], marker=marker, color=color, label=LABELS.get(name, str(name)), ms=4)
        if "low" in part:
            style.band(ax, part[x], part.low, part.high, color=color)


def curves(table: pd.DataFrame) -> Figure:
    """Loss against the step at each method's tuned rate, one panel for each title; 10^mean, band of two errors."""
    panels = list(table.groupby("panel", sort=False))
    fig, axes = style.subplots(
        nrows=-(-len(panels) // 2), ncols=min(2, len(panels)), width=4.2, height=3.1, squeeze=False
    )
    for ax, (title, part) in zip(axes.flat, panels, strict=True):
        spread = {name: 10 ** (part.log_loss + sign * 2 * part.stderr) for name, sign in (("low", -1), ("high", 1))}
        draw(ax, part.assign(loss=10**part.log_loss, **spread), "step", "loss")
        ax.set(yscale="log", xlabel="step $t$", ylabel="loss over the initial one", title=title)
    axes.flat[0].legend()
    return fig


def spectra(table: pd.DataFrame) -> Figure:
    """Second moment of the gradient against the eigenvalue, sampled and theory dashed."""
    fig, ax = style.subplots(width=5.0)
    draw(ax, table.assign(batch=[f"$B = {b}$" for b in table.batch]), "eigenvalue", "moment", by="batch", marker=".")
    for i, (_, part) in enumerate(table.groupby("batch", sort=False)):
        ax.plot(part.eigenvalue, part.theory, **{**style.THEORY, "label": "theory" if i == 0 else None})
    ax.set(xscale="log", yscale="log", xlabel="eigenvalue $\\lambda_i$", ylabel="second moment $v_i = E[g_i^2]$")
    ax.legend(fontsize="small")
    return fig


def full_batch_block(table: pd.DataFrame) -> Figure:
    """Final relative loss against the condition number."""
    fig, axes = style.subplots(ncols=2, width=4.0)
    for ax, (start, part) in zip(axes.flat, table.groupby("start", sort=False), strict=True):
        draw(ax, part, "kappa", "loss", marker="o")
        ax.set(
            xscale="log", yscale="log", xlabel="condition number $\\kappa$", ylabel="final relative loss", title=start
        )
    axes.flat[0].legend()
    return fig


def full_batch_logistic(table: pd.DataFrame) -> Figure:
    """Final relative excess loss against the size of the start."""
    fig, ax = style.subplots()
    draw(ax, table, "W", "loss", marker="o")
    ax.set(yscale="log", xlabel="largest initial logit $W$", ylabel="final relative excess loss", ylim=(1e-32, 10))
    ax.legend()
    return fig


def logistic_rates(table: pd.DataFrame) -> Figure:
    """Final loss against the learning rate, the critical rates dashed."""
    fig, ax = style.subplots(width=5.0)
    draw(ax, table[table.kind == "loss"], "lr", "loss")
    for lr in table[table.kind == "critical"].lr:
        ax.axvline(lr, **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="learning rate $\\eta_0$", ylabel="final relative excess loss")
    ax.legend(title="dashed: critical rates")
    return fig


def steps(table: pd.DataFrame) -> Figure:
    """Steps to a given accuracy against the size of the start, theory dashed."""
    fig, ax = style.subplots()
    draw(ax, table, "W", "steps", marker="o")
    for i, (_, part) in enumerate(table.groupby("method", sort=False)):
        ax.plot(part.W, part.theory, **{**style.THEORY, "label": "theory" if i == 0 else None})
    ax.set(yscale="log", xlabel="largest initial logit $W$", ylabel="steps to accuracy $10^{-3}$")
    ax.legend()
    return fig


def exponents(table: pd.DataFrame) -> Figure:
    """Effective exponent against the batch size, theory dashed."""
    fig, ax = style.subplots()
    ax.plot(table.batch, table.slope, "o", color=style.COLORS["blue"], label="sampled gradients")
    ax.plot(table.batch, table.theory, **{**style.THEORY, "label": "theory"})
    ax.axvline(DIMENSION, color=style.COLORS["grey"], lw=1, label="$B = d$")
    ax.set(xscale="log", xlabel="batch size $B$", ylabel="slope of $\\log v_i$ on $\\log\\lambda_i$", ylim=(0.9, 2.1))
    ax.legend()
    return fig


def ratios(table: pd.DataFrame) -> Figure:
    """Largest ratio r_i on Adam's path against the batch size, beside its bound."""
    fig, ax = style.subplots()
    draw(ax, table, "batch", "largest", by="basis", marker="o")
    ax.plot(np.unique(table.batch), np.unique(table.batch) + 2, **{**style.THEORY, "label": "bound $B + 2$"})
    ax.set(xscale="log", yscale="log", xlabel="batch size $B$", ylabel="largest $r_i = B v_i / 2 L h_i$")
    ax.legend()
    return fig


def quadrants(table: pd.DataFrame) -> Figure:
    """Final excess loss against the learning rate, one panel for each basis and batch size."""
    cells = list(table.groupby(["basis", "batch"], sort=False))
    columns = len(table.batch.unique())
    fig, axes = style.subplots(nrows=len(cells) // columns, ncols=columns, width=3.4, height=2.8)
    for ax, ((basis, batch), part) in zip(axes.flat, cells, strict=True):
        draw(ax, part, "lr", "loss", marker=".")
        ax.set(xscale="log", yscale="log", title=f"basis {basis}, batch {batch}")
        ax.set(xlabel="learning rate $\\eta_0$", ylabel="final excess loss")
    axes.flat[0].legend(fontsize="small")
    return fig


def trajectory_gap(table: pd.DataFrame) -> Figure:
    """Largest gap between the losses of Adam and the normalised GN steps, in decades."""
    fig, ax = style.subplots(width=5.2)
    draw(ax, table, "batch", "gap", by="setting", marker="o")
    ax.set(xscale="log", yscale="log", xlabel="batch size $B$", ylabel="largest gap over time (decades)")
    ax.legend(fontsize="small")
    return fig


def powers(table: pd.DataFrame) -> Figure:
    """Tuned final risk against the power of the preconditioner."""
    fig, axes = style.subplots(ncols=2, width=4.0)
    for ax, (sigma2, part) in zip(axes.flat, table.groupby("sigma2", sort=False), strict=True):
        draw(ax, part.assign(batch=[f"$B = {b}$" for b in part.batch]), "power", "risk", by="batch", marker="o")
        ax.set(yscale="log", xlabel="power $p$ of diag$(U^T H U)$", ylabel="tuned final risk")
        ax.set_title(f"label noise $\\sigma^2 = {sigma2:g}$")
    axes.flat[0].legend()
    return fig


def geodesic(table: pd.DataFrame) -> Figure:
    """Conditioning and tuned final losses on the way from the identity to the eigenbasis."""
    fig, axes = style.subplots(ncols=2, width=4.2)
    draw(axes.flat[0], table[table.kind == "conditioning"], "tau", "value", marker="o")
    draw(axes.flat[1], table[table.kind == "loss"], "tau", "value", marker="o")
    axes.flat[0].set(yscale="log", xlabel="position $\\tau$", ylabel="condition number after GN$^p$")
    axes.flat[1].set(yscale="log", xlabel="position $\\tau$", ylabel="tuned final relative loss")
    for ax in axes.flat:
        ax.legend()
    return fig
