"""Loss curves and other lines: theory dashed, recursions solid, sampled means as points with two standard errors."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from optclaims import style

__all__ = [
    "boundary",
    "budget",
    "constants",
    "differences",
    "first_step",
    "line",
    "losses",
    "medians",
    "momentum_scan",
    "rates",
    "ratios",
    "relative",
    "spectrum",
    "transform",
]

PALETTE = [style.COLORS[name] for name in ("blue", "orange", "green", "red", "purple", "brown", "sky", "pink")]


def _panels(frame: pd.DataFrame, **size: float) -> tuple[Figure, list[tuple[str, pd.DataFrame, Axes]]]:
    names = list(dict.fromkeys(frame["panel"]))
    columns = 2 if len(names) == 4 else min(len(names), 3)
    fig, axes = style.subplots(-(-len(names) // columns), columns, squeeze=False, **size)
    for empty in axes.flat[len(names) :]:
        empty.set_axis_off()
    return fig, [(name, frame[frame["panel"] == name], ax) for name, ax in zip(names, axes.flat, strict=False)]


def _curve(ax: Axes, data: pd.DataFrame, color: str, label: str, dashes: object = None) -> None:
    kind, x, y = data["kind"].iloc[0], "t", "loss"
    if kind == "theory":
        ax.plot(data[x], data[y], **{**style.THEORY, "color": color, "linestyle": dashes}, label=label)
    elif kind == "sampled":
        error = 2 * data["stderr"]
        ax.errorbar(data[x], data[y], error, color=color, fmt="o", markersize=3.5, capsize=2, linewidth=1, label=label)
    else:
        ax.plot(data[x], data[y], color=color, label=label)


def _curves(ax: Axes, data: pd.DataFrame) -> None:
    """Draw all curves of a panel; theory is dark, a second theory line dotted."""
    dashes = iter([style.THEORY["linestyle"], ":", "-."])
    for color, (label, curve) in zip(PALETTE, data.groupby("curve", sort=False), strict=False):
        theory = curve["kind"].iloc[0] == "theory"
        _curve(ax, curve, "0.15" if theory else color, label, next(dashes) if theory else None)


def line(panel: str, curve: str, kind: str, t: ArrayLike, loss: ArrayLike, stderr: ArrayLike = 0.0) -> pd.DataFrame:
    """Rows of one curve for `losses`: kind is ``sampled`` (with its standard error), ``recursion`` or ``theory``."""
    return pd.DataFrame({"panel": panel, "curve": curve, "kind": kind, "t": t, "loss": loss, "stderr": stderr})


def losses(frame: pd.DataFrame) -> Figure:
    """Loss against step, log-log; columns panel, curve, kind (theory, recursion, sampled), t, loss, stderr (of
    sampled).
    """
    fig, panels = _panels(frame)
    for name, data, ax in panels:
        _curves(ax, data)
        ax.set(xscale="log", yscale="log", title=name, xlabel="step $t$", ylabel="mean loss $L(t)$")
        ax.legend()
    return fig


def relative(frame: pd.DataFrame) -> Figure:
    """Loss over the exact mean loss against step; columns as for `losses`, both divided by the exact loss."""
    fig, panels = _panels(frame, height=3.0)
    for name, data, ax in panels:
        _curves(ax, data)
        ax.set(xscale="log", title=name, xlabel="step $t$", ylabel="loss / that of all second moments")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=7)
    return fig


def ratios(frame: pd.DataFrame) -> Figure:
    """Loss over its asymptotic law against step; columns panel, curve, t, ratio, bound (accepted distance from 1 at the
    end).
    """
    fig, panels = _panels(frame)
    for name, data, ax in panels:
        for color, (label, curve) in zip(PALETTE, data.groupby("curve", sort=False), strict=False):
            ax.plot(curve["t"], curve["ratio"], color=color, label=label)
        last, bound = data["t"].max(), data["bound"].iloc[0]
        ax.errorbar(
            [last], [1], [[bound], [bound]], color="0.15", capsize=4, linewidth=1.5, label="accepted at the end"
        )
        ax.axhline(1, **style.THEORY)
        ax.set(xscale="log", title=name, xlabel="step $t$", ylabel="loss / asymptotic law", ylim=(0.7, 1.3))
        ax.legend()
    return fig


def differences(frame: pd.DataFrame) -> Figure:
    """Relative difference of approximations to the exact recursion; columns panel, curve, t, difference."""
    fig, panels = _panels(frame)
    for name, data, ax in panels:
        for color, (label, curve) in zip(PALETTE, data.groupby("curve", sort=False), strict=False):
            ax.plot(curve["t"], curve["difference"], color=color, marker=".", markersize=3, label=label)
        ax.set(yscale="log", title=name, xlabel="step $t$", ylabel="$|L_{SE}(t) / L_{exact}(t) - 1|$")
        ax.legend()
    return fig


def transform(frame: pd.DataFrame) -> Figure:
    """Generating function against z: closed form as line, series as points; columns setting, kind, z, value."""
    fig, ax = style.subplots()
    for color, (label, data) in zip(PALETTE, frame.groupby("setting", sort=False), strict=False):
        line, points = data[data["kind"] == "closed form"], data[data["kind"] == "series"]
        ax.plot(line["z"], line["value"], **{**style.THEORY, "color": color})
        ax.plot(points["z"], points["value"], "o", color=color, label=label)
    ax.set(yscale="log", xlabel="$z$", ylabel=r"$\tilde L(z) = \sum_t L(t) z^t$")
    ax.legend(title="series of the recursion (points),\nclosed form (dashed)")
    return fig


def boundary(frame: pd.DataFrame) -> Figure:
    """Stability boundary against momentum; columns panel, curve (boundary or a bound), momentum, lr."""
    fig, panels = _panels(frame)
    lines = {
        "boundary": {"color": style.COLORS["blue"], "linewidth": 2},
        "probe: decays": {"color": style.COLORS["green"]},
    }
    for name, data, ax in panels:
        for label, curve in data.groupby("curve", sort=False):
            if label.startswith("probe"):
                mark = {"marker": "v" if "decays" in label else "^", "linestyle": "none"}
                color = style.COLORS["green" if "decays" in label else "red"]
                ax.plot(curve["momentum"], curve["lr"], **mark, color=color, label=label)
            else:
                dashes = {"linestyle": ":" if "noiseless" in label else "--", "color": "0.15"}
                ax.plot(curve["momentum"], curve["lr"], **lines.get(label, dashes), label=label)
        top = 1.15 * data.loc[data["curve"] == "boundary", "lr"].max()
        ax.set(title=name, xlabel=r"momentum $\beta$", ylabel=r"learning rate $\alpha \lambda_{max}$", ylim=(0, top))
        ax.legend()
    return fig


def rates(frame: pd.DataFrame) -> Figure:
    """Optimal learning rate: loss at the end against learning rate; columns panel, lr, loss, formula (its optimum)."""
    fig, panels = _panels(frame)
    for name, data, ax in panels:
        ax.plot(data["lr"], data["loss"], color=PALETTE[0], label="recursion, $\\beta = 0$")
        best = data.loc[data["loss"].idxmin()]
        ax.plot(best["lr"], best["loss"], "o", color=PALETTE[1], label=f"minimum, $\\alpha = {best['lr']:.3f}$")
        ax.axvline(data["formula"].iloc[0], **style.THEORY, label=f"formula, $\\alpha = {data['formula'].iloc[0]:.3f}$")
        ax.set(yscale="log", title=name, xlabel=r"learning rate $\alpha$", ylabel="loss after $T$ steps")
        ax.legend()
    return fig


def momentum_scan(frame: pd.DataFrame) -> Figure:
    """Loss over its minimum against momentum at fixed learning rate; columns panel, curve, momentum, loss."""
    fig, panels = _panels(frame, width=3.8)
    for name, data, ax in panels:
        for color, (label, curve) in zip(PALETTE, data.groupby("curve", sort=False), strict=False):
            best = curve.loc[curve["loss"].idxmin()]
            relative = curve["loss"] / best["loss"]
            ax.plot(curve["momentum"], relative, color=color, label=f"{label}: minimum at {best['momentum']:+.2f}")
            ax.plot(best["momentum"], 1, "o", color=color)
        ax.axvline(0, color="0.6", linewidth=0.8)
        ax.set(title=name, xlabel=r"momentum $\beta$", ylabel="loss / smallest loss")
        ax.legend()
    return fig


def constants(frame: pd.DataFrame) -> Figure:
    """Signal constant against momentum at fixed effective rate; columns momentum, constant, measured (or 0)."""
    fig, ax = style.subplots()
    ax.plot(1 - frame["momentum"], frame["constant"], **style.THEORY, label="$C_s$, closed form")
    points = frame[frame["measured"] > 0]
    ax.plot(1 - points["momentum"], points["measured"], "o", color=PALETTE[0], label=r"$L(T)\, T^{\zeta}$, recursion")
    ax.set(
        xscale="log",
        xlabel=r"$1 - \beta$ (momentum grows to the left)",
        ylabel=r"$C_s$ at fixed $\alpha / (1 - \beta)$",
    )
    ax.legend()
    return fig


def spectrum(frame: pd.DataFrame) -> Figure:
    """Eigenvalues and tail sums of the signal with power-law fits; columns curve, k, value, fit (0 outside)."""
    fig, ax = style.subplots()
    for color, (label, curve) in zip(PALETTE, frame.groupby("curve", sort=False), strict=False):
        ax.plot(curve["k"], curve["value"], color=color, label=label)
        window = curve[curve["fit"] > 0]
        slope = np.polyfit(np.log(window["k"]), np.log(window["fit"]), 1)[0]
        ax.plot(window["k"], window["fit"], **style.THEORY, label=f"fit $k^{{{slope:.2f}}}$")
    ax.set(xscale="log", yscale="log", xlabel="mode $k$", ylabel="relative to $k = 1$", ylim=(1e-5, 2))
    ax.legend()
    return fig


def first_step(frame: pd.DataFrame) -> Figure:
    """Noise after one step against the number of modes; columns nu, modes, noise."""
    fig, ax = style.subplots()
    for color, (nu, data) in zip(PALETTE, frame.groupby("nu"), strict=False):
        ax.plot(
            data["modes"], data["noise"] / data["noise"].iloc[0], "o-", color=color, label=rf"$\nu = {nu:g}$, recursion"
        )
        guide = (data["modes"] / data["modes"].iloc[0]) ** max(1 - 2 * nu, 0)
        ax.plot(data["modes"], guide, **{**style.THEORY, "color": color}, label=rf"$N^{{{max(1 - 2 * nu, 0):.1f}}}$")
    ax.set(xscale="log", yscale="log", xlabel="number of modes $N$", ylabel="noise in $L(1)$, relative", ylim=(0.9, 16))
    ax.legend(ncols=2, loc="upper left")
    return fig


def budget(frame: pd.DataFrame) -> Figure:
    """Loss against samples used; columns panel, curve, kind, t (samples), loss (relative to the start), stderr."""
    fig, panels = _panels(frame, width=4.0)
    for name, data, ax in panels:
        for color, (label, curve) in zip(PALETTE, data.groupby("curve", sort=False), strict=False):
            _curve(ax, curve, color, label)
        ax.set(xscale="log", yscale="log", title=name, xlabel="samples used $t b$", ylabel="$L / L(0)$")
        ax.legend()
    return fig


def medians(frame: pd.DataFrame) -> Figure:
    """Median loss of sampled runs on either side of the boundary; columns panel, curve, t, loss."""
    fig, panels = _panels(frame, width=3.6, height=2.9)
    for name, data, ax in panels:
        for color, (label, curve) in zip(PALETTE, data.groupby("curve", sort=False), strict=False):
            ax.plot(curve["t"], curve["loss"], color=color, label=label)
        ax.set(xscale="log", yscale="log", title=name, xlabel="step $t$", ylabel="median loss", ylim=(None, 1e4))
        ax.legend()
    return fig
