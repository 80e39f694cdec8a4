import numpy as np
import pytest

from optclaims.papers.iterate_averaging import measures


def test_rows_are_means_of_runs():
    values = np.array([[0.5, 0.7, 0.9], [0.1, 0.1, 0.4]])
    frame = measures.summary([0.1, 0.2], {"last": values, "average": values + 0.1}, method="SGD")
    assert frame.accuracy.tolist() == pytest.approx([0.7, 0.2, 0.8, 0.3])
    assert frame["stderr"][0] == pytest.approx(np.std(values[0], ddof=1) / 3**0.5)
    assert frame.kind.tolist() == ["last", "last", "average", "average"]
    assert frame.lr.tolist() == [0.1, 0.2, 0.1, 0.2]


def test_a_path_leaves_out_what_is_not_there():
    losses = np.stack([np.ones((3, 4)), np.full((3, 4), 2.0)])
    losses[1, 0] = np.nan
    frame = measures.path(losses, losses / 4)
    assert frame[frame.kind == "last"].epoch.tolist() == [1, 2, 3]
    assert frame[frame.kind == "average"].epoch.tolist() == [2, 3]
    assert frame[frame.kind == "average"].accuracy.tolist() == [0.5, 0.5]
