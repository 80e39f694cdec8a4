import itertools

import numpy as np
import pandas as pd
import pytest

from optclaims.papers.adan import measures, problems, simulation, theory


def test_the_best_steps_are_the_fewest_of_a_grid():
    rates, kappa = 9, 50.0
    limit = float(theory.threshold(0.9, 0.5))
    spectrum = problems.spectrum(kappa, 20)
    steps = [
        theory.steps_to(max(theory.mode_radius(r * h, 0.9, 0.5) for h in spectrum))
        for r in limit * np.geomspace(1e-3, 0.999, rates)
    ]
    found = measures.best_steps(kappa, rates=rates, beta1=0.9, beta2=0.5, modes=20)
    assert found == pytest.approx(min(steps), rel=1e-9)
    without = measures.best_steps(kappa, rates=rates, beta1=0.9, beta2=0.5, weight=0.0, modes=20)
    limit = float(theory.threshold(0.9, 0.5, 0.0))
    radii = [
        max(theory.mode_radius(r * h, 0.9, 0.5, 0.0) for h in spectrum)
        for r in limit * np.geomspace(1e-3, 0.999, rates)
    ]
    assert without == pytest.approx(theory.steps_to(min(radii)), rel=1e-9)


def test_slopes_are_of_each_start_of_one_method():
    cells = list(itertools.product(["NME", "other"], [0, 1], [10.0, 100.0, 1000.0]))
    frame = pd.DataFrame(cells, columns=["method", "start", "condition"])
    power = np.where(frame.method == "NME", 0.5 + frame.start, 3.0)
    frame["steps"] = frame.condition**power
    expected = [[0.5, 0.5], [1.5, 1.5]]
    np.testing.assert_allclose(measures.slopes_of_runs(frame.sample(frac=1, random_state=0), "NME"), expected)


def test_a_cycle_is_missed_by_the_worse_of_both_extremes():
    np.testing.assert_allclose(measures.miss([1.0, 2.2, 2.0], [1.0, 2.0, 1.5], [1.0, 2.0, 2.0]), [0, 0.1, 0.25])


def test_a_mode_is_the_recursion_on_a_quadratic():
    q, rate, y, m, last = 0.8, 0.3, 1.0, 0.0, 0.0
    for found in simulation.mode(q, rate, factor=0.4, steps=6):
        assert found == pytest.approx(y, rel=1e-12)
        m = q * m + rate * y + 0.4 * rate * (y - last)
        y, last = y - m, y
