"""Figures of momentum: maps of stability, worst residuals, the ravine, Nesterov's schedules."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style

COLORS = {
    "gradient descent": style.COLORS["blue"],
    "heavy ball": style.COLORS["orange"],
    "Nesterov": style.COLORS["green"],
    "Chebyshev": style.COLORS["grey"],
}
SHADES = [style.COLORS[name] for name in ("blue", "orange", "green", "red", "purple", "brown", "grey")]


def _map(frame: pd.DataFrame) -> tuple:
    fig, ax = style.subplots(width=5.4, height=4)
    table = frame.pivot(index="beta", columns="x", values="radius")
    mesh = ax.pcolormesh(table.columns, table.index, table, cmap="viridis", vmin=0, vmax=1, rasterized=True)
    fig.colorbar(mesh, label=r"spectral radius, at most 1")
    ax.set(xlabel=r"$\alpha\lambda$", ylabel=r"momentum $\beta$", ylim=(table.index.min(), table.index.max()))
    ax.set_xlim(0, 4)
    ax.grid(False)
    return fig, ax


def heavy_ball_map(frame: pd.DataFrame) -> Figure:
    """Spectral radius of the heavy ball with its borders of stability and of complex roots."""
    fig, ax = _map(frame)
    beta = np.linspace(-1, 1, 201)
    root = np.linspace(0, 1, 201)
    ax.plot(2 * (1 + beta), beta, color="white", label=r"stable below $2(1+\beta)$")
    ax.plot((1 - root) ** 2, root**2, color="white", linestyle="--", label=r"complex: $(1\mp\sqrt{\beta})^2$")
    ax.plot((1 + root) ** 2, root**2, color="white", linestyle="--")
    ax.legend(loc="lower right", facecolor="0.35", labelcolor="white")
    return fig


def nesterov_map(frame: pd.DataFrame) -> Figure:
    """Spectral radius of Nesterov's method with its borders of stability."""
    fig, ax = _map(frame)
    x = np.linspace(0, 4, 801)
    b = np.linspace(-0.4999, 1.5, 400)
    ax.plot(1 + 1 / (1 + 2 * b), b, color="white", label=r"$\alpha\lambda = 1 + 1/(1+2\beta)$")
    ax.plot(
        x, 1 / np.maximum(np.abs(1 - x), 1e-9), color="white", linestyle="--", label=r"$|\beta||1-\alpha\lambda| = 1$"
    )
    ax.plot(x, -1 / np.maximum(np.abs(1 - x), 1e-9), color="white", linestyle="--")
    ax.legend(loc="lower right", facecolor="0.35", labelcolor="white")
    return fig


def worst_residuals(frame: pd.DataFrame) -> Figure:
    """Worst residual over the spectrum against the step."""
    fig, ax = style.subplots(width=5.4)
    for method, part in frame.groupby("method", sort=False):
        ax.plot(part.n, part.worst, color=COLORS[method], label=method)
    ax.set(yscale="log", xlabel="step $n$", ylabel=r"worst $|e_n|/|e_0|$ over $[\mu, 100\mu]$", ylim=(1e-8, 10))
    ax.legend(loc="lower left")
    return fig


def ravine(frame: pd.DataFrame) -> Figure:
    """Gradient descent and heavy ball in a ravine with eigenvalues 0.12 and 2."""
    fig, ax = style.subplots(width=6.4, height=3.8)
    x, y = np.meshgrid(np.linspace(-1.3, 3.2, 120), np.linspace(-3.2, 3.2, 120))
    ax.contour(x, y, 0.06 * x**2 + y**2, levels=np.array([0.05, 0.3, 1, 2.5, 5, 8.5]), colors="0.7", linewidths=0.8)
    for method, part in frame.groupby("method", sort=False):
        ax.plot(part.x, part.y, "o-", color=COLORS[method], label=method, markersize=3.5, linewidth=1.2)
    ax.set(xlabel="$e_1$ (eigenvalue 0.12)", ylabel="$e_2$ (eigenvalue 2)")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig
