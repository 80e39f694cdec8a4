"""How the figures are drawn: functions from the table that was written to a matplotlib figure."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from optclaims import style

BLUE, ORANGE, GREEN, RED = (style.COLORS[name] for name in ("blue", "orange", "green", "red"))
PALETTE = [style.COLORS[name] for name in ("blue", "orange", "green", "red", "purple", "brown", "sky", "grey")]
METHODS = {"sign": ("signSGD", BLUE), "sgd": ("SGD", ORANGE), "adam": ("Adam", GREEN)}


def curve_table(
    curves: NDArray[np.float64], ode: NDArray[np.float64], times: NDArray[np.float64], **keys: object
) -> pd.DataFrame:
    """Long table of simulated curves (runs, times): mean, its standard error, 10 and 90 % quantiles, and the theory."""
    low, high = np.quantile(curves, [0.1, 0.9], axis=0)
    error = curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
    columns = {"time": times, "mean": curves.mean(axis=0), "stderr": error, "low": low, "high": high, "ode": ode}
    return pd.DataFrame({**keys, **columns})


def draw_curves(ax: Axes, part: pd.DataFrame, label: str, color: str, *, theory: str = "") -> None:
    """One series with its 80 % band of runs, its mean, and its theory as a dashed line."""
    style.band(ax, part.time, part.low, part.high, color=color)
    ax.plot(part.time, part["mean"], color=color, label=label)
    ax.plot(part.time, part.ode, **style.THEORY, label=theory or None)


def risk(table: pd.DataFrame) -> Figure:
    """Risk against time, one panel for each covariance."""
    names = table.covariance.unique()
    fig, axes = style.subplots(1, len(names), width=4.0, sharex=True)
    for ax, name in zip(axes, names, strict=True):
        for method, (label, color) in list(METHODS.items())[:2]:
            part = table[(table.covariance == name) & (table.method == method)]
            draw_curves(ax, part, f"{label}, mean and 80 % of runs", color, theory="risk equation" * (method == "sgd"))
        median = table[(table.covariance == name) & (table.method == "signHSGD")]
        if len(median):
            ax.plot(median.time, median["mean"], "o", ms=3.5, color=GREEN, label="signHSGD, median")
        ax.set(yscale="log", xlabel="time $t = k/d$", title=name)
    axes[0].set_ylabel("excess risk $R$")
    axes[1].legend(*axes[0].get_legend_handles_labels())
    return fig


def concentration(table: pd.DataFrame) -> Figure:
    """Median sup-gap against the dimension, both logarithmic, with lines of slope -1/2."""
    fig, ax = style.subplots()
    for method, part in table.groupby("method", sort=False):
        label, color = METHODS[method]
        style.band(ax, part.d, part.low, part.high, color=color)
        ax.plot(part.d, part.gap, "o", color=color, label=f"{label}, median and 80 % of runs")
        guide = np.exp(np.mean(np.log(part.gap * np.sqrt(part.d)))) / np.sqrt(part.d)
        ax.plot(part.d, guide, **style.THEORY, label="slope $-1/2$" if method == "sgd" else None)
    ax.set(xscale="log", yscale="log", xlabel="dimension $d$", ylabel=r"$\sup_t |R - R_{\mathrm{ode}}|$ of a run")
    ax.set_xticks(table.d.unique(), [str(d) for d in table.d.unique()])
    ax.set_xticks([], minor=True)
    ax.legend()
    return fig


FLUCTUATIONS = {"signSGD": BLUE, "signHSGD": ORANGE, "corrected": GREEN}


def histogram_table(samples: dict[str, NDArray[np.float64]], **keys: object) -> pd.DataFrame:
    """Long table of densities of several samples over common bins."""
    everything = np.concatenate(list(samples.values()))
    edges = np.linspace(*np.quantile(everything, [0.001, 0.999]), 29)
    centres = (edges[1:] + edges[:-1]) / 2
    width = np.diff(edges)
    parts = []
    for name, sample in samples.items():
        counts = np.histogram(sample, edges)[0]
        density, error = counts / (sample.size * width), np.sqrt(counts + 1) / (sample.size * width)
        parts.append(pd.DataFrame({**keys, "process": name, "risk": centres, "density": density, "stderr": error}))
    return pd.concat(parts)


def fluctuations(table: pd.DataFrame) -> Figure:
    """Densities of the risk at t = 1 for signSGD, the published equation and the corrected one."""
    sizes = table.d.unique()
    fig, axes = style.subplots(1, len(sizes), squeeze=False)
    labels = {
        "signSGD": "signSGD",
        "signHSGD": "signHSGD, noise $K_\\sigma$",
        "corrected": "noise $K_\\sigma - \\mu\\mu^\\top$",
    }
    for ax, d in zip(axes[0], sizes, strict=True):
        for name, color in FLUCTUATIONS.items():
            part = table[(table.d == d) & (table.process == name)]
            if name == "signSGD":
                style.band(ax, part.risk, 0, part.density, color=color, step="mid", label=labels[name])
            else:
                ax.plot(part.risk, part.density, color=color, label=labels[name])
        ax.set(xlabel="excess risk $R$ at $t = 1$", ylabel="density", title=f"$d = {d}$", ylim=(0, None))
        ax.legend()
    return fig


def series(table: pd.DataFrame, column: str, labels: dict[object, str] | None = None) -> Axes:
    """One panel with a curve, band and theory line for each value of a column; returns the axes."""
    _, ax = style.subplots(width=5.2, height=3.6)
    values = list(table[column].unique())
    for value, color in zip(values, PALETTE, strict=False):
        part = table[table[column] == value]
        label = labels[value] if labels else str(value)
        draw_curves(ax, part, label, color, theory="risk equation" if value == values[-1] else "")
    ax.set(yscale="log", xlabel="time $t = k/d$", ylabel="excess risk $R$")
    return ax


def copies(table: pd.DataFrame) -> Figure:
    """SignSGD and SGD with several learning rates; only the first two have an equation of their own."""
    fig, ax = style.subplots(width=5.2, height=3.6)
    styles = {"signSGD": (BLUE, "-"), "matched SGD": (ORANGE, (0, (1, 1.2)))}
    for name, color in zip(table.series.unique(), (BLUE, ORANGE, "0.45", "0.7"), strict=True):
        part = table[table.series == name]
        label = {
            "matched SGD": r"SGD, rate $\frac{2}{\pi}\eta/\sqrt{2P}$",
            "matched without 2/pi": r"SGD, rate $\eta/\sqrt{2P}$",
        }
        width = 3 if name == "matched SGD" else 1.6
        ax.plot(
            part.time,
            part["mean"],
            color=color,
            ls=styles.get(name, ("", "-."))[1],
            lw=width,
            label=label.get(name, name),
        )
    ax.plot(
        *table[table.series == "signSGD"][["time", "ode"]].to_numpy().T,
        **style.THEORY,
        label="risk equation of signSGD",
    )
    ax.set(yscale="log", xlabel="time $t = k/d$", ylabel="mean excess risk $R$")
    ax.legend()
    return fig


def stability(table: pd.DataFrame) -> Figure:
    """Risk of signSGD with steps scaled by the residual, below and above the edge."""
    labels = {rate: rf"$\tilde\eta = {rate:g}$" for rate in table.rate.unique()}
    ax = series(table, "rate", labels)
    ax.set_title(r"steps $\frac{\pi}{2}\tilde\eta\sqrt{2P}\,\mathrm{sign}(g)/d$; edge $8/\pi^2 = 0.81$")
    ax.legend(title="mean and 80 % of runs")
    return ax.figure


def noiseless(table: pd.DataFrame) -> Figure:
    """m = sqrt(2 R) without noise: a line down to a floor."""
    fig, ax = style.subplots(width=5.2, height=3.6)
    style.band(ax, table.time, table.low, table.high, color=BLUE)
    ax.plot(table.time, table["mean"], color=BLUE, label="signSGD, mean and 80 % of runs")
    ax.plot(table.time, table.ode, **style.THEORY, label=r"$\dot m = -2\eta/\pi + \eta^2/(2m)$")
    ax.axhline(table.ode.iloc[-1], color="0.6", lw=0.8, label=r"floor $\pi\eta/4$")
    ax.set(xlabel="time $t = k/d$", ylabel=r"$m = \sqrt{2R}$", ylim=(0, None))
    ax.legend()
    return fig


def greedy(table: pd.DataFrame) -> Figure:
    """Greedy signSGD and SGD, one panel for each noise law."""
    names = table.noise.unique()
    fig, axes = style.subplots(1, len(names), width=4.0)
    for ax, name in zip(axes, names, strict=True):
        for method, part in table[table.noise == name].groupby("method", sort=False):
            label, color = METHODS[method]
            draw_curves(ax, part, f"{label}, mean and 80 % of runs", color, theory="risk equation" * (method == "sgd"))
        ax.set(yscale="log", xlabel="time $t = k/d$", title=name)
    axes[0].set_ylabel("excess risk $R$")
    axes[0].legend()
    return fig


def psi(table: pd.DataFrame) -> Figure:
    """Noise compression against the risk: lines in closed form, points by Monte Carlo with 95 % intervals."""
    fig, ax = style.subplots(width=5.6, height=3.8)
    for (law, part), color in zip(table.groupby("law", sort=False), PALETTE, strict=False):
        line, points = part[part.kind == "theory"], part[part.kind == "Monte Carlo"]
        ax.plot(line.risk, line.psi, color=color, label=law)
        ax.errorbar(points.risk, points.psi, 1.96 * points.stderr, fmt="o", color=color, capsize=2)
    ax.axhline(np.pi / 2, color="0.4", lw=0.9, ls=":")
    ax.text(90, np.pi / 2 + 0.02, r"$\pi/2$: greedy signSGD overtakes greedy SGD", ha="right", va="bottom", fontsize=8)
    ax.set(xscale="log", xlabel="excess risk $R$ (noise variance 1/4)", ylabel=r"noise compression $\psi(R)$")
    ax.legend(ncols=2, title="lines: theory; points: one-step Monte Carlo")
    return fig


def heavy_tails(table: pd.DataFrame) -> Figure:
    """Risk of signSGD and SGD under heavy-tailed noise, one panel for each law, the largest rate solid."""
    laws = table.law.unique()
    fig, axes = style.subplots(1, len(laws), width=4.0, sharey=True)
    rates = sorted(table.rate.unique())
    for ax, law in zip(axes, laws, strict=True):
        for method, (label, color) in list(METHODS.items())[:2]:
            for rate, line in zip(rates, ("-", "-.", ":")[: len(rates)], strict=True):
                part = table[(table.law == law) & (table.method == method) & (table.rate == rate)]
                style.band(ax, part.time, part.low, part.high, color=color)
                value = part["mean"] if method == "sign" else part.ode
                what = "mean" if method == "sign" else "median"
                ax.plot(part.time, value, color=color, ls=line, label=rf"{label}, $\eta = {rate:g}$, {what}")
                if method == "sign":
                    ax.plot(
                        part.time,
                        part.ode,
                        **style.THEORY,
                        label="risk equation of signSGD" if rate == rates[-1] else None,
                    )
        ax.set(yscale="log", xlabel="time $t = k/d$", title=law)
    axes[0].set_ylabel("excess risk $R$; band: 80 % of runs")
    axes[-1].legend()
    return fig


def limit_risk(table: pd.DataFrame) -> Figure:
    """Limiting risk against the learning rate: Gaussian noise of several sizes, and several laws."""
    fig, axes = style.subplots(1, 2, sharey=True)
    gaussian = ["no noise", "Gaussian, v = 0.5", "Gaussian, v = 2"]
    for ax, laws in zip(axes, (gaussian, [n for n in table.law.unique() if n not in gaussian]), strict=True):
        for law, color in zip(laws, PALETTE, strict=False):
            line, points = (table[(table.law == law) & (table.kind == kind)] for kind in ("theory", "simulation"))
            ax.plot(line.rate, line.risk, color=color, label=law)
            ax.errorbar(points.rate, points.risk, 1.96 * points.stderr, fmt="o", color=color, capsize=2)
        ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$")
        ax.legend(title="lines: theory; points: simulation")
    axes[0].set_ylabel(r"limiting risk $R_\infty$")
    return fig


def sgd_limit(table: pd.DataFrame) -> Figure:
    """Limiting risk of SGD up to its stability edge."""
    fig, ax = style.subplots(width=5.2)
    line, points = (table[table.kind == kind] for kind in ("theory", "simulation"))
    ax.plot(line.rate, line.risk, **style.THEORY, label="limit of the risk equation")
    ax.errorbar(
        points.rate, points.risk, 1.96 * points.stderr, fmt="o", color=ORANGE, capsize=2, label="SGD, time average"
    )
    ax.axvline(2, color="0.5", lw=0.9, ls=":", label="stability edge")
    ax.set(yscale="log", xlabel=r"learning rate $\eta$ ($K = I$)", ylabel=r"limiting risk $R_\infty$")
    ax.legend()
    return fig


def speed_up(table: pd.DataFrame) -> Figure:
    """Ratio of the convergence rates of signSGD and SGD against the condition number of K."""
    fig, ax = style.subplots(width=5.2)
    for (axes, part), color in zip(table.groupby("axes", sort=False), (BLUE, ORANGE), strict=True):
        ax.plot(part.condition, part.ratio, "o", color=color, label=f"{axes} $K$, linearised equations")
        ax.plot(part.condition, part.closed, **style.THEORY, label="closed form" if axes == "rotated" else None)
    ax.axhline(1, color="0.6", lw=0.8)
    ax.set(xscale="log", yscale="log", xlabel=r"condition number of $K$", ylabel="rate of signSGD / rate of SGD")
    ax.legend()
    return fig


def approach(table: pd.DataFrame) -> Figure:
    """Approach to the common limiting risk, one panel for each covariance."""
    names = table["axes"].unique()
    fig, panels = style.subplots(1, len(names), width=4.0, sharey=True)
    for ax, name in zip(panels, names, strict=True):
        for method, (label, color) in list(METHODS.items())[:2]:
            part = table[(table["axes"] == name) & (table.method == method)]
            draw_curves(ax, part, f"{label}, mean and 80 % of runs", color, theory="risk equation" * (method == "sgd"))
        ax.axhline(0.02, color="0.6", lw=0.8, label=r"$R_\infty$")
        ax.set(yscale="log", xlabel="time $t = k/d$", title=f"{name} $K$")
    panels[0].set_ylabel("excess risk $R$")
    panels[0].legend()
    return fig


def matrix_table(matrices: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Long table of the entries of several square matrices."""
    parts = []
    for name, matrix in matrices.items():
        i, j = np.indices(matrix.shape)
        parts.append(pd.DataFrame({"matrix": name, "i": i.ravel(), "j": j.ravel(), "value": matrix.ravel()}))
    return pd.concat(parts)


def matrices(table: pd.DataFrame) -> Figure:
    """Heat maps of the matrices and their eigenvalues."""
    names = table.matrix.unique()
    import seaborn

    fig, (*panels, bar, spectrum) = style.subplots(
        1, len(names) + 2, width=2.8, height=3.0, gridspec_kw={"width_ratios": [*[1] * len(names), 0.06, 1]}
    )
    marks = dict(zip(names, (("s", ORANGE), ("_", "0.15"), ("o", BLUE)), strict=True))
    scale = {"vmin": 0, "vmax": 1, "cmap": "viridis", "square": True, "linewidths": 0, "cbar_ax": bar}
    for ax, name in zip(panels, names, strict=True):
        matrix = table[table.matrix == name].pivot(index="i", columns="j", values="value").to_numpy()
        seaborn.heatmap(
            matrix, ax=ax, xticklabels=5, yticklabels=5, cbar=ax is panels[-1], cbar_kws={"label": "entry"}, **scale
        )
        ax.set(title=name, xlabel="feature $j$")
        marker, color = marks[name]
        values = np.linalg.eigvalsh(matrix)[::-1]
        spectrum.plot(
            np.arange(1, values.size + 1), values, marker, color=color, ms=9 if marker == "_" else 4, label=name
        )
    panels[0].set_ylabel("feature $i$")
    spectrum.set(yscale="log", xlabel="rank", ylabel="eigenvalue", title="eigenvalues")
    spectrum.legend(fontsize=7.5)
    return fig


