"""Figures of the Dirac-GAN and the small GANs, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

C = style.COLORS
SCHEMES = {"SimGD": C["orange"], "AltGD 1:1": C["blue"], "AltGD 1:5": C["green"]}
TITLES = {
    "GAN": "GAN",
    "NS": "non-saturating GAN",
    "WGAN": "WGAN, clipped",
    "WGAN-GP": "WGAN-GP",
    "consensus": "consensus",
    "noise": "instance noise",
    "R1": "gradient penalty",
    "R1 critical": "gradient penalty, critical",
    "NS R1": "non-saturating, penalty",
}
METHODS = {"instance_noise": "instance noise", "gradient_penalty": "gradient penalty", "consensus": "consensus"}


def eigenvalue_paths(frame: pd.DataFrame) -> Figure:
    """Eigenvalues in the complex plane as the strength grows."""
    figure, panels = style.subplots(1, 3, width=3.2, height=3.4, sharey=True)
    for ax, (method, title) in zip(panels, METHODS.items(), strict=True):
        part = frame[frame.method == method]
        line, points = part[part.kind == "formula"], part[part.kind == "measured"]
        for first in (0, 1):  # rows alternate between both eigenvalues
            branch = line.iloc[first::2]
            ax.plot(branch.re, branch.im, **style.THEORY, label="formula" if first else None)
        drawn = ax.scatter(points.re, points.im, c=points.strength, cmap="viridis", s=36, zorder=2, label="measured")
        ax.axvline(0, color="0.6", linewidth=0.8)
        ax.set(xlabel="real part", title=title)
        figure.colorbar(drawn, ax=ax, location="bottom", label="strength")
    panels[0].set_ylabel("imaginary part")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def nine_methods(frame: pd.DataFrame) -> Figure:
    """Rates of nine methods by formula and fitted to runs; beside them the eigenvalue, by formula and measured."""
    figure, ax = style.subplots(width=6.4, height=3.8)
    rows, known = np.arange(len(frame)), frame.re.notna()
    ax.barh(rows, frame.rate, color=C["sky"], height=0.6, label=r"$\log\,\max|1 + h\lambda|$")
    ax.plot(frame.fitted, rows, "o", color="0.15", markerfacecolor="white", label="fitted to a run")
    for row, line in zip(rows, frame.itertuples(), strict=True):
        values = (f"{line.re:+.3f} ± {line.im:.3f}i", f"{line.measured_re:+.3f} ± {line.measured_im:.3f}i")
        text = "   ".join(values) if known[row] else line.status
        ax.annotate(text, (1.03, row), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    ax.annotate("$\\lambda$ by formula, differentiated", (1.03, -0.9), xycoords=("axes fraction", "data"), fontsize=8)
    ax.axvline(0, color="0.6", linewidth=0.8)
    ax.set(xlabel=r"gain of $\log r$ a step, $h = 0.2$", ylim=(len(frame) - 0.4, -1.2))
    ax.set_yticks(rows, [TITLES[method] for method in frame.method])
    ax.locator_params(axis="x", nbins=5)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def decay(frame: pd.DataFrame) -> Figure:
    """Local rate of decay against the strength of the regularisation, for several step sizes."""
    figure, panels = style.subplots(1, 2, width=3.8, height=3.2, sharey=True)
    colors = dict(zip(sorted(frame.lr.unique()), (C["blue"], C["green"], C["orange"], C["red"]), strict=True))
    for ax, (method, part) in zip(panels, frame.groupby("method"), strict=True):
        for lr, line in part.groupby("lr"):
            ax.plot(line.relative, line.rate, color=colors[lr], label=f"$h = {lr:g}$")
        ax.axvline(1, **style.THEORY)
        ax.set(xlabel="strength over the critical one", title=method)
    panels[0].set_ylabel(r"$\log r$ gained per unit of time")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def vector_fields(frame: pd.DataFrame) -> Figure:
    """The nine fields with runs of three schemes from (1, 1)."""
    methods = list(frame.method.unique())
    figure, panels = style.subplots(3, 3, width=3.0, height=2.8, sharex=True, sharey=True)
    for ax, method in zip(panels.flat, methods, strict=True):
        part = frame[frame.method == method]
        field = part[part.kind == "field"]
        length = np.sqrt(np.hypot(field.v_theta, field.v_psi)).clip(1e-9)
        ax.quiver(field.theta, field.psi, field.v_theta / length, field.v_psi / length, color="0.75", width=0.006)
        for scheme, color in SCHEMES.items():
            path = part[part.kind == scheme]
            ax.plot(path.theta, path.psi, color=color, linewidth=1.0, label=scheme)
        ax.plot(0, 0, "+", color="0.15", markersize=9)
        ax.set(title=TITLES[method], xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))
    for ax in panels[-1]:
        ax.set_xlabel(r"generator $\theta$")
    for ax in panels[:, 0]:
        ax.set_ylabel(r"discriminator $\psi$")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def radii(frame: pd.DataFrame) -> Figure:
    """Distance from the equilibrium against the step, all methods."""
    figure, ax = style.subplots(width=5.4, height=3.8)
    lines = ("-", "--")
    colors = [C[name] for name in ("orange", "red", "purple", "brown", "green", "blue", "sky", "grey", "yellow")]
    for number, (method, part) in enumerate(frame.groupby("method", sort=False)):
        ax.plot(part.step, part.radius, color=colors[number], linestyle=lines[number % 2], label=TITLES[method])
    ax.set(yscale="log", xlabel="step", ylabel="radius $r$", ylim=(1e-6, 10))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def late_radii(frame: pd.DataFrame) -> Figure:
    """Extreme late radii of WGAN with a clip and with a penalty against the step size."""
    figure, panels = style.subplots(1, 2, width=3.6, height=3.2, sharey=True)
    schemes = {"simultaneous": (C["orange"], "o"), "alternating": (C["blue"], "s")}
    for ax, kind, title in zip(panels, ("clip", "penalty"), ("WGAN, clipped", "WGAN-GP"), strict=True):
        part = frame[frame.kind == kind]
        for scheme, (color, marker) in schemes.items():
            points = part[part.scheme == scheme]
            for end, fill in (("low", "none"), ("high", color)):
                word = {"low": "smallest", "high": "largest"}[end]
                label = f"{scheme}, {word}"
                ax.plot(points.lr, points[end], marker, color=color, markerfacecolor=fill, label=label)
        for end in ("low", "high"):
            line = part[part.scheme == "continuous"]
            ax.plot(line.lr, line[end], **style.THEORY)
        ax.set(xscale="log", xlabel="step size $h$", title=title)
    panels[0].set_ylim(bottom=0)
    panels[0].set_ylabel("late radius over clip or target")
    panels[0].plot([], [], label="continuous time", **style.THEORY)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def rates(frame: pd.DataFrame) -> Figure:
    """Radius along the runs of the regularised methods with the predicted slope."""
    figure, ax = style.subplots(width=5.4, height=3.8)
    colors = [C[name] for name in ("green", "blue", "sky", "purple", "grey", "brown", "orange")]
    for color, (method, part) in zip(colors, frame.groupby("method", sort=False), strict=True):
        ax.plot(part.step, part.radius, color=color, label=method)
        late = part[part.step >= 100]
        ax.plot(late.step, late.predicted, **{**style.THEORY, "linewidth": 0.9})
    ax.plot([], [], label="rate of the eigenvalues", **style.THEORY)
    ax.set(yscale="log", xlabel="step", ylabel="radius $r$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def squared_radius(frame: pd.DataFrame) -> Figure:
    """Squared radius of the non-saturating GAN against time."""
    figure, ax = style.subplots(width=5.4)
    colors = [C[name] for name in ("blue", "green", "purple", "brown")]
    runs = [(start, part) for start, part in frame.groupby("start", sort=False) if start != "SimGD 0.2"]
    for color, (start, part) in zip(colors, runs, strict=True):
        ax.plot(part.time, part.square, color=color, label=f"from {start}")
        ax.plot(part.time, part.predicted, **style.THEORY)
    coarse = frame[frame.start == "SimGD 0.2"]
    ax.plot(coarse.time, coarse.square, color=C["orange"], linestyle=":", linewidth=2, label="SimGD, $h = 0.2$")
    ax.plot([], [], label=r"$1/(1/r_0^2 + t/8)$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="time $t$", ylabel="squared radius $r^2$")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right upper")
    return figure


def cycle(frame: pd.DataFrame) -> Figure:
    """Relative excess of the cycle's squared radius over 2h."""
    figure, ax = style.subplots()
    for start, marker, label in ((1.0, "o", "from outside"), (0.05, "x", "from inside")):
        part = frame[frame.start == start]
        ax.plot(part.lr, -part.excess, marker, color=C["orange"], markersize=7, markerfacecolor="none", label=label)
    lr = np.geomspace(frame.lr.min(), frame.lr.max(), 20)
    ax.plot(lr, 0.1 * lr**2, label="accepted below $h^2/10$", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel="step size $h$", ylabel="$1 - r^2/2h$")
    ax.legend()
    return figure


