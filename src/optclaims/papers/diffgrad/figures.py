"""Figures of diffGrad, each drawn from the frame that stands in its CSV."""

import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

COLOR = {
    "Adam": style.COLORS["blue"],
    "diffGrad": style.COLORS["orange"],
    "Adam, lr/2": style.COLORS["green"],
    "Adam, mean friction": style.COLORS["purple"],
    "diffGrad, published code": style.COLORS["brown"],
    "gradient for difference": style.COLORS["grey"],
    "difference over root of v": style.COLORS["grey"],
}


def trajectories(frame: pd.DataFrame) -> Figure:
    """x over the iterations, one panel a function."""
    names = frame.function.unique()
    figure, panels = style.subplots(1, len(names), width=3.6, height=3.2)
    for ax, name in zip(panels, names, strict=True):
        part = frame[frame.function == name]
        for arm, line in part.groupby("arm", sort=False):
            ax.plot(line.iteration, line.x, color=COLOR[arm], label=arm)
        for minimum in part.minimum.unique():
            ax.axhline(minimum, **{**style.THEORY, "linewidth": 0.9}, label="global minimum")
        ax.set(xlabel="iteration", title=name)
    panels[0].set_ylabel("$x_t$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def functions(frame: pd.DataFrame) -> Figure:
    """The functions, and where each run ends."""
    names = frame.function.unique()
    figure, panels = style.subplots(1, len(names), width=3.6, height=3.2)
    markers = {"Adam": "s", "diffGrad": "o", "Adam, lr/2": "x"}
    for ax, name in zip(panels, names, strict=True):
        part = frame[frame.function == name]
        curve = part[part.arm == "function"]
        ax.plot(curve.x, curve.value, color="0.35", linewidth=1.2)
        for arm, marker in markers.items():
            end = part[part.arm == arm]
            ax.plot(
                end.x,
                end.value,
                marker,
                color=COLOR[arm],
                markersize=9 if marker != "x" else 7,
                markerfacecolor="none",
                markeredgewidth=1.8,
                label=arm,
            )
        ax.set(xlabel="$x$", title=name)
    panels[0].set_ylabel("$F(x)$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def landscape(frame: pd.DataFrame) -> Figure:
    """Fraction of starts and momenta that reach the global minimum, over the learning rate."""
    names = frame.function.unique()
    figure, panels = style.subplots(1, len(names), width=4, height=3.2, sharey=True)
    for ax, name in zip(panels, names, strict=True):
        for arm, line in frame[frame.function == name].groupby("arm", sort=False):
            ax.plot(line.lr, line.reached, "o-", color=COLOR[arm], label=arm)
        ax.set(xlabel="learning rate (of diffGrad)", title=name, ylim=(0.3, 1.04))
    panels[0].set_ylabel("reach the global minimum")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def scale(frame: pd.DataFrame) -> Figure:
    """Distance of diffGrad from Adam at half and at the full rate, over the scale of the loss."""
    names = frame.function.unique()
    figure, panels = style.subplots(1, len(names), width=4, height=3.3, sharey=True)
    for ax, name in zip(panels, names, strict=True):
        part = frame[frame.function == name]
        for (arm, other), line in part.groupby(["arm", "other"], sort=False):
            color = COLOR[other if arm == "diffGrad" else "difference over root of v"]
            dash = "-" if arm == "diffGrad" else ":"
            shown = line[line.distance > 0]
            ax.plot(shown.scale, shown.distance, "o", linestyle=dash, color=color, label=f"{arm}, from {other}")
        small = part[(part.scale <= 1e-2) & (part.other == "Adam, lr/2") & (part.arm == "diffGrad")]
        ax.plot(small.scale, 3 * small.distance.iloc[0] * small.scale / small.scale.iloc[0], **style.THEORY)
        ax.set(xscale="log", yscale="log", xlabel="factor of the loss", title=name)
    panels[0].plot([], [], **style.THEORY, label="slope 1")
    panels[0].set_ylabel("largest distance, 30 steps")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def threshold(frame: pd.DataFrame) -> Figure:
    """Largest late iterate over the learning rate, Adam and diffGrad."""
    figure, ax = style.subplots(width=5.6, height=3.5)
    markers = {0.5: "o", 0.9: "^"}
    for (arm, beta1), line in frame.groupby(["arm", "beta1"], sort=False):
        label = rf"{arm}, $\beta_1 = {beta1:g}$"
        ax.plot(
            line.factor, line.largest.clip(lower=1e-13), markers[beta1], color=COLOR[arm], markersize=4, label=label
        )
    for place, text in ((1, "condition of Adam"), (2, "condition of diffGrad")):
        ax.axvline(place, **{**style.THEORY, "linestyle": ":" if place == 1 else "--"}, label=text)
    ax.set(
        yscale="log",
        ylim=(1e-14, 10),
        xlabel="learning rate over Adam's critical one",
        ylabel="largest late $|x|$",
    )
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def noise(frame: pd.DataFrame) -> Figure:
    """Mean friction over the size of the noise."""
    figure, ax = style.subplots(width=5.4)
    looks = {
        "formula": style.THEORY,
        "difference": {"marker": "o", "linestyle": "", "color": COLOR["diffGrad"]},
        "gradient": {"marker": "s", "linestyle": "", "color": COLOR["gradient for difference"]},
    }
    labels = {"formula": "formula", "difference": "diffGrad", "gradient": "friction of $|g_t|$"}
    for kind, part in frame.groupby("kind", sort=False):
        ax.plot(part.sigma, part.friction, label=labels[kind], **looks[kind])
    ax.set(xscale="log", xlabel=r"standard deviation $\sigma$ of the gradients", ylabel=r"mean friction $E\,\xi$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def digits(frame: pd.DataFrame) -> Figure:
    """Relative distance from Adam at half the rate, each seed a point."""
    figure, ax = style.subplots(width=5.6)
    arms = list(dict.fromkeys(zip(frame.arm, frame.loss_scale, strict=True)))
    for place, (arm, factor) in enumerate(arms):
        part = frame[(frame.arm == arm) & (frame.loss_scale == factor)]
        spread = (part.seed - part.seed.mean()) / (len(part) * 2)
        color = style.COLORS["red"] if factor > 1 else COLOR[arm]
        ax.plot(place + spread, part.relative_distance, "o", color=color)
    ax.axhline(1, **style.THEORY)
    ax.text(-0.4, 1.08, "as near to Adam as to Adam, lr/2", color="0.15", fontsize=8)
    ax.set_xticks(range(len(arms)), [f"{arm}\nloss x {factor:g}" for arm, factor in arms])
    ax.set(yscale="log", ylabel="relative distance to Adam, lr/2", ylim=(2e-3, 2), xlim=(-0.5, 2.5))
    return figure
