"""Figures of the edge of stability, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from optclaims import style

FORM_COLORS = dict(
    zip(
        ("none", "heavy ball", "Nesterov", "averaged heavy ball", "averaged Nesterov"),
        (style.COLORS[name] for name in ("grey", "orange", "green", "blue", "purple")),
        strict=True,
    )
)
TICKS = (1, 2, 5, 10, 20, 50)


def thresholds(frame: pd.DataFrame) -> Figure:
    """Threshold against the momentum for every form: formulas as lines, roots of the companion matrix as points."""
    figure, ax = style.subplots(width=4.8)
    for form, color in FORM_COLORS.items():
        part = frame[frame.form == form]
        ax.plot(part.momentum, part.root, "o", color=color, label=form)
        ax.plot(part.momentum, part.formula, **style.THEORY)
    ax.plot([], [], **style.THEORY, label="formula")
    ax.set(yscale="log", xlabel="momentum", ylabel=r"threshold $\eta s^*$")
    ax.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    ax.yaxis.set_minor_locator(NullLocator())
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def runs(frame: pd.DataFrame) -> Figure:
    """Loss, preconditioned sharpness times lr with its threshold, and plain sharpness of Adam against the step."""
    figure, axes = style.subplots(1, 3, width=3.2, height=3.0, sharex=True)
    for color, (lr, part) in zip(("blue", "orange", "green"), frame.groupby("lr"), strict=False):
        for ax, values in zip(axes, (part.loss, part.lr * part.preconditioned, part.plain), strict=True):
            ax.plot(part.step, values, color=style.COLORS[color], label=rf"$\eta$ = {lr:g}")
    axes[1].axhline(38, **style.THEORY, label=r"$38 / \eta$")
    axes[0].set(xscale="log", yscale="log", ylabel="loss", xlabel="step")
    axes[1].set(yscale="log", ylabel=r"$\eta\, \lambda_1(P^{-1} H)$", xlabel="step")
    axes[2].set(ylabel=r"$\lambda_1(H)$", xlabel="step")
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside right center")
    return figure


def levels(frame: pd.DataFrame) -> Figure:
    """Level of the preconditioned sharpness against the threshold, both times lr; every run."""
    figure, ax = style.subplots(width=4.6)
    looks = {"Adam": ("o", "blue"), "Nadam": ("s", "purple")}
    for rule, (marker, color) in looks.items():
        part = frame[frame.rule == rule]
        ax.plot(part.threshold, part.level, marker, color=style.COLORS[color], fillstyle="none", label=rule)
    ends = [frame.threshold.min() * 0.8, frame.threshold.max() * 1.25]
    ax.plot(ends, ends, **style.THEORY, label="equal")
    ax.set(
        xscale="log", yscale="log", xlabel=r"threshold $\eta s^*$", ylabel=r"$\eta\, \lambda_1(P^{-1} H)$, late median"
    )
    for axis, set_ticks in ((ax.xaxis, ax.set_xticks), (ax.yaxis, ax.set_yticks)):
        set_ticks(TICKS[1:], [f"{tick:g}" for tick in TICKS[1:]])
        axis.set_minor_locator(NullLocator())
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def approach(frame: pd.DataFrame) -> Figure:
    """Preconditioned sharpness times lr against the step, every run, with slopes of the predicted rate."""
    figure, ax = style.subplots(width=4.8)
    for color, (beta2, part) in zip(("blue", "orange"), frame.groupby("beta2"), strict=True):
        for i, (_, run) in enumerate(part.groupby("seed")):
            ax.plot(
                run.step,
                run.height,
                color=style.COLORS[color],
                label=None if i else rf"$\beta_2$ = {beta2:g}",
                alpha=0.7,
            )
        middle = part[(part.height > 2) & (part.height < 12)]
        centre, height = middle.step.mean(), np.exp(np.log(middle.height).mean())
        steps = np.array([middle.step.min(), middle.step.max()])
        ax.plot(steps, height * np.exp(part.rate.iloc[0] * (steps - centre)), **style.THEORY)
    ax.plot([], [], **style.THEORY, label="slope predicted")
    ax.axhline(38, color="0.5", linestyle=":", label=r"$38 / \eta$")
    ax.set(yscale="log", xlabel="step", ylabel=r"$\eta\, \lambda_1(P^{-1} H)$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def batches(frame: pd.DataFrame) -> Figure:
    """Preconditioned sharpness times lr against the step for every batch size, every run, with the full threshold."""
    figure, ax = style.subplots(width=4.8)
    for color, (batch, part) in zip(("green", "orange", "blue"), frame.groupby("batch"), strict=False):
        for i, (_, run) in enumerate(part.groupby("seed")):
            name = "all 500 samples" if batch == frame.batch.max() else f"batch {batch:g}"
            ax.plot(run.step, run.height, color=style.COLORS[color], alpha=0.7, label=None if i else name)
    ax.axhline(38, **style.THEORY, label=r"$38 / \eta$")
    ax.set(yscale="log", xlabel="step", ylabel=r"$\eta\, \lambda_1(P^{-1} H)$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def arrivals(frame: pd.DataFrame) -> Figure:
    """Plain sharpness against the steps it took to come below the loss, every run of Adam and of gradient descent."""
    figure, ax = style.subplots(width=5.6)
    for marker, ((rule, lr), part) in zip("osD^vP", frame.groupby(["rule", "lr"]), strict=False):
        name, color = ("Adam", "blue") if rule == "Adam" else ("gradient descent", "orange")
        look = {"color": style.COLORS[color], "fillstyle": "none", "label": rf"{name}, $\eta$ = {lr:g}"}
        ax.plot(part.step, part.sharpness, marker, **look)
        if rule != "Adam":
            ax.plot(part.step, 2 / part.lr, **style.THEORY)
    ax.plot([], [], **style.THEORY, label=r"$2 / \eta$")
    ax.set(xscale="log", yscale="log", xlabel="step where the loss passes 0.01", ylabel=r"$\lambda_1(H)$")
    ax.set_yticks((5, 10, 20), ("5", "10", "20"))
    ax.set_xticks((500, 1000, 2000), ("500", "1000", "2000"))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def freezing(frame: pd.DataFrame) -> Figure:
    """Preconditioned sharpness times lr with its threshold, and plain sharpness, of live and of frozen Adam."""
    figure, axes = style.subplots(1, 2, width=3.6, height=3.0, sharex=True)
    for (arm, part), color in zip(frame.groupby("arm", sort=False), ("blue", "orange"), strict=True):
        for ax, values in zip(axes, (part.lr * part.preconditioned, part.plain), strict=True):
            ax.plot(part.step, values, color=style.COLORS[color], label=f"Adam, {arm}")
    axes[0].axhline(38, **style.THEORY, label=r"$38 / \eta$")
    axes[0].set(xlabel="step", ylabel=r"$\eta\, \lambda_1(P^{-1} H)$", ylim=(0, None))
    axes[1].set(xlabel="step", ylabel=r"$\lambda_1(H)$", ylim=(0, None))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def hyperparameters(frame: pd.DataFrame) -> Figure:
    """Plain sharpness at equal loss against the learning rate, every run, one colour a beta2, runs of a seed joined."""
    figure, ax = style.subplots(width=4.6)
    for color, (beta2, part) in zip(("blue", "orange", "green"), frame.groupby("beta2"), strict=False):
        for i, (_, run) in enumerate(part.groupby("seed")):
            label = None if i else rf"$\beta_2$ = {beta2:g}"
            ax.plot(run.lr, run.sharpness, "o-", color=style.COLORS[color], alpha=0.7, label=label)
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel=r"$\lambda_1(H)$ when the loss passes 0.002")
    rates = sorted(frame.lr.unique())
    ax.set_xticks(rates, [f"{lr:g}" for lr in rates])
    ax.xaxis.set_minor_locator(NullLocator())
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def architectures(frame: pd.DataFrame) -> Figure:
    """Preconditioned sharpness times lr against the step, every run, with the thresholds of the momenta."""
    figure, ax = style.subplots(width=4.8)
    for color, (beta1, part) in zip(("orange", "blue"), frame.groupby("beta1"), strict=True):
        for i, (_, run) in enumerate(part.groupby("run")):
            label = None if i else rf"$\beta_1$ = {beta1:g}"
            ax.plot(run.step, run.height, color=style.COLORS[color], alpha=0.7, label=label)
        ax.axhline((2 + 2 * beta1) / (1 - beta1), **style.THEORY, label="thresholds" if beta1 == 0.9 else None)
    ax.set(yscale="log", xlabel="step", ylabel=r"$\eta\, \lambda_1(P^{-1} H)$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure


def warmup(frame: pd.DataFrame) -> Figure:
    """Plain sharpness against the step with and without warm-up of the learning rate, every run."""
    figure, ax = style.subplots(width=4.8)
    for color, (steps, part) in zip(("orange", "blue"), frame.groupby("warmup"), strict=True):
        for i, (_, run) in enumerate(part.groupby("seed")):
            label = None if i else (f"warm-up, {steps:g} steps" if steps else "no warm-up")
            ax.plot(run.step, run.sharpness, color=style.COLORS[color], alpha=0.7, label=label)
    ax.set(xlabel="step", ylabel=r"$\lambda_1(H)$", ylim=(0, None))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    return figure
