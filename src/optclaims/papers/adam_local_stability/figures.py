"""Figures of the local analysis of Adam, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from optclaims import style

BETA1 = {0.5: style.COLORS["blue"], 0.9: style.COLORS["orange"], 0.95: style.COLORS["green"]}


def sizes(run: str, w: NDArray, width: float) -> pd.DataFrame:
    """Log10 of |w| over the half width of the cycle, every tenth step of a path, no smaller than -9."""
    size = np.log10(np.maximum(np.abs(w[::10]) / width, 1e-9)).round(3)
    return pd.DataFrame({"run": run, "step": range(0, len(w), 10), "log10_size": size})


def spectra(frame: pd.DataFrame) -> Figure:
    """Eigenvalues in the complex plane: measured and predicted, one panel a setting."""
    numbers = frame.setting.unique()
    figure, panels = style.subplots(1, len(numbers), width=3.1, height=3.2, sharey=True)
    circle = np.exp(1j * np.linspace(0, 2 * np.pi, 200))
    for ax, number in zip(panels, numbers, strict=True):
        part = frame[frame.setting == number]
        ax.plot(circle.real, circle.imag, color="0.6", linewidth=0.8)
        ax.plot(part.measured_re, part.measured_im, "o", color=style.COLORS["sky"], markersize=8, label="measured")
        ax.plot(part.predicted_re, part.predicted_im, "x", color="0.15", label="formula")
        ax.set(
            xlabel="real part",
            title=rf"$\beta_1 = {part.beta1.iloc[0]:.2f}$, $\beta_2 = {part.beta2.iloc[0]:.2f}$",
        )
    panels[0].set_ylabel("imaginary part")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def rates(frame: pd.DataFrame) -> Figure:
    """Rate of convergence against the learning rate, for two beta2."""
    figure, ax = style.subplots(width=5.4)
    for beta1, part in frame.groupby("beta1"):
        line = part[part.beta2 == 0.9].sort_values("part")
        ax.plot(line.part, line.predicted, **{**style.THEORY, "color": BETA1[beta1]})
        for beta2, marker, size in ((0.9, "o", 8), (0.999, "x", 6)):
            points = part[part.beta2 == beta2]
            label = rf"$\beta_1 = {beta1:g}$, $\beta_2 = {beta2:g}$"
            fill = "none" if marker == "o" else None
            ax.plot(
                points.part,
                points.measured,
                marker,
                color=BETA1[beta1],
                markerfacecolor=fill,
                markersize=size,
                label=label,
            )
    ax.plot([], [], label="larger root", **style.THEORY)
    ax.set(
        xscale="log", xlabel=r"learning rate over its critical value", ylabel=r"$|w_{t+1}| / |w_t|$", ylim=(0.65, 1.03)
    )
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def region(frame: pd.DataFrame) -> Figure:
    """Where Adam converges over (beta1, learning rate), with the condition."""
    figure, ax = style.subplots(width=5.6, height=3.8)
    for converged, marker, color, label in (
        (1, "s", style.COLORS["blue"], "converges"),
        (0, "s", style.COLORS["orange"], "does not"),
    ):
        part = frame[frame.converged == converged]
        ax.plot(part.beta1, part.scaled_lr, marker, color=color, markersize=3.6, label=label)
    curve = frame.drop_duplicates("beta1").sort_values("beta1")
    ax.plot(curve.beta1, curve.critical, label=r"$2(1+\beta_1)/(1-\beta_1)$", **{**style.THEORY, "linewidth": 2})
    ax.axhline(2, color="0.15", linestyle=":", label="2, gradient descent")
    ax.set(
        yscale="log",
        xlabel=r"$\beta_1$",
        ylabel=r"learning rate $\alpha\mu/\sqrt{\epsilon}$",
        ylim=(frame.scaled_lr.min() * 0.9, frame.scaled_lr.max() * 1.1),
    )
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def cycle_radius(frame: pd.DataFrame) -> Figure:
    """Spectral radius of the two-cycle over (beta1, beta2), and which perturbed runs returned."""
    figure, ax = style.subplots(width=6.2, height=4)
    table = frame.pivot(index="beta2", columns="beta1", values="radius")
    x, y = np.arange(len(table.columns)), np.arange(len(table.index))
    mesh = ax.pcolormesh(x, y, table, cmap="RdBu_r", norm=TwoSlopeNorm(1, table.min().min(), table.max().max()))
    ax.contour(x, y, table, levels=[1], colors="0.15", linewidths=1.5)
    for returned, marker in ((1, "o"), (0, "x")):
        part = frame[frame.returned == returned]
        columns, rows = table.columns.get_indexer(part.beta1), table.index.get_indexer(part.beta2)
        label = "returned to the cycle" if returned else "did not return"
        ax.plot(columns, rows, marker, color="0.15", markersize=5, markerfacecolor="none", label=label)
    ax.set_xticks(x, [f"{b:g}" for b in table.columns])
    ax.set_yticks(y, [f"{b:g}" for b in table.index])
    ax.set(xlabel=r"$\beta_1$", ylabel=r"$\beta_2$")
    ax.grid(visible=False)
    figure.colorbar(mesh, ax=ax, label="factor a step of a small distance")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def trajectories(frame: pd.DataFrame) -> Figure:
    """|w| over the width of the cycle along three runs."""
    figure, ax = style.subplots(width=6)
    colors = (style.COLORS["blue"], style.COLORS["orange"], style.COLORS["green"])
    for (label, part), color in zip(frame.groupby("run", sort=False), colors, strict=True):
        ax.plot(part.step, 10.0**part.log10_size, color=color, linewidth=1.1, label=label)
    ax.axhline(1, **style.THEORY, label="two-cycle")
    ax.set(yscale="log", xlabel="step", ylabel="$|w_t| / W$", ylim=(1e-6, 1e4))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def bursts(frame: pd.DataFrame) -> Figure:
    """Largest iterate of the last steps over the learning rate, and the same where eps is large enough."""
    figure, ax = style.subplots(width=5.6)
    windows = sorted(frame.window.unique())
    place = {window: position for position, window in enumerate(windows)}
    looks = {
        "default": ("o", style.COLORS["orange"], "default"),
        "large eps": ("x", style.COLORS["blue"], "eps 2 % above the condition"),
    }
    for kind, part in frame.groupby("kind"):
        marker, color, label = looks[kind]
        spread = (part.groupby("window").cumcount() / part.groupby("window")["ratio"].transform("size") - 0.5) * 0.6
        ax.plot(part.window.map(place) + spread, part.ratio, marker, color=color, label=label, markersize=4)
    ax.axhline(1 / 38, **style.THEORY, label="two-cycle, 1/38")
    ax.set_xticks(range(len(windows)), [f"last {window:,}" for window in windows])
    ax.set_yscale("symlog", linthresh=1e-4)
    ax.set(xlabel="steps", ylabel=r"largest $|w| / \alpha$", ylim=(-2e-5, 2))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure
