import numpy as np
import pandas as pd
import pytest

from optclaims.pages.series import changes, layout
from optclaims.pipeline.card import Exact, Sampled
from optclaims.pipeline.deviations import deviation


def table(**columns):
    """The product of the columns, the last one fastest, and a number that is measured."""
    frame = pd.MultiIndex.from_product(columns.values(), names=columns).to_frame(index=False)
    return frame.assign(loss=np.cos(np.arange(len(frame))))


def moved(frame):
    return frame.assign(loss=frame["loss"] + 1)


@pytest.mark.parametrize(
    ("columns", "keys", "x"),
    [
        ({"t": [1, 2, 5]}, [], "t"),
        ({"t": [5, 2, 1]}, [], "t"),
        ({"method": ["a", "b"], "t": [1, 2, 5]}, ["method"], "t"),
        ({"method": ["a", "b"], "lr": [0.1, 0.2], "t": [1, 2, 5]}, ["method", "lr"], "t"),
        ({"C": [3, 4], "eps": [0.1, 0.2, 0.3], "t": [1, 2, 3, 5]}, ["C", "eps"], "t"),
        ({"data": ["digits"], "t": [1, 2]}, [], "t"),  # one value tells nothing apart
        ({"t": [2, 1, 3]}, [], None),
    ],
)
def test_curves_are_found(columns, keys, x):
    frame = table(**columns)
    found = layout(frame, moved(frame))
    assert (found.keys, found.x) == (keys, x)
    rows = np.concatenate(list(found.groups(frame).values()))
    assert sorted(rows) == list(range(len(frame)))


def test_a_column_that_changed_is_no_axis():
    frame = table(t=[1, 2, 5]).assign(loss=0)
    assert layout(frame, frame).x == "t"
    assert layout(frame, frame.assign(t=frame["t"] + 0.5)).x is None


def test_parameters_that_follow_another_one_name_no_curve():
    frame = table(C=[3, 4], t=[1, 2, 5]).assign(limit=lambda f: 2 * f["C"])
    assert layout(frame, moved(frame)).keys == ["C"]


def test_curves_have_readable_names_also_at_gaps():
    frame = table(method=["sgd", None], lr=[0.1, 0.25], t=[1, 2])
    names = list(layout(frame, moved(frame)).groups(frame))
    assert names == ["sgd, lr = 0.1", "sgd, lr = 0.25", "lr = 0.1", "lr = 0.25"]


def test_the_curve_that_is_farthest_beyond_comes_first():
    old = table(method=["a", "b", "c"], t=[1, 2, 3]).assign(loss=1.0)
    new = old.assign(loss=[1, 1, 1, 1, 1.02, 1.01, 1, 1.5, 1])
    apart = {"loss": deviation(old, new, "loss", Sampled(kind="sampled", rtol=0.04))}
    first, second = changes(old, new, apart, layout(old, new))
    assert (first.series, first.beyond, first.rows, first.old, first.new) == ("c", 1, 3, 1.0, 1.5)
    assert (first.relative, first.excess) == pytest.approx((0.5, 12.5))
    assert (second.series, second.beyond) == ("b", 0)
    assert (second.relative, second.excess) == pytest.approx((0.02, 0.5))


def test_equal_tables_have_no_changes():
    frame = table(method=["a", "b"], t=[1, 2])
    apart = {"loss": deviation(frame, frame, "loss", Exact())}
    assert changes(frame, frame, apart, layout(frame, frame)) == []
