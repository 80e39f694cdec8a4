"""Figures of the Krylov methods: errors against the bound, and conjugate directions in the plane."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import style
from optclaims.papers.optimizers_on_quadratics.figures.lower_bounds import COLORS


def krylov_errors(frame: pd.DataFrame) -> Figure:
    """Largest error by step, and the bound of Chebyshev."""
    fig, ax = style.subplots(width=5)
    for method, part in frame.groupby("method", sort=False):
        every = slice(None, None, 2)
        ax.plot(part.n[every], part.error[every], "o", color=COLORS[method], label=method, markersize=4)
    bound = frame.drop_duplicates("n")
    ax.plot(bound.n, bound.bound, label="$1/T_n$", **style.THEORY)
    ax.set(yscale="log", xlabel="step $n$", ylabel="worst error $|e_n|/|e_0|$")
    ax.legend(loc="lower left")
    return fig


def conjugate_directions(frame: pd.DataFrame) -> Figure:
    """Two steps of conjugate gradients, and steepest descent, on an ellipse."""
    fig, ax = style.subplots(width=5.4, height=3.4)
    x, y = np.meshgrid(np.linspace(-0.6, 3.2, 120), np.linspace(-1.1, 1.3, 120))
    ax.contour(x, y, x**2 / 2 + 3 * y**2, levels=np.array([0.1, 0.5, 1.5, 3.5, 7.5]), colors="0.7", linewidths=0.8)
    for method, part in frame.groupby("method", sort=False):
        ax.plot(part.x, part.y, "o-", color=COLORS[method], label=method, markersize=4)
    ax.set(xlabel="$e_1$ (eigenvalue 1)", ylabel="$e_2$ (eigenvalue 6)", aspect="equal")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig
