"""Problems, what is measured on curves, and the figures on small tables."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from optclaims.experiment import Claim
from optclaims.papers.signsgd_risk_curves import figures, measures, problems
from optclaims.verdicts import Outcome


@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_settings_describe_the_same_features_twice(correlation):
    setting = problems.Setting(problems.lognormal(12, 0.7), correlation)
    K = setting.covariance if correlation else np.diag(setting.covariance)
    D = setting.features.scales
    assert np.allclose(np.diag(K), D**2) and np.isclose(np.trace(K), 12)
    assert np.isclose(K[2, 5], D[2] * D[5] * correlation**3)
    assert setting.features.correlation == correlation


def test_spectra():
    assert np.isclose(problems.power_law(50).mean(), 1) and problems.power_law(50)[0] > problems.power_law(50)[1]
    wide = problems.log_uniform(30, 100)
    assert np.isclose(wide.max() / wide.min(), 100)
    K = problems.rotated(wide, np.random.default_rng(0))
    assert np.array_equal(K, K.T) and np.allclose(np.linalg.eigvalsh(K), np.sort(wide))
    assert np.isclose(np.linalg.norm(problems.flat_start(7, 2.0)), 2.0)


def test_gaps_take_the_noise_off_and_know_their_times():
    rng = np.random.default_rng(1)
    predicted = np.linspace(1, 3, 30)
    curves = 1.02 * predicted * (1 + 0.02 * rng.standard_normal((50, 30)))
    rms, largest = measures.rms_gap(curves, predicted), measures.largest_gap(curves, predicted)
    assert rms.low < 0.02 < rms.high and largest.low < 0.02 < largest.high
    still = np.tile(predicted, (4, 1))
    assert measures.rms_gap(still, predicted).value == 0 == measures.largest_gap(still, predicted).high


def test_median_log_gap_is_symmetric_and_robust():
    curves = np.full((3, 5), 2.0)
    curves[:, 0] = 1e6
    assert np.isclose(measures.median_log_gap(curves, np.ones(5)), np.log(2))
    assert np.isclose(measures.median_log_gap(1 / curves, np.ones(5)), np.log(2))


def test_slopes_crossings_and_suprema():
    d = np.array([10.0, 20, 40])
    assert np.isclose(measures.log_slope(d, 3 * d**-0.5), -0.5)
    times = np.linspace(0, 10, 11)
    assert np.isclose(measures.crossing_time(times, np.exp(-times), np.exp(-3.3)), 3.3)
    assert measures.crossing_time(times, np.ones(11), 0.5) == 10 and measures.crossing_time(times, np.ones(11), 2) == 0
    assert measures.sup_gap([[1, 2], [5, 1]], [1, 1]).tolist() == [1, 4]


@pytest.mark.parametrize(("shift", "outcome"), [(0.0, Outcome.REPRODUCED), (0.2, Outcome.NOT_REPRODUCED)])
def test_following_a_curve_can_fail(shift, outcome):
    rng, predicted, checks = np.random.default_rng(0), np.linspace(2, 1, 20), []
    curves = predicted * (1 + shift + 0.05 * rng.standard_normal((200, 20)))
    measures.follows(Claim(checks), "test", curves, predicted, {"half of it": predicted / 2}, 0.05, 0.1, "a test")
    assert [check.outcome for check in checks] == [outcome, outcome]
    assert not any(control.passed for check in checks for control in check.controls)


def test_following_a_curve_is_undecided_when_a_mistake_passes():
    rng, predicted, checks = np.random.default_rng(0), np.linspace(2, 1, 20), []
    curves = predicted * (1 + 0.05 * rng.standard_normal((200, 20)))
    measures.follows(Claim(checks), "test", curves, predicted, {"nearly right": predicted * 1.01}, 0.05, 0.1, "a test")
    assert {check.outcome for check in checks} == {Outcome.INCONCLUSIVE}


def test_curve_tables_and_histograms():
    rng = np.random.default_rng(0)
    table = figures.curve_table(rng.random((50, 4)), np.ones(4), np.arange(4), method="sign")
    assert list(table.columns) == ["method", "time", "mean", "stderr", "low", "high", "ode"] and len(table) == 4
    assert (table.low < table["mean"]).all() and (table["mean"] < table.high).all()
    histogram = figures.histogram_table({"signSGD": rng.standard_normal(10_000)}, d=3)
    width = histogram.risk[1] - histogram.risk[0]
    assert np.isclose(histogram.density.sum() * width, 0.998, atol=1e-3)


def test_matrices_are_drawn_the_right_way_round():
    values = np.eye(3) + np.array([[0, 0.5, 0], [0.5, 0, 0], [0, 0, 0]])
    fig = figures.matrices(figures.matrix_table({"a": values, "b": np.eye(3), "c": np.eye(3)}))
    (mesh,) = fig.axes[0].collections
    assert np.array_equal(np.reshape(mesh.get_array(), values.shape), values)
    assert fig.axes[0].yaxis_inverted(), "the first row is on top"
    plt.close(fig)
