import numpy as np
import pytest

from optclaims.papers.glm_asymptotics import measures


def test_gap_and_summary_are_means_of_draws():
    draws = np.array([1.0, 2.0, 4.0])
    gap = measures.gap(draws, 2.0)
    assert gap.value == pytest.approx(draws.mean() / 2 - 1) and gap.low < gap.value < gap.high
    row = measures.summary(draws, draws / 10)
    assert row["angle"] == pytest.approx(draws.mean() / 10)
    assert row["mse_stderr"] == pytest.approx(np.std(draws, ddof=1) / np.sqrt(3))