def largest_step(frame: pd.DataFrame) -> Figure:
    """Largest step against the penalty, both schemes."""
    figure, ax = style.subplots(width=5)
    for scheme, color, marker in (("simultaneous", C["orange"], "o"), ("alternating", C["blue"], "s")):
        part = frame[frame.scheme == scheme]
        ax.plot(part.penalty, part.measured, marker, color=color, label=f"{scheme}, bisection")
        ax.plot(part.penalty, part.predicted, **{**style.THEORY, "color": color})
    ax.plot([], [], label="formula", **style.THEORY)
    ax.set(xscale="log", yscale="log", xlabel=r"penalty $\gamma$", ylabel="largest step size $h$")
    ax.legend()
    return figure


def rate_map(frame: pd.DataFrame) -> Figure:
    """Rate by formula over penalty and step size, with the largest step that bisection found."""
    figure, panels = style.subplots(1, 2, width=4.0, height=3.4, sharey=True)
    for ax, (scheme, part) in zip(panels, frame.groupby("scheme", sort=False), strict=True):
        table = part[part.kind == "rate"].pivot(index="lr", columns="penalty", values="value")
        drawn = ax.pcolormesh(
            table.columns, table.index, table.to_numpy(), cmap="RdBu_r", vmin=-1, vmax=1, shading="nearest"
        )
        ax.contour(table.columns, table.index, table.to_numpy(), levels=[0], colors="0.15", linewidths=1.3)
        found = part[part.kind == "bisection"]
        ax.plot(found.penalty, found.lr, "o", color="0.15", markerfacecolor="white", label="largest step, bisection")
        ax.set(xscale="log", yscale="log", xlabel=r"penalty $\gamma$", title=f"{scheme} steps")
    panels[0].set_ylabel("step size $h$")
    figure.colorbar(drawn, ax=panels, label=r"$\log$ of the spectral radius")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center")
    return figure


