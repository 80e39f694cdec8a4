import numpy as np
import pytest

from optclaims.papers.glm_asymptotics import measures, theory
from optclaims.papers.glm_asymptotics.problems import Setting


def test_gap_and_summary_are_means_of_draws():
    draws = np.array([1.0, 2.0, 4.0])
    gap = measures.gap(draws, 2.0)
    assert gap.value == pytest.approx(draws.mean() / 2 - 1) and gap.low < gap.value < gap.high
    row = measures.summary(draws, draws / 10)
    assert row["angle"] == pytest.approx(draws.mean() / 10)
    assert row["mse_stderr"] == pytest.approx(np.std(draws, ddof=1) / np.sqrt(3))


def test_paths_are_measured_from_the_student():
    student = np.array([[3.0, 4.0]])
    weights = np.array([[[3.0, 9.0]], [[np.nan, 0.0]], [[3.0, 4.0]]])
    assert measures.distances(weights, student).ravel().tolist() == [1.0, 1e30, 1e30]
    assert measures.angles(student[0], np.array([-4.0, 3.0])) == pytest.approx(np.pi / 2)
    t = np.arange(60)
    path = np.where(t < 5, 1.0, 10.0 ** (-0.4 * t)) + 1e-14
    assert measures.rate(path) == pytest.approx(-0.4, rel=1e-4)


def test_limits_are_those_of_the_theory():
    setting = Setting(alpha=1.0, loss="hinge", l2=0.3, rho=0.1)
    low, high = measures.limits(setting, theory.orthogonal, [0.5, 1.5], loss="hinge")
    assert low["angle"] == pytest.approx(theory.anchor_angle(0.5)) and low["loss"] == "hinge"
    found = theory.solve(Setting(alpha=1.5, loss="hinge", l2=0.3, rho=0.1), theory.orthogonal(1.5))
    assert (high["mse"], high["angle"]) == (found.mse, found.angle)
