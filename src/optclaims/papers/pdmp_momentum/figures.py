"""Figures of the switched process, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from optclaims import style

C = style.COLORS
CYCLE = [C[name] for name in ("blue", "orange", "green", "purple", "red", "brown", "sky", "grey")]


def outside(figure: Figure, ax: Axes) -> Figure:
    """Put the legend of the panel beside it."""
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def sample_paths(frame: pd.DataFrame) -> Figure:
    """Three paths for each pair of mass and mean wait."""
    masses, waits = sorted(frame.mass.unique()), sorted(frame.wait.unique(), reverse=True)
    figure, panels = style.subplots(len(masses), len(waits), width=3.1, height=2.1, sharex=True, sharey=True)
    for row, mass in zip(panels, masses, strict=True):
        for ax, wait in zip(row, waits, strict=True):
            part = frame[(frame.mass == mass) & (frame.wait == wait)]
            for color, (_, path) in zip(CYCLE, part.groupby("path"), strict=False):
                ax.plot(path.time, path.q, color=color, linewidth=1.0)
            first = part[part.path == 0]
            ax.plot(first.time, first.mean_path, **style.THEORY)
            ax.set(title=rf"$m = {mass:g},\ \eta = {wait:g}$")
        row[0].set_ylabel("position $q$")
    for ax in panels[-1]:
        ax.set_xlabel("time $t$")
    return figure


def variance(frame: pd.DataFrame) -> Figure:
    """Stationary variance against the mean wait, for several masses, random and fixed waits."""
    figure, ax = style.subplots(width=4.8)
    for color, size, (mass, part) in zip(CYCLE, (4, 8), frame.groupby("mass"), strict=False):
        for waits, marker in (("exponential", "o"), ("fixed", "s")):
            law = part[part.waits == waits]
            points, label = law[law.kind == "simulated"], f"$m = {mass:g}$, {waits} waits"
            ax.plot(points.wait, points["var"], marker, color=color, markersize=size, fillstyle="none", label=label)
            line = law[law.kind == "formula"]
            ax.plot(
                line.wait, line["var"], **{**style.THEORY, "color": color, "linestyle": "--" if marker == "o" else ":"}
            )
    ax.plot([], [], label="formula", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel=r"mean wait $\eta$", ylabel="stationary variance of $q$")
    return outside(figure, ax)


def no_subsampling(frame: pd.DataFrame) -> Figure:
    """Distance from the full-gradient dynamics against the mean wait."""
    figure, ax = style.subplots(width=4.6)
    for color, (problem, part) in zip(CYCLE, frame.groupby("problem", sort=False), strict=False):
        points, line = part[part.kind == "simulated"], part[part.kind == "exact"]
        ax.plot(points.wait, points.rms, "o", color=color, label=problem)
        ax.plot(line.wait, line.rms, **{**style.THEORY, "color": color})
    waits = np.sort(frame.wait.unique())
    ax.plot(waits, 0.45 * np.sqrt(waits), label="slope 1/2", **{**style.THEORY, "linestyle": ":"})
    ax.plot([], [], label="exact, quadratic", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel=r"mean wait $\eta$", ylabel="RMS distance at $t = 3$")
    return outside(figure, ax)


def no_momentum(frame: pd.DataFrame) -> Figure:
    """Largest distance from the process without mass."""
    figure, ax = style.subplots(width=4.6)
    for color, (arm, part) in zip(CYCLE, frame.groupby("arm", sort=False), strict=False):
        ax.errorbar(part.mass, part.gap, 2 * part.stderr, marker="o", color=color, label=arm, linewidth=1.2)
    masses = np.sort(frame.mass.unique())
    ax.plot(masses, 1.2 * masses, label="slope 1", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="mass $m$", ylabel="mean of the largest distance")
    return outside(figure, ax)


def losing(frame: pd.DataFrame) -> Figure:
    """Second moment over time, for decreasing mean waits and masses."""
    figure, ax = style.subplots(width=5.2)
    runs = frame[frame.kind != "limit"].groupby("arm", sort=False)
    for color, (arm, part) in zip(CYCLE, runs, strict=False):
        line, points = part[part.kind == "moment equations"], part[part.kind == "paths"]
        ax.plot(line.time, line.square, color=color, label=arm)
        ax.errorbar(points.time, points.square, 2 * points.stderr, fmt="o", color=color)
    limit = frame[frame.kind == "limit"]
    ax.plot(limit.time, limit.square, label=r"$\sigma^2 a \eta(t)/\alpha$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="time $t$", ylabel="$E q^2$")
    return outside(figure, ax)


def stability(frame: pd.DataFrame) -> Figure:
    """Largest stable step against the mass, both treatments of friction."""
    figure, ax = style.subplots(width=4.8)
    for color, (scheme, part) in zip(CYCLE, frame.groupby("scheme", sort=False), strict=False):
        ax.plot(part.mass, part.measured, "o", color=color, label=f"{scheme}, bisection")
        ax.plot(part.mass, part.predicted, **{**style.THEORY, "color": color})
    ax.plot([], [], label="formula", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="mass $m$", ylabel="largest stable step $h$")
    return outside(figure, ax)


def stability_map(frame: pd.DataFrame) -> Figure:
    """Rate of the scheme by formula over mass and step, with the largest steps that bisection found."""
    figure, ax = style.subplots(width=5.2, height=3.6)
    table = frame[frame.kind == "formula"].pivot(index="h", columns="mass", values="rate")
    drawn = ax.pcolormesh(
        table.columns, table.index, table.to_numpy(), cmap="RdBu_r", vmin=-1, vmax=1, shading="nearest"
    )
    ax.contour(table.columns, table.index, table.to_numpy(), levels=[0], colors="0.15", linewidths=1.3)
    found = frame[frame.kind == "bisection"]
    ax.plot(found.mass, found.h, "o", color="0.15", markerfacecolor="white", label="largest step, bisection")
    ax.set(xscale="log", yscale="log", xlabel="mass $m$", ylabel="step $h$")
    figure.colorbar(drawn, ax=ax, label=r"$\log$ of the larger multiplier")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center")
    return figure


def iterates(frame: pd.DataFrame) -> Figure:
    """Iterates of the scheme on one sequence of gradients, for several masses."""
    figure, ax = style.subplots(width=4.6)
    for color, (mass, part) in zip(CYCLE, frame.groupby("mass"), strict=False):
        ax.plot(part.step, part.q, color=color, label=f"$m = {mass:g}$")
    ax.set(xlabel="step", ylabel="iterate $q$")
    return outside(figure, ax)


def escape(frame: pd.DataFrame) -> Figure:
    """Share of starts that end in the deeper well against the noise."""
    steps = sorted(frame.h.unique())
    figure, panels = style.subplots(1, len(steps), width=3.6, height=3.2, sharey=True)
    for ax, h in zip(panels, steps, strict=True):
        part = frame[frame.h == h]
        for color, (arm, line) in zip(CYCLE, part.groupby("arm", sort=False), strict=False):
            ax.errorbar(line.noise, line.success, 2 * line.stderr, marker="o", color=color, label=arm, linewidth=1.2)
        ax.set(xlabel=r"noise $\sigma$ of the gradients", title=f"$h = {h:g}$")
    panels[0].set_ylabel("share that ends in the deeper well")
    return outside(figure, panels[0])


def accuracy(frame: pd.DataFrame) -> Figure:
    """Test accuracy along training, means and two standard errors."""
    figure, ax = style.subplots(width=4.8)
    for color, (arm, part) in zip(CYCLE, frame.groupby("arm", sort=False), strict=False):
        ax.plot(part.step, part.accuracy, color=color, label=arm)
        style.band(ax, part.step, part.accuracy - 2 * part.stderr, part.accuracy + 2 * part.stderr, color=color)
    ax.set(xlabel="step", ylabel="test accuracy", ylim=(0.8, 1.0))
    return outside(figure, ax)