def drift(frame: pd.DataFrame) -> Figure:
    """Log ratio of the mean squared radius to that of the linearised map, by counts and step size."""
    import seaborn

    figure, ax = style.subplots(width=5.6)
    palette = dict(zip(sorted(frame.lr.unique()), (C["blue"], C["green"], C["orange"]), strict=True))
    seaborn.stripplot(
        frame, x="counts", y="log_ratio", hue="lr", palette=palette, dodge=True, jitter=False, ax=ax, size=4
    )
    ax.axhline(0, **style.THEORY)
    ax.set(xlabel="generator : discriminator steps a round", ylabel="log of mean $r^2$ over the linearised map's")
    ax.set_yscale("symlog", linthresh=1)
    handles, labels = ax.get_legend_handles_labels()
    ax.get_legend().remove()
    figure.legend(handles, [f"$h = {label}$" for label in labels], loc="outside right upper")
    return figure


def distances(frame: pd.DataFrame) -> Figure:
    """Energy distances of all runs, one column an arm."""
    import seaborn

    figure, ax = style.subplots(width=5.6)
    colors = {arm: C["orange"] if "none" in arm else C["blue"] for arm in frame.arm.unique()}
    seaborn.stripplot(
        frame, x="arm", y="log10_distance", hue="arm", palette=colors, jitter=0.2, size=4, legend=False, ax=ax
    )
    ax.axhline(-1.6, **style.THEORY)
    ax.set(xlabel="", ylabel="log10 of the energy distance")
    ax.tick_params(axis="x", rotation=20)
    return figure


def samples(frame: pd.DataFrame) -> Figure:
    """Generated points at the end of some runs."""
    arms = list(frame.arm.unique())
    figure, panels = style.subplots(len(arms), 3, width=2.6, height=2.0, sharex=True, sharey=True, squeeze=False)
    for row, arm in zip(panels, arms, strict=True):
        for run, ax in enumerate(row):
            part = frame[(frame.arm == arm) & (frame.run == run)]
            ax.plot([-1, 1], [0, 0], color="0.15", linewidth=3, alpha=0.35)
            ax.plot(part.x, part.y, ".", color=C["orange"] if "none" in arm else C["blue"], markersize=3)
            ax.set(title=f"{arm}, run {run + 1}", xlim=(-3.1, 3.1), ylim=(-3.1, 3.1))
            if (part[["x", "y"]] == 3).all(axis=None):  # where infinity was cut off
                ax.text(0, 0.5, "not finite", ha="center")
    return figure
