"""Figures of gradient flow against descent, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from optclaims import style

# Darker is finer.
SHADES = ["#08306b", "#2171b5", "#4292c6", "#6baed6", "#41b6c4"]
LINES = [SHADES[1], SHADES[4], *(style.COLORS[name] for name in ("orange", "red", "purple"))]
NETS = {"linear": style.COLORS["blue"], "tanh": style.COLORS["green"], "relu": style.COLORS["red"]}
NAMES = {"linear": "linear", "tanh": "tanh", "relu": "ReLU"}


def _shade(rates: list[float]) -> dict[float, str]:
    return dict(zip(sorted(rates), SHADES, strict=False))


def scaled_distance(frame: pd.DataFrame) -> Figure:
    """Distance over the learning rate against time, with the first-order prediction, a panel a start."""
    numbers = frame.start.unique()
    figure, panels = style.subplots(1, len(numbers), width=3.2, height=3.0, sharey=True, squeeze=False)
    color = _shade([lr for lr in frame.lr.unique() if lr])
    for ax, number in zip(panels[0], numbers, strict=True):
        for lr, part in frame[frame.start == number].groupby("lr", sort=False):
            look = {"color": color[lr], "label": f"lr = {lr:g}"} if lr else {**style.THEORY, "label": r"$\|e(t)\|$"}
            ax.plot(part.t, part.scaled, **look)
        ax.set(xlabel="time", title=f"start {number}")
    panels[0, 0].set_ylabel("distance / lr")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside right center")
    return figure


def modified_flow(frame: pd.DataFrame) -> Figure:
    """Largest distance of descent to the modified flow and to two wrong ones, against the learning rate."""
    figure, ax = style.subplots(width=5.2)
    marks = {"right": "o", "sign of the implicit step": "s", "acceleration not halved": "^"}
    names = {"right": r"$-\frac{\eta}{2} H \nabla f$", "sign of the implicit step": r"$+\frac{\eta}{2} H \nabla f$"}
    names["acceleration not halved"] = r"$-\eta H \nabla f$"
    shades = ("blue", "orange", "grey")
    for (label, mark), color in zip(marks.items(), shades, strict=True):
        part = frame[frame.theory == label]
        ax.plot(part.lr, part.distance, mark, color=style.COLORS[color], label=names[label])
    rates = np.array(sorted(frame.lr.unique()))
    finest = frame[frame.lr == rates[0]].groupby("theory").distance.median()
    for order, label in ((2, "right"), (1, "acceleration not halved")):
        ax.plot(rates, finest[label] * (rates / rates[0]) ** order, **style.THEORY)
        ax.annotate(f"order {order}", (rates[1], finest[label] * 2**order), textcoords="offset points", xytext=(6, -12))
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="largest distance to the flow")
    ax.set_xticks(rates, [f"{lr:g}" for lr in rates])
    ax.minorticks_off()
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper", title=r"flow of $-\nabla f$ and")
    return figure


def bounds(frame: pd.DataFrame) -> Figure:
    """First-order error and its bounds against time, a panel a start."""
    names = list(frame.start.unique())
    chosen = [n for n in names if n.startswith("random")][:1] + [n for n in names if n.startswith("aligned")]
    figure, panels = style.subplots(1, len(chosen), width=3.1, height=3.1)
    looks = {
        "distance": {"color": style.COLORS["blue"], "linewidth": 3.5, "alpha": 0.6, "label": "first-order error"},
        "along the path": {**style.THEORY, "label": "bound"},
        "no exponential": {"color": style.COLORS["orange"], "linestyle": ":", "label": "without the exponential"},
    }
    for ax, name in zip(panels, chosen, strict=True):
        for curve, look in looks.items():
            part = frame[(frame.start == name) & (frame.curve == curve)]
            ax.plot(part.t, part.value, **look)
        ax.set(xlabel="time", title=name, yscale="log")
    panels[0].set_ylabel("distance / lr")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def curvature(frame: pd.DataFrame) -> Figure:
    """Smallest and largest eigenvalue along one flow a depth, the two bounds, and 2 / lr."""
    depths = frame.layers.unique()
    figure, panels = style.subplots(2, len(depths), width=2.7, height=2.3, sharex=True, sharey="row")
    for (above, below), (layers, part) in zip(panels.T, frame.groupby("layers"), strict=True):
        above.plot(part.t, part.highest, color=style.COLORS["blue"], label=r"$\lambda_{\max}$")
        above.plot(part.t, part.stable, **style.THEORY, label="2 / lr at lr = 0.1")
        below.plot(part.t, -part.frobenius, color="0.6", linestyle=":", label="bound, Frobenius norm")
        below.plot(part.t, -part.spectral, **style.THEORY, label="bound, spectral norm")
        below.plot(part.t, -part.lowest, color=style.COLORS["orange"], label=r"$-\lambda_{\min}$")
        above.set(title=f"{layers} layers", yscale="log", xscale="log")
        below.set(xlabel="time", yscale="log", ylim=(1e-7, 10))
    panels[0, 0].set_ylabel("largest eigenvalue")
    panels[1, 0].set_ylabel("negative curvature")
    entries = [entry for row in panels for entry in zip(*row[0].get_legend_handles_labels(), strict=True)]
    figure.legend(*zip(*entries, strict=True), loc="outside lower center", ncols=5)
    return figure


def attained(frame: pd.DataFrame) -> Figure:
    """Share of the bound that aligned layers attain, draws and the value without noise."""
    figure, ax = style.subplots(width=5.2)
    labels = {6: "target of norm 6", 60: "target of norm 60"}
    data = frame.assign(target=frame["size"].map(labels))
    colors = dict(zip(labels.values(), (style.COLORS["blue"], style.COLORS["orange"]), strict=True))
    sns.stripplot(data, x="layers", y="share", hue="target", palette=colors, size=3, alpha=0.5, dodge=True, ax=ax)
    depths = np.array(sorted(frame.layers.unique()))
    for position, depth in enumerate(depths):
        for shift, size in ((-0.2, 6), (0.2, 60)):
            value = 1 - depth / ((depth - 1) * (size - 1)) if depth > 2 else 1.0
            ax.plot([position + shift - 0.17, position + shift + 0.17], [value, value], **style.THEORY)
    ax.axhline(1, color="0.15", linewidth=1)
    ax.set(xlabel="layers", ylabel=r"$\lambda_{\min}$ over its bound")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    ax.get_legend().remove()
    return figure


def quadratics(frame: pd.DataFrame) -> Figure:
    """Error over the learning rate against time for four curvatures, with the first-order formulas."""
    figure, panels = style.subplots(1, 2, width=4.0, height=3.2)
    rates = sorted(frame.lr.unique())
    colors = dict(zip(sorted(frame.curvature.unique()), ("red", "orange", "sky", "blue"), strict=True))
    for (curvature, lr), part in frame.groupby(["curvature", "lr"]):
        ax = panels[int(curvature < 0)]
        wide = {"color": style.COLORS[colors[curvature]], "linewidth": 0.8 + 0.7 * rates.index(lr), "alpha": 0.8}
        ax.plot(part.t, part.scaled, **wide, label=rf"$\lambda = {curvature:g}$" if lr == rates[-1] else None)
        first = curvature**2 * part.t * np.exp(-curvature * part.t) / 2
        if lr == rates[0]:
            ax.plot(part.t, first, **style.THEORY, label="first order" if curvature in (0.3, -0.2) else None)
    panels[1].set(yscale="log", title="repelling")
    panels[0].set(title="attracting", ylabel="|descent - flow| / lr")
    for ax in panels:
        ax.set_xlabel("time")
        ax.legend()
    return figure


def arrivals(frame: pd.DataFrame) -> Figure:
    """Steps until the loss is below 1e-8, every run."""
    figure, ax = style.subplots(width=5.4)
    cell = frame.layers.astype(str) + " layers,\nscale " + frame.scale.map("{:g}".format)
    data = frame.assign(cell=cell)[frame.steps >= 0]
    sns.stripplot(
        data,
        x="cell",
        y="steps",
        hue="start",
        dodge=True,
        size=3,
        palette=[style.COLORS["blue"], style.COLORS["orange"]],
        ax=ax,
    )
    ax.set(yscale="log", xlabel="", ylabel="steps until the loss is below $10^{-8}$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper", title="start")
    ax.get_legend().remove()
    return figure


def _loss_panels(frame: pd.DataFrame, by: str, label: dict[float, str]) -> Figure:
    nets = list(frame.net.unique())
    figure, panels = style.subplots(1, len(nets), width=3.0, height=3.0, sharey=True, squeeze=False)
    values = [v for v in sorted(frame[by].unique()) if v]
    color = dict(zip(values, LINES[: len(values)], strict=True))
    top = 2 * frame[frame.t == 0].loss.max()
    for ax, net in zip(panels[0], nets, strict=True):
        for value, part in frame[frame.net == net].groupby(by):
            part = part[part.loss < top]
            look = {"color": color[value], "marker": "o", "markersize": 2.5} if value else {**style.THEORY, "zorder": 5}
            ax.plot(part.t, part.loss, **look, label=label[value])
        ax.set(xlabel="time", title=NAMES[net], yscale="log")
    panels[0, 0].set_ylabel("loss")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside right center")
    return figure


def losses(frame: pd.DataFrame) -> Figure:
    """Mean loss of descent at several rates and of the flow against time, a panel a network."""
    return _loss_panels(frame, "lr", {lr: f"lr = {lr:g}" if lr else "flow" for lr in frame.lr.unique()})


def refined_losses(frame: pd.DataFrame) -> Figure:
    """Mean loss of descent at a rate and at that rate over r, and of the flow, against time."""
    return _loss_panels(frame, "r", {r: f"lr / {r}" if r > 1 else ("lr" if r else "flow") for r in frame.r.unique()})


def _against(frame: pd.DataFrame, x: str, xlabel: str, slope: int) -> Figure:
    figure, ax = style.subplots(width=5.0)
    for net, part in frame.groupby("net", sort=False):
        mean = part.groupby(x).share.mean()
        ax.plot(part[x], part.share, ".", color=NETS[net], alpha=0.5)
        ax.plot(mean.index, mean, color=NETS[net], label=NAMES[net])
    at = np.array(sorted(frame[x].unique()), dtype=float)
    guide = frame[frame[x] == at[0]].share.min() * 0.7 * (at / at[0]) ** slope
    ax.plot(at, guide, **style.THEORY, label=f"slope {slope}")
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel="largest distance / distance travelled")
    ax.set_ylim(frame.share.min() / 3, min(3 * frame.share.max(), 3))
    ax.set_xticks(at, [f"{value:g}" for value in at])
    ax.minorticks_off()
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def distances(frame: pd.DataFrame) -> Figure:
    """Largest distance to the flow over the distance travelled against the learning rate, every run and means."""
    return _against(frame, "lr", "learning rate", 1)


def refinement(frame: pd.DataFrame) -> Figure:
    """Largest distance to the flow over the distance travelled at lr / r, every run and means."""
    return _against(frame, "r", "r, refinement of the step", -1)
