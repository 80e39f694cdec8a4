"""The figures of the toy and of regression, each drawn from the frame that stands in its CSV."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from optclaims import style

BLUE, ORANGE, GREEN, RED, PURPLE, GREY = (
    style.COLORS[name] for name in ("blue", "orange", "green", "red", "purple", "grey")
)
TAU = r"slow time $\tau = \hat\eta\hat\lambda\, t$"
DECAY = {"weight decay": BLUE, "no weight decay": ORANGE}
MISTAKES = {"denominator 4": RED, "numerator 1": PURPLE}


def _theory_label(ax: Axes, label: str) -> None:
    ax.plot([], [], **style.THEORY, label=label)


def identity(frame: pd.DataFrame) -> Figure:
    """Differences from gradient descent against the step, for equivalent descriptions and for mistakes."""
    colors = {
        "on the sphere": BLUE,
        "rescaled": GREEN,
        "no growth by weight decay": RED,
        "rate without 1/(1-eps)": PURPLE,
        "rescaled, same weight decay": ORANGE,
    }
    fig, axes = style.subplots(1, 2, sharey=True, sharex=True)
    titles = {"direction": "direction: largest coordinate", "rate": "effective rate: relative"}
    for ax, (column, title) in zip(axes, titles.items(), strict=True):
        for (kind, problem), part in frame.groupby(["kind", "problem"], sort=False):
            seen = part[part[column] > 0]
            line = "-" if kind in ("on the sphere", "rescaled") else ":"
            ax.plot(seen["step"], seen[column], line, lw=1.2, color=colors[kind], alpha=1 if problem == "toy" else 0.55)
        ax.axhline(1e-9, color="0.4", lw=0.8)
        ax.set(yscale="log", xlabel="step $t$", title=title)
    axes[0].set_ylabel("difference from gradient descent")
    handles = [Line2D([], [], color=c, ls=":" if n > 1 else "-", label=k) for n, (k, c) in enumerate(colors.items())]
    handles.append(Line2D([], [], color="0.4", lw=0.8, label="accepted"))
    fig.legend(handles=handles, loc="outside lower center", ncol=3)
    return fig


def entry(frame: pd.DataFrame) -> Figure:
    """rate * lambda_1 against slow time at the smallest eps, with and without weight decay."""
    fig, ax = style.subplots(width=5.2)
    part = frame[frame["eps"] == frame["eps"].min()]
    for (e0, one), color in zip(part.groupby("e0"), (BLUE, GREEN, ORANGE), strict=False):
        decays, without = one[one["decays"]], one[~one["decays"]]
        ax.plot(decays["tau"], decays["product"], color=color, label=f"$e_0 = {e0:g}$")
        ax.plot(decays["tau"], decays["free"], **style.THEORY)
        ax.plot(without["tau"], without["product"], ":", color=color)
    ax.axhline(2, color="0.4", lw=0.8)
    ax.plot([], [], ":", color="0.3", label="no weight decay")
    _theory_label(ax, r"$e_0 e^{2\tau}$")
    ax.set(
        xlabel=TAU,
        ylabel=r"$\tilde\eta_t \lambda_1$",
        ylim=(0, 2.25),
        xlim=(0, 1.1 * frame["tau"].where(frame["decays"]).max()),
    )
    ax.legend(loc="lower right", ncol=2)
    return fig


def orbits(frame: pd.DataFrame) -> Figure:
    """Phase plane of the oscillation with level lines of the energy."""
    fig, ax = style.subplots(width=5.0, height=4.0)
    descent, levels = frame[frame["kind"] == "descent"], frame[frame["kind"] == "level"]
    for _, part in levels.groupby("multiple"):
        ax.plot(part["x"], part["h"], **style.THEORY | {"zorder": 1})
    for (multiple, part), color in zip(descent.groupby("multiple"), (BLUE, GREEN, ORANGE), strict=False):
        ax.plot(part["x"], part["h"], ".", ms=4, color=color, label=rf"$x_0 = {multiple:g}\sqrt{{\epsilon/2}}$")
    ax.plot(np.sqrt(0.5), 0, "+", ms=9, color="0.15", label="equilibrium")
    _theory_label(ax, "constant energy $E$")
    ax.set(
        xlabel=r"offset from the minimisers $|x| / \sqrt{\epsilon}$",
        ylabel=r"distance from the edge $(\tilde\eta\lambda_1 - 2) / \sqrt{\epsilon}$",
        xlim=(0, None),
    )
    ax.legend(loc="upper right")
    return fig


def edge_distance(frame: pd.DataFrame) -> Figure:
    """Largest distance from the edge against eps."""
    fig, ax = style.subplots()
    markers = {"toy": "o", "regression": "s"}
    labels = {"weight decay": (BLUE, ""), "raw, weight decay": (RED, ", sharpness of $w$")}
    for (problem, kind), part in frame[frame["kind"].isin(labels)].groupby(["problem", "kind"], sort=False):
        color, suffix = labels[kind]
        ax.plot(part["eps"], part["most"], markers[problem], color=color, label=problem + suffix)
    toy = frame[(frame["problem"] == "toy") & (frame["kind"] == "weight decay")]
    _like_root_eps(ax, toy["eps"], toy["most"])
    ax.set_ylabel(r"$\max_t |\tilde\eta_t\lambda_1 - 2|$")
    ax.legend(loc="center left", bbox_to_anchor=(0.0, 0.62))
    return fig


def sphere(frame: pd.DataFrame) -> Figure:
    """The path on the sphere seen from above the equator, and single steps of a short stretch."""
    path, zoom = frame[frame["part"] == "path"], frame[frame["part"] == "zoom"]
    fig, axes = style.subplots(1, 2, width=4.4, height=3.9)
    ax = axes[0]
    for latitude in np.radians([-60, -30, 0, 30, 60]):
        _line(ax, np.linspace(-np.pi, np.pi, 400), np.full(400, latitude), equator=latitude == 0)
    for longitude in np.radians(np.arange(-180, 180, 30)):
        _line(ax, np.full(200, longitude), np.linspace(-np.pi / 2, np.pi / 2, 200))
    ax.add_patch(_circle())
    u, v, _ = _view(path["longitude"], path["latitude"])
    points = ax.scatter(u, v, c=path["tau"], s=5, cmap="viridis", zorder=4, linewidths=0)
    ax.plot(*_view(np.array([0.0]), np.array([0.0]))[:2], "*", ms=13, color=ORANGE, mec="0.15", zorder=5)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title("$w/\\|w\\|$ on the sphere; dark circle: minimisers")
    fig.colorbar(points, ax=ax, label=TAU, location="bottom", shrink=0.8, aspect=30)
    ax = axes[1]
    ax.axhline(0, color="0.15", lw=1.2)
    segments = np.stack(
        [zoom[["longitude", "latitude"]].to_numpy()[:-1], zoom[["longitude", "latitude"]].to_numpy()[1:]], 1
    )
    ax.add_collection(LineCollection(segments, colors="0.6", linewidths=0.6))
    ax.scatter(zoom["longitude"], zoom["latitude"], c=zoom["tau"], s=12, cmap="viridis", zorder=3, norm=points.norm)
    ax.invert_xaxis()
    ax.set(
        xlabel=r"longitude $\phi$ (the flattest point lies at 0)", ylabel="latitude: offset $x$", title="single steps"
    )
    return fig


def _view(longitude: pd.Series, latitude: pd.Series) -> tuple[np.ndarray, ...]:
    """Orthographic projection seen from longitude 35 degrees, 25 degrees above the equator; the third is the depth."""
    east, tilt = np.radians(35), np.radians(25)
    x = np.cos(latitude) * np.cos(longitude - east)
    y, z = np.cos(latitude) * np.sin(longitude - east), np.sin(latitude)
    return (
        np.asarray(y),
        np.asarray(z * np.cos(tilt) - x * np.sin(tilt)),
        np.asarray(x * np.cos(tilt) + z * np.sin(tilt)),
    )


def _line(ax: Axes, longitude: np.ndarray, latitude: np.ndarray, *, equator: bool = False) -> None:
    u, v, depth = _view(longitude, latitude)
    look = {"color": "0.15", "lw": 1.4, "zorder": 2} if equator else {"color": "0.8", "lw": 0.6, "zorder": 1}
    ax.plot(np.where(depth >= 0, u, np.nan), np.where(depth >= 0, v, np.nan), **look)


def _circle() -> Line2D:
    angle = np.linspace(0, 2 * np.pi, 400)
    from matplotlib.patches import Polygon

    return Polygon(np.c_[np.cos(angle), np.sin(angle)], closed=True, fill=False, edgecolor="0.5", lw=0.9)


def longitude(frame: pd.DataFrame) -> Figure:
    """Longitude against slow time for several eps on the flow, with two mistaken flows."""
    fig, ax = style.subplots(width=5.2)
    descent = frame[frame["kind"] == "descent"]
    shown = sorted(descent["eps"].unique(), reverse=True)[:3]
    for eps, color in zip(shown, (ORANGE, GREEN, BLUE), strict=False):
        part = descent[descent["eps"] == eps]
        ax.plot(
            part["tau"], part["angle"], color=color, lw=2.2, alpha=0.8, label=rf"descent, $\epsilon = {_power(eps)}$"
        )
    for kind, color in MISTAKES.items():
        part = frame[frame["kind"] == kind]
        ax.plot(part["tau"], part["angle"], ":", color=color, label=f"flow with {kind}")
    part = frame[frame["kind"] == "flow"]
    ax.plot(part["tau"], part["angle"], **style.THEORY, label="flow")
    ax.set(xlabel=TAU, ylabel=r"longitude $\phi$ of $w/\|w\|$")
    ax.legend()
    return fig


def _power(value: float) -> str:
    exponent = int(np.floor(np.log10(value) + 1e-9))
    factor = value / 10.0**exponent
    return f"10^{{{exponent}}}" if abs(factor - 1) < 1e-6 else rf"{factor:.0f}\cdot 10^{{{exponent}}}"


def flow_error(frame: pd.DataFrame) -> Figure:
    """Largest distance from the flow against eps, with slope 1/2, and for two mistaken flows."""
    fig, ax = style.subplots()
    for kind, color in {"flow": BLUE, **MISTAKES}.items():
        part = frame[frame["flow"] == kind]
        label = "the flow" if kind == "flow" else f"flow with {kind}"
        ax.plot(part["eps"], part["error"], "o" if kind == "flow" else "x", color=color, label=label)
    part = frame[frame["flow"] == "flow"]
    _like_root_eps(ax, part["eps"], part["error"])
    ax.set_ylabel(r"$\max_\tau |\phi - \phi_{\rm flow}|$")
    ax.legend(loc="lower right")
    return fig


def _like_root_eps(ax: Axes, eps: pd.Series, values: pd.Series) -> None:
    """Logarithmic axes over eps, with a line of slope 1/2 through the middle of the values."""
    middle = np.exp(np.log(values / np.sqrt(eps)).mean())
    ax.plot(eps, middle * np.sqrt(eps), **style.THEORY, label="slope 1/2")
    ax.set(xscale="log", yscale="log", xlabel=r"$\epsilon = \hat\eta\hat\lambda$")


def min_norm(frame: pd.DataFrame) -> Figure:
    """Angle to the minimum-norm interpolant and excess sharpness against slow time, on the closed form."""
    fig, axes = style.subplots(1, 2, sharex=True)
    closed, runs = frame[frame["seed"] < 0], frame[frame["seed"] >= 0]
    labels = {
        "tangent": r"$\tan\alpha$, angle to the minimum-norm solution",
        "excess": r"$\lambda_1 / \lambda_1(\alpha = 0)$",
    }
    for ax, (column, label) in zip(axes, labels.items(), strict=True):
        thinned = runs.groupby("seed").nth(slice(None, None, max(1, len(closed) // 20)))
        ax.plot(thinned["tau"], thinned[column], "o", ms=4, color=BLUE, alpha=0.5, label="descent, all data sets")
        form = r"$3\,e^{-\tau}$" if column == "tangent" else r"$1 + 9\,e^{-2\tau}$"
        ax.plot(closed["tau"], closed[column], **style.THEORY, label=f"flow: {form}")
        ax.set(yscale="log", xlabel=TAU, ylabel=label)
        ax.legend()
    return fig


def mean_square(frame: pd.DataFrame) -> Figure:
    """Mean square of the oscillation over its prediction, by tenths of the run."""
    fig, ax = style.subplots()
    ax.axhspan(0.95, 1.05, color="0.9")
    for column, color, label in (
        ("flow", BLUE, r"over $2\epsilon/(4 + G^2)$"),
        ("denominator 4", ORANGE, r"over $2\epsilon/4$"),
    ):
        ax.plot(frame["tau"], frame[column], "o", ms=4, color=color, alpha=0.6, label=label)
    ax.axhline(1, **style.THEORY)
    ax.set(xlabel=TAU, ylabel=r"$\overline{x^2}$ over its prediction", ylim=(0, 1.2))
    ax.legend(loc="lower right")
    return fig


def test_error(frame: pd.DataFrame) -> Figure:
    """Test error against slow time and against sharpness, with and without weight decay."""
    fig, axes = style.subplots(1, 2, sharey=True)
    for (kind, _), part in frame.groupby(["kind", "seed"], sort=False):
        axes[0].plot(part["tau"], part["rmse"], color=DECAY[kind], lw=1, alpha=0.7)
        axes[1].plot(
            part["sharpness"], part["rmse"], "." * (kind != "weight decay") or "-", color=DECAY[kind], lw=1, alpha=0.7
        )
    for ax in axes:
        ax.axhline(1, **style.THEORY)
    handles = [Line2D([], [], color=color, label=kind) for kind, color in DECAY.items()]
    handles.append(Line2D([], [], label="minimum-norm interpolant", **style.THEORY))
    axes[0].legend(handles=handles)
    axes[0].set(xlabel=TAU, ylabel="test error, relative to minimum norm")
    axes[1].set(xlabel=r"spherical sharpness $\lambda_1$", xscale="log")
    return fig


def rmsprop(frame: pd.DataFrame) -> Figure:
    """Longitude against slow time for gradient descent and for RMSprop on the sphere, on their flows."""
    fig, ax = style.subplots(width=5.2)
    descent = frame[frame["kind"] == "descent"]
    ax.plot(descent["tau"], descent["angle"], color=GREY, lw=4, alpha=0.6, label="descent with weight decay")
    kinds = [kind for kind in frame["kind"].unique() if kind.startswith("RMSprop")]
    for kind, color in zip(kinds, (BLUE, ORANGE), strict=False):
        memory = kind.split()[1]
        part, flow = frame[frame["kind"] == kind], frame[frame["kind"] == f"flow {memory}"]
        ax.plot(part["tau"], part["angle"], color=color, label=f"RMSprop on the sphere, $C_b = {memory}$")
        ax.plot(flow["tau"], flow["angle"], **style.THEORY)
    _theory_label(ax, "flow with the same $C_b$")
    ax.set(xlabel=TAU, ylabel=r"longitude $\phi$")
    ax.legend()
    return fig
