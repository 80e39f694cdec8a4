"""Figures of TheoPouLa, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from optclaims import style

C = style.COLORS
OPTIMIZERS = {
    "TheoPouLa": C["blue"],
    "Adam": C["orange"],
    "AMSGrad": C["brown"],
    "RMSprop": C["purple"],
    "Adam, beta2 = 0.9": C["red"],
    "SGD, clipped at 1": C["green"],
    "SGD": "0.15",
}
STEPS = {
    "tamed and boosted": C["blue"],
    "tamed only": C["orange"],
    "clipped at 1": C["green"],
    "gradient": C["grey"],
}
ALGORITHMS = {
    "TheoPouLa": (C["blue"], "o"),
    "tamed with the step itself": (C["orange"], "s"),
    "both with the step itself": (C["purple"], "v"),
    "tamed with the step, boosted": (C["red"], "^"),
    "plain Langevin": (C["green"], "D"),
}


def iterates(frame: pd.DataFrame) -> Figure:
    """Mean iterate of every optimizer on the superlinear example, one panel a step size."""
    sizes = sorted(frame.lr.unique(), reverse=True)
    figure, panels = style.subplots(1, len(sizes), width=3.2, height=3.2, sharey=True)
    for ax, lr in zip(panels, sizes, strict=True):
        for optimizer, color in OPTIMIZERS.items():
            part = frame[(frame.lr == lr) & (frame.optimizer == optimizer)]
            look = {"marker": "x", "linestyle": "none"} if optimizer == "SGD" else {}
            look |= {"linestyle": "--"} if optimizer == "AMSGrad" else {}
            ax.plot(part.step, part.theta, color=color, label=optimizer, **look)
        theory = frame[(frame.lr == lr) & (frame.optimizer == "mean field")]
        ax.plot(theory.step, theory.theta, label="TheoPouLa, mean field", **style.THEORY)
        ax.set(xlabel="step", title=rf"$\lambda = {lr:g}$", xlim=(-20, 1020), ylim=(-0.3, 5.3))
    panels[0].set_ylabel(r"mean $\theta$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def profile(frame: pd.DataFrame) -> Figure:
    """Length of a step against the gradient."""
    figure, ax = style.subplots(width=5.2)
    for kind, color in STEPS.items():
        part = frame[frame.kind == kind]
        ax.plot(part.gradient, part.step, color=color, label=kind)
    ax.axhline(np.sqrt(frame.lr.iloc[0]), label=r"$\sqrt{\lambda}$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="gradient $|G|$", ylabel=r"step $\lambda |h|$", ylim=(1e-7, 1e2))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def label_steps(ax: Axes, lr: pd.Series) -> None:
    """Put ticks at the step sizes themselves, which span little more than a decade."""
    ax.set_xticks(sorted(lr.unique()), [f"{step:g}" for step in sorted(lr.unique())])
    ax.xaxis.set_minor_locator(NullLocator())


def bias(frame: pd.DataFrame) -> Figure:
    """Distance of the invariant law to the target against the step size."""
    figure, ax = style.subplots(width=4.8, height=3.8)
    for algorithm, (color, marker) in ALGORITHMS.items():
        part = frame[(frame.algorithm == algorithm) & (frame.source == "invariant law")]
        ax.plot(part.lr, part.distance, marker, color=color, label=algorithm)
    chains = frame[frame.source == "chains"]
    ax.plot(chains.lr, chains.distance, "x", color="0.15", markersize=8, label="TheoPouLa, chains")
    for power, name in ((0.5, "slope 1/2"), (1.0, "slope 1")):
        line = frame[frame.source == name]
        ax.plot(line.lr, line.distance, **{**style.THEORY, "linestyle": "--" if power == 0.5 else ":"}, label=name)
    ax.set(xscale="log", yscale="log", xlabel=r"step size $\lambda$", ylabel=r"$W_1(\pi_\lambda, \pi)$")
    label_steps(ax, frame.lr)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def constant(frame: pd.DataFrame) -> Figure:
    """Distance over its first order, for several targets and eps."""
    figure, ax = style.subplots(width=4.8)
    colors = [C[name] for name in ("blue", "green", "purple", "orange", "red")]
    for color, (case, part) in zip(colors, frame.groupby("case", sort=False), strict=True):
        ax.plot(part.lr, part.ratio, "o-", color=color, label=case)
    ax.axhline(1, label="first order", **style.THEORY)
    ax.set(xscale="log", xlabel=r"step size $\lambda$", ylabel=r"$W_1(\pi_\lambda, \pi) / C\sqrt{\lambda}$")
    label_steps(ax, frame.lr)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def training(frame: pd.DataFrame) -> Figure:
    """Training loss of the network of sigmoids, means of the logarithm and two standard errors."""
    figure, ax = style.subplots(width=5.0, height=3.8)
    names = ("blue", "sky", "purple", "grey", "red", "brown", "orange", "green")
    lines = ("-", "-", "-", "-", "--", "--", "--", ":")
    looks = zip(names, lines, frame.groupby("arm", sort=False), strict=False)
    for name, line, (arm, part) in looks:
        ax.plot(part.step, 10**part.log10_loss, line, color=C[name], label=arm)
        low, high = (10 ** (part.log10_loss + sign * 2 * part.stderr) for sign in (-1, 1))
        style.band(ax, part.step, low, high, color=C[name])
    ax.set(yscale="log", xlabel="step", ylabel="training loss")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure
