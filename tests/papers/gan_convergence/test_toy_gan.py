import numpy as np
import pytest

from optclaims.papers.gan_convergence import measures
from optclaims.papers.gan_convergence.simulation import toy_gan

SETTING = {"penalty": "R1", "strength": 1.0, "optimizer": "SGD", "lr": 0.05, "batch": 16, "steps": 6, "every": 3}


def test_runs_are_the_same_alone_and_together():
    together, at = toy_gan.sample_paths("circle", np.random.default_rng(0).spawn(3), samples=7, **SETTING)
    alone, _ = toy_gan.sample_paths("circle", np.random.default_rng(0).spawn(3)[1:2], samples=7, **SETTING)
    assert at.tolist() == [3, 6]
    assert together[:, 1] == pytest.approx(alone[:, 0], rel=1e-4, abs=1e-5)


def test_a_penalty_changes_the_run_and_its_place_matters():
    ends = {}
    for penalty in ("none", "R1", "R2"):
        rngs = np.random.default_rng(0).spawn(1)
        ends[penalty] = toy_gan.sample_paths("segment", rngs, samples=7, **{**SETTING, "penalty": penalty})[0][-1]
    assert np.abs(ends["R1"] - ends["none"]).max() > 1e-4
    assert np.abs(ends["R1"] - ends["R2"]).max() > 1e-5


def test_a_run_that_diverges_counts_as_distance_one_hundred():
    rngs = np.random.default_rng(0).spawn(1)
    points, _ = toy_gan.sample_paths("segment", rngs, samples=7, **{**SETTING, "lr": 1e4, "steps": 30})
    assert np.isinf(points[-1]).any()
    real = np.zeros((1, 1, 5, 2))
    assert measures.log_distances(points[-1:], real).tolist() == [2.0]


def test_energy_distance_of_equal_laws_is_zero_on_average_and_of_shifted_ones_is_known():
    rng = np.random.default_rng(0)
    same = [measures.energy_distance(rng.standard_normal((40, 2)), rng.standard_normal((40, 2))) for _ in range(200)]
    assert abs(np.mean(same)) < 4 * np.std(same) / 200**0.5
    far = measures.energy_distance(rng.standard_normal((500, 1)), 50 + rng.standard_normal((500, 1)))
    assert far == pytest.approx(100 - 4 / np.pi**0.5, rel=0.01)  # E|X - X'| = 2 / sqrt(pi)


def test_data_lie_where_they_should():
    rng = np.random.default_rng(0)
    assert np.hypot(*toy_gan.data("circle", 50, rng).T) == pytest.approx(1.0)
    segment = toy_gan.data("segment", 1000, rng)
    assert (segment[:, 1] == 0).all()
    assert segment[:, 0].std() == pytest.approx(3**-0.5, rel=0.1)
