"""Figures of SGD with noise: floors, weak errors, batch against step, schedules, momentum."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

SHADES = [style.COLORS[name] for name in ("blue", "orange", "green", "red", "purple", "brown", "grey")]


def floors(frame: pd.DataFrame) -> Figure:
    """Stationary variances against the step, and least squares with and without a floor."""
    fig, (left, right) = style.subplots(1, 2, width=4.2)
    part = frame[frame.kind == "floor"]
    h = np.linspace(0.05, 1.6, 200)
    left.plot(h, h / (2 - h), label=r"$h s^2/(\lambda(2-h\lambda))$", **style.THEORY)
    left.plot(h, h / 2, color="0.6", linestyle=":", label=r"SDE: $h s^2/2\lambda$")
    left.errorbar(part.x, part.value, 2 * part.stderr, fmt="o", color=SHADES[0], label="SGD")
    left.set(yscale="log", xlabel=r"$h\lambda$", ylabel=r"stationary $E e^2$")
    left.legend()
    for kind, color in zip(
        ["additive noise", "label noise", "no label noise"], (SHADES[0], SHADES[1], SHADES[2]), strict=True
    ):
        part = frame[(frame.kind == kind) & (frame.value > 1e-14)]
        right.plot(part.x, part.value, color=color, label=kind)
    right.set(xscale="log", yscale="log", xlabel="step", ylabel=r"$\mathrm{tr}\, C = E|e|^2$")
    right.legend(loc="lower left")
    return fig


def weak_errors(frame: pd.DataFrame) -> Figure:
    """Weak errors of gradient flow and SDE against the step, one panel a start."""
    titles = {"minimum": "$w_0 = 0$", "vanishing": "$w_0 = 1.787$", "2": "$w_0 = 2$"}
    fig, axes = style.subplots(1, 3, width=3, height=3, sharey=True)
    for ax, (name, title) in zip(axes, titles.items(), strict=True):
        for (kind, part), color in zip(frame[frame.start == name].groupby("against"), SHADES[1::-1], strict=False):
            ax.plot(part.h, part.error, "o", color=color, label=kind)
        for order, top in ((1, 0.4), (2, 0.4)):
            h = np.array([frame.h.min(), frame.h.max()])
            ax.plot(
                h, top * h**order, color="0.5", linewidth=0.8, linestyle=("--", ":")[order - 1], label=f"order {order}"
            )
        ax.set(xscale="log", yscale="log", xlabel="step $h$", title=title)
    axes[0].set_ylabel("weak error of $E w^2$ at $T = 1$")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return fig


def batch_or_step(frame: pd.DataFrame) -> Figure:
    """Bias (per step) and floor of batch m with step h relative to step h / m, against h."""
    fig, (left, right) = style.subplots(1, 2, width=4)
    for (m, part), color in zip(frame.groupby("m"), SHADES, strict=False):
        left.plot(part.h, part.bias, color=color, label=f"$m = {m}$")
        right.plot(part.h, part.floor, color=color, label=f"$m = {m}$")
    for ax, label in ((left, "bias a step, batch over small steps"), (right, "floor, batch over small steps")):
        ax.axhline(1, **style.THEORY)
        ax.set(xlabel=r"$h\lambda$", ylabel=label)
        ax.legend()
    return fig


def schedule_moments(frame: pd.DataFrame) -> Figure:
    """Second moment of SGD with steps a / (n + 1), times n."""
    fig, ax = style.subplots(width=5)
    for (a, part), color in zip(frame.groupby("a"), SHADES, strict=False):
        ax.plot(part.n, part.moment * part.n, color=color, label=f"$a = {a:g}$")
        if 2 * a > 1:
            ax.axhline(a**2 / (2 * a - 1), **style.THEORY)
    ax.plot([], [], label=r"$a^2s^2/(2\lambda a-1)$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="step $n$", ylabel=r"$n\,E e_n^2$")
    ax.legend()
    return fig


def effective_step_variance(frame: pd.DataFrame) -> Figure:
    """Stationary variance of the heavy ball against its effective step."""
    fig, ax = style.subplots(width=5)
    for (beta, part), color in zip(frame.groupby("momentum"), SHADES, strict=False):
        ax.plot(part.step, part.variance, color=color, label=rf"$\beta = {beta:g}$")
    h = np.array([frame.step.min(), frame.step.max()])
    ax.plot(h, h / 2, label=r"$h s^2/2\lambda$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel=r"effective step $\alpha\lambda/(1-\beta)$", ylabel=r"stationary $E e^2$")
    ax.legend()
    return fig
