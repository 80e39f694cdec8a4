"""Figures of Aida, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

COLOR = {
    "(2, 1)": style.COLORS["blue"],
    "(2, 1.2)": style.COLORS["orange"],
    "(1.5, 1.5)": style.COLORS["green"],
    "(2, 2)": style.COLORS["purple"],
    "(2, 1.5)": style.COLORS["sky"],
    "(4, 2)": style.COLORS["brown"],
    "(1, 1)": style.COLORS["grey"],
}


def decay(frame: pd.DataFrame) -> Figure:
    """|x_t| with and without weight decay, and the predicted lines."""
    figure, (left, right) = style.subplots(1, 2, width=4.4, height=3.4)
    for ax, mode in ((left, "no decay"), (right, "decay")):
        for pair, part in frame[frame["mode"] == mode].groupby("pair", sort=False):
            ax.plot(part.step, part.x, color=COLOR[pair], label=f"(p, q) = {pair}")
            ax.plot(part.step, part.predicted, **style.THEORY)
    left.plot([], [], label="prediction", **style.THEORY)
    left.set(xscale="log", yscale="log", xlabel="step", ylabel="$|x_t|$", title=r"$\mu = 0$")
    right.set(yscale="log", xlabel="step", title=r"$\eta\mu = 0.3$, $\beta_1 = 0.9$", ylim=(1e-60, 1))
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def rates(frame: pd.DataFrame) -> Figure:
    """Measured factor a step over learning rate and decay, for q = 1 and q = 2."""
    figure, panels = style.subplots(1, 2, width=4.2, height=3.5, sharey=True)
    for ax, (q, part) in zip(panels, frame.groupby("q"), strict=True):
        table = part.pivot(index="shrink", columns="lr", values="rate")
        mesh = ax.pcolormesh(table.columns, table.index, table, vmin=0.8, vmax=1.02, cmap="viridis", shading="nearest")
        if q == 1:
            line = part.drop_duplicates("shrink")
            ax.plot(line.critical, line.shrink, color="white", linewidth=1.6)
            ax.text(0.011, 0.33, "stable", color="white")
            ax.text(0.6, 0.33, "not", color="black")
        ax.set(xscale="log", xlim=(table.columns.min(), table.columns.max()), xlabel=r"learning rate $\eta$")
        ax.set_title("AdamW, (2, 1)" if q == 1 else "(2, 2)")
        ax.grid(visible=False)
    panels[0].set_ylabel(r"decay a step $\eta\mu$")
    figure.colorbar(mesh, ax=panels, label="factor of $|x|$ a step")
    return figure


def cycle_radius(frame: pd.DataFrame) -> Figure:
    """Spectral radius at the two-cycle over beta1, one panel a pair, and which perturbed runs returned."""
    pairs = list(dict.fromkeys(frame.pair))
    figure, panels = style.subplots(2, 3, width=3, height=2.5, sharex=True, sharey=True)
    shades = dict(zip(sorted(frame.beta2.unique()), ("sky", "blue", "green", "orange"), strict=True))
    for ax, pair in zip(panels.ravel(), pairs, strict=True):
        for beta2, part in frame[frame.pair == pair].groupby("beta2"):
            color = style.COLORS[shades[beta2]]
            ax.plot(part.beta1, part.radius, color=color, linewidth=1, label=rf"$\beta_2 = {beta2:g}$")
            for returned, marker in ((1, "o"), (0, "x")):
                points = part[part.returned == returned]
                ax.plot(points.beta1, points.radius, marker, color=color, markerfacecolor="none")
        ax.axhline(1, **style.THEORY)
        ax.set(title=f"(p, q) = {pair}", yscale="log")
    panels[0, 0].plot([], [], "o", color="0.3", markerfacecolor="none", label="returned")
    panels[0, 0].plot([], [], "x", color="0.3", label="did not")
    for ax in panels[1]:
        ax.set_xlabel(r"$\beta_1$")
    for ax in panels[:, 0]:
        ax.set_ylabel("spectral radius")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


def basins(frame: pd.DataFrame) -> Figure:
    """|x| from several starts, where the origin and the two-cycle both attract."""
    figure, ax = style.subplots(width=5.4)
    shades = ("red", "orange", "green", "blue")
    for (start, part), shade in zip(frame.groupby("start", sort=False), shades, strict=True):
        ax.plot(part.step, part.x.clip(lower=1e-12), color=style.COLORS[shade], label=f"$x_0 = {start:g}$")
    ax.axhline(frame.width.iloc[0], **style.THEORY, label="two-cycle")
    ax.set(yscale="log", xlabel="step", ylabel="$|x_t|$", ylim=(1e-10, 3))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def lead(frame: pd.DataFrame) -> Figure:
    """Steps over those of AdamW, function by function, with intervals."""
    figure, ax = style.subplots(width=6.4, height=4.2)
    names = list(dict.fromkeys(frame.function))
    arms = [arm for arm in dict.fromkeys(frame.arm) if arm in COLOR]
    shown = [*arms, "AdamW again"]
    for arm, part in frame.groupby("arm", sort=False):
        label = arm if arm in COLOR else "AdamW again"
        place = np.array([names.index(name) for name in part.function]) + 0.13 * (shown.index(label) - len(shown) / 2)
        again = label == "AdamW again"
        number = int(arm[-1]) if again else 0
        ax.errorbar(
            part.ratio,
            place + 0.03 * number,
            xerr=[part.ratio - part.low, part.high - part.ratio],
            fmt="x" if again else "o",
            color="0.55" if again else COLOR[arm],
            markersize=3.5,
            elinewidth=1,
            label=None if again and number > 1 else (label if again else f"(p, q) = {arm}"),
        )
    ax.axvline(1, **style.THEORY)
    ax.axvline(0.9, color="0.5", linestyle=":", label="0.9")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="steps over those of AdamW, (2, 1)")
    ax.set_xticks([0.3, 0.5, 0.7, 1, 2, 4], ["0.3", "0.5", "0.7", "1", "2", "4"])
    ax.set_xticks([], minor=True)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def losses(frame: pd.DataFrame) -> Figure:
    """Median f - f* over the starts, one panel a function."""
    names = list(dict.fromkeys(frame.function))
    figure, panels = style.subplots(2, 5, width=2.5, height=2.4, sharex=True)
    for ax, name in zip(panels.ravel(), names, strict=True):
        for arm, part in frame[frame.function == name].groupby("arm", sort=False):
            ax.plot(part.step, part.excess, color=COLOR[arm], label=f"(p, q) = {arm}")
        ax.axhline(1e-4, **{**style.THEORY, "linewidth": 0.8})
        ax.set(xscale="log", yscale="log", title=name, ylim=(1e-12, None))
    for ax in panels[1]:
        ax.set_xlabel("step")
    for ax in panels[:, 0]:
        ax.set_ylabel("median $f - f^*$")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def networks(frame: pd.DataFrame) -> Figure:
    """Test accuracy of each method, a point a run."""
    figure, ax = style.subplots(width=5.4)
    methods = list(frame.method.unique())
    for place, method in enumerate(methods):
        own = method.startswith("Aida")
        values = frame[frame.method == method].accuracy
        ax.plot(values, [place] * len(values), "o", color=style.COLORS["blue" if own else "grey"], fillstyle="none")
    ax.set_yticks(range(len(methods)), methods)
    ax.invert_yaxis()
    ax.set(xlabel="test accuracy")
    return figure