def coefficients(table: pd.DataFrame) -> Figure:
    """Adam's coefficients against 1 - beta2."""
    fig, ax = style.subplots(width=5.2)
    line, points = (table[table.kind == kind] for kind in ("quadrature", "Monte Carlo"))
    series = {
        r"drift $\varphi_A$": (lambda t: t.phi, BLUE),
        r"noise $c_A$": (lambda t: t.c, ORANGE),
        r"$c_A / \varphi_A^2$": (lambda t: t.c / t.phi**2, GREEN),
    }
    for label, (value, color) in series.items():
        ax.plot(line.memory, value(line), color=color, label=label)
        ax.plot(points.memory, value(points), "o", color=color)
    ax.axhline(np.pi**2 / 4, color="0.5", lw=0.8, ls=":")
    ax.text(1e-4, np.pi**2 / 4 - 0.04, r"$\pi^2/4$, signSGD", va="top", fontsize=8)
    ax.set(xscale="log", xlabel=r"$1 - \beta_2$", ylabel="coefficient", ylim=(0.5, 2.6))
    ax.legend(title="lines: quadrature; points: Monte Carlo")
    return fig


def adam(table: pd.DataFrame) -> Figure:
    """Risk of Adam for several betas."""
    ax = series(table, "betas", {b: rf"$\beta_1, \beta_2 = {b}$" for b in table.betas.unique()})
    ax.legend(title="mean and 80 % of runs")
    return ax.figure


def real_data(table: pd.DataFrame) -> Figure:
    """Risk on real features and on Gaussian surrogates, one panel for each case."""
    names = table.case.unique()
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    fig, axes = style.subplots(rows, columns, width=4.2, height=3.6, squeeze=False)
    for ax in axes.flat[len(names) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.flat, names, strict=False):
        for data, color in (("real features", BLUE), ("Gaussian surrogate", ORANGE)):
            part = table[(table.case == name) & (table["data"] == data)]
            style.band(ax, part.time, part.low, part.high, color=color)
            ax.plot(part.time, part["mean"], color=color, label=f"{data}, mean and 80 % of runs")
        real = table[(table.case == name) & (table["data"] == "real features")]
        ax.plot(real.time, real.gaussian_theory, **style.THEORY, label="equation for Gaussian features")
        ax.plot(real.time, real.ode, **{**style.THEORY, "linestyle": ":"}, label="equation with measured drift")
        ax.set(yscale="log", xlabel="time $t = k/d$", ylabel="excess risk $R$", title=name)
    fig.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
