import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optclaims import sweeps
from optclaims.pipeline import grids
from optclaims.streams import stream


def test_equal_addresses_give_equal_streams_and_any_difference_another():
    addresses = [(0, "p", "e", "n"), (1, "p", "e", "n"), (0, "q", "e", "n"), (0, "p", "f", "n"), (0, "p", "e", "m")]
    addresses += [(0, "p", "e", "n", {"lr": 0.1}), (0, "p", "e", "n", {"lr": 0.2})]
    first = [tuple(stream(*address).integers(0, 2**63, 2)) for address in addresses]
    assert first == [tuple(stream(*address).integers(0, 2**63, 2)) for address in addresses]
    assert len(set(first)) == len(addresses)


def test_streams_look_independent():
    a, b = stream(0, "a").standard_normal(20_000), stream(0, "b").standard_normal(20_000)
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(20_000)


values = st.one_of(st.integers(-100, 100), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20))
points = st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), values, min_size=1, max_size=3)


@given(points, points)
def test_keys_of_points_are_safe_file_names_and_differ_with_the_values(first, second):
    key = grids.key(first)
    assert not set("/,") & set(key) and not key.startswith(".") and len(key) <= 120
    if json.dumps(first, sort_keys=True) != json.dumps(second, sort_keys=True) and list(first) == list(second):
        assert key != grids.key(second)


def test_readable_keys_stay_readable():
    assert grids.key({"beta1": 0.9, "task": "digits"}) == "beta1=0.9+task=digits"
    assert grids.key({"pair": [0.9, 0.99]}) != grids.key({"pair": [0.9, 0.999]})


def test_grid_is_the_product_in_order():
    axes = {"a": [1, 2], "b": ["x", "y", "z"]}
    assert [tuple(p.values()) for p in grids.grid(axes)] == list(itertools.product(*axes.values()))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_results_survive_the_text_bit_for_bit(numbers):
    frame = pd.DataFrame({"y": numbers})
    gathered = sweeps.gather([({"a": 1}, sweeps.as_text(frame))])
    assert (gathered["y"].to_numpy(float) == np.array(numbers)).all()


def test_split_and_joint_sweeps_give_the_same_frame(tmp_path):
    def function(a, b):
        return {"sum": a + b / 3}

    all_points = grids.grid({"a": [1, 2], "b": [0.1, 0.7]})
    joint = sweeps.gather([(point, sweeps.as_text(function(**point))) for point in all_points])
    for point in all_points:
        (tmp_path / f"{grids.key(point)}.csv").write_text(sweeps.as_text(function(**point)))
    pd.testing.assert_frame_equal(sweeps.read_points(tmp_path, all_points), joint, check_exact=True)
    assert list(joint.columns) == ["a", "b", "sum"]


def test_a_result_column_may_not_be_an_axis():
    with pytest.raises(ValueError, match="also axes"):
        sweeps.gather([({"a": 1}, sweeps.as_text({"a": 2}))])


def test_a_damaged_point_is_named_with_the_command_that_makes_it_anew(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results/quick/p/e/points"
    folder.mkdir(parents=True)
    points = [{"a": 1}, {"a": 2}]
    for point in points:
        (folder / f"{grids.key(point)}.csv").write_text("x,y\n1,0.12345\n")
    assert len(sweeps.read_points(folder, points)) == 2
    (folder / "a=2.csv").write_text("x,y\n1,0.12")
    command = "snakemake --cores 1 --force results/quick/p/e/points/a=2.csv --config split=true"
    with pytest.raises(ValueError, match=f"a=2.csv is damaged .*; {re.escape(command)} makes it anew"):
        sweeps.read_points(folder, points)
