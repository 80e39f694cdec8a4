"""Figures of admissible steps, and of linear networks."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.inertial_newton_saddles.figures.settings import COLOR, label

__all__ = ["determinants", "network_losses", "sharpness_limits"]

SHADES = [style.COLORS[name] for name in ("blue", "orange", "green", "red")]


def determinants(frame: pd.DataFrame) -> Figure:
    """Least determinant of a step over all curvatures against the step, in units of the stated limit."""
    fig, ax = style.subplots(width=5.4)
    for (setting, part), color in zip(frame.groupby("setting", sort=False), SHADES, strict=True):
        ax.plot(part.multiple, part.least, color=color, label=setting)
    ax.axhline(0, **style.THEORY)
    ax.axvline(1, **style.THEORY)
    ax.set(xlabel="step, in units of the stated limit", ylabel=r"least $\det(I + \gamma M)$ over $|\lambda| \leq L$")
    ax.legend(title=r"$(\alpha, \beta, L)$")
    return fig


def sharpness_limits(frame: pd.DataFrame) -> Figure:
    """Spectral radius of one step against the curvature, in units of the stated limit."""
    fig, ax = style.subplots(width=5.4)
    for (setting, part), color in zip(frame.groupby("setting", sort=False), style.COLORS.values(), strict=False):
        ax.plot(part.multiple, part.radius, color=color, label=setting)
    ax.axhline(1, **style.THEORY)
    ax.axvline(1, **style.THEORY)
    ax.set(xlabel="curvature, in units of the stated limit", ylabel="spectral radius of a step", ylim=(0.8, 1.3))
    ax.legend(title=r"$(\alpha, \beta)$, step")
    return fig


def network_losses(frame: pd.DataFrame) -> Figure:
    """Median loss of linear networks against the step; lines mark the formula for two layers."""
    fig, axes = style.subplots(1, 2, width=4.4, sharey=True)
    for setting, part in frame[frame.layers == 2].groupby("setting", sort=False):
        axes[0].plot(part.step, part.loss, color=COLOR[setting], label=label(setting))
        axes[0].plot(part.predicted.iloc[0], 0.95 * part.loss.iloc[0], "|", color="0.15", markersize=14, zorder=4)
    axes[0].plot([], [], "|", color="0.15", label="formula", markersize=10)
    deep = frame[frame.layers == 3]
    for (scale, part), color in zip(deep.groupby("scale", sort=False), SHADES, strict=False):
        axes[1].plot(part.step, part.loss, color=color, label=f"weights of {scale:g}")
    axes[0].set(xlabel="step $k$", ylabel="median loss", title="two layers")
    axes[1].set(xlabel="step $k$", title="three layers, gradient descent")
    for ax in axes:
        ax.legend()
    return fig
