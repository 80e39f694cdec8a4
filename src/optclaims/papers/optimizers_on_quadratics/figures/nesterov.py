"""Figures of Nesterov's changing momentum."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.optimizers_on_quadratics.figures.momentum import SHADES


def gamma_path(frame: pd.DataFrame) -> Figure:
    """The path of gamma from sqrt(1.1) to its limit."""
    fig, ax = style.subplots(width=5)
    ax.axhline(frame.limit.iloc[0], label=r"limit $1/\sqrt{\kappa}$", **style.THEORY)
    ax.plot(frame.n, frame.gamma, "o-", color=style.COLORS["green"], linewidth=1, label=r"$\gamma_n$")
    ax.set(xlabel="step $n$", ylabel=r"$\gamma_n$", ylim=(0, 1.1))
    ax.legend()
    return fig


def momentum_of_gamma(frame: pd.DataFrame) -> Figure:
    """Momentum as a function of gamma, for several condition numbers; the dot is the limit."""
    fig, ax = style.subplots(width=5.4)
    for (k, part), color in zip(frame.groupby("inverse_kappa"), SHADES, strict=False):
        ax.plot(part.gamma, part.momentum, color=color, label=rf"$1/\kappa = {k:g}$")
        limit = np.sqrt(k)
        ax.plot(limit, (1 - limit) / (1 + limit), "o", color=color)
    ax.set(xlabel=r"$\gamma_n$", ylabel=r"momentum $\beta_n$")
    ax.legend()
    return fig


def momentum_path(frame: pd.DataFrame) -> Figure:
    """Momentum by step, with two rules of thumb."""
    fig, ax = style.subplots(width=6)
    rules = [rule for rule in frame.rule.unique() if rule.startswith("1/kappa")]
    for rule, color in zip(rules, SHADES, strict=False):
        part = frame[frame.rule == rule]
        ax.plot(part.n, part.momentum, color=color, label=rule.replace("1/kappa", r"$1/\kappa$"))
    for rule, marker in (("(n - 1) / (n + 2)", "o"), ("1 - 3 / (n + 5)", "^")):
        part = frame[frame.rule == rule]
        ax.plot(part.n, part.momentum, marker, color="0.15", markersize=3.5, markerfacecolor="none", label=f"${rule}$")
    ax.set(xscale="log", xlabel="$n$", ylabel=r"momentum $\beta_n$")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return fig
