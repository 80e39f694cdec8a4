"""Every figure is drawn from a small frame of the documented columns, with labelled axes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from optclaims.papers.sgd_generating_functions.figures import curves, maps

T = np.array([1, 10, 100])
SCAN = np.linspace(-0.5, 0.5, 5)
CELLS = pd.DataFrame(
    [{"lr": a, "momentum": b, "loss": 1 + a + b, "stable": a < 1.5} for a in (0.5, 1.0, 2.0) for b in SCAN]
)
GRID = pd.DataFrame([{"nu": nu, "kappa": kappa} for nu in (1.5, 2.0) for kappa in (3.0, 4.0)])

LINES = pd.concat(
    [
        curves.line("a", "points", "sampled", T, 1 / T, 0.1 / T),
        curves.line("a", "line", "recursion", T, 1 / T),
        curves.line("b", "law", "theory", T, 2 / T),
        curves.line("b", "other law", "theory", T, 3 / T),
    ]
)
FRAMES = {
    curves.losses: LINES,
    curves.relative: LINES,
    curves.budget: LINES,
    curves.medians: LINES,
    curves.ratios: LINES.assign(ratio=1.0, bound=0.02),
    curves.differences: LINES.assign(difference=1e-3),
    curves.transform: pd.DataFrame({"setting": "s", "kind": ["series", "closed form"], "z": 0.5, "value": 2.0}),
    curves.boundary: pd.DataFrame({"panel": "p", "curve": ["boundary", "probe: grows"], "momentum": 0.0, "lr": 1.0}),
    curves.rates: pd.DataFrame({"panel": "p", "lr": [0.1, 0.2, 0.3], "loss": [2, 1, 2], "formula": 0.21}),
    curves.momentum_scan: pd.DataFrame({"panel": "p", "curve": "c", "momentum": SCAN, "loss": 1 + SCAN**2}),
    curves.constants: pd.DataFrame({"momentum": SCAN, "constant": 1 - SCAN, "measured": [0, 0, 1, 0, 0]}),
    curves.spectrum: pd.DataFrame({"curve": "c", "k": T, "value": 1 / T, "fit": [0, 0.1, 0.01]}),
    curves.first_step: pd.DataFrame({"nu": 0.4, "modes": 10.0 * T, "noise": T**0.2}),
    maps.loss_maps: maps.panel("p", CELLS, SCAN, dict.fromkeys(maps.LINES, 1 + SCAN)),
    maps.phases: pd.DataFrame({"zeta": [0.5, 3], "inverse_nu": 0.5, "slope": [0.5, 1.5], "phase": "p"}),
    maps.signs: GRID.assign(panel="p", difference=[1.0, -1.0, 1.0, 1.0]),
    maps.positivity: pd.DataFrame([{"panel": "p", "x": x, "momentum": b, "holds": 1} for x in (1, 2) for b in SCAN]),
}


@pytest.mark.parametrize("draw", FRAMES, ids=lambda draw: draw.__name__)
def test_figure_is_drawn_with_labelled_axes(draw):
    figure = draw(FRAMES[draw].copy())
    shown = [ax for ax in figure.axes if ax.axison and ax.get_title() != "colorbar"]
    assert shown and all(ax.get_xlabel() or ax.get_ylabel() for ax in shown)
    figure.canvas.draw()
    plt.close(figure)


def test_smallest_cell_is_found_among_all_and_only_stable_ones():
    unstable_low = CELLS.assign(loss=np.where(CELLS["stable"], CELLS["loss"], 1e-3))
    rows = maps.panel("p", unstable_low, SCAN, {}, drawn=unstable_low["lr"] == 1.0)
    smallest = rows[rows["curve"] == "smallest"].iloc[0]
    assert (smallest["lr"], smallest["momentum"]) == (0.5, -0.5)
    assert set(rows[rows["curve"] == "map"]["lr"]) == {1.0}
