import math

import pytest

from optclaims.pipeline.settings import Refused, conform, kind_of, parse, read, values, written

WHOLE, REAL, MIXED = kind_of([300, 900]), kind_of([0.5]), kind_of([[2.1, 3, 4]]).of
LIST, PAIRS, TEXTS = kind_of([[2.1, 3]]), kind_of([[[0, 0.1], [0, 0.5]]]), kind_of([["adam", "sgd"]])
COUNTS = kind_of([{"I 10": 4, "K 10": 3}])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (WHOLE, "a whole number"),
        (REAL, "a number"),
        (LIST, "a list of numbers"),
        (PAIRS, "a list of lists of 2 numbers"),
        (TEXTS, "a list of texts"),
        (COUNTS, "a map to whole numbers"),
        (kind_of([True]), "true or false"),
        (kind_of([["digits", 100]]), "a list of values"),
        (kind_of([["digits", 100], 3]), "any value"),
    ],
)
def test_the_kind_of_a_parameter_is_that_of_its_values(kind, words):
    assert str(kind) == words


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (WHOLE, "3000", 3000),
        (WHOLE, "1e5", 100_000),
        (WHOLE, "3_000", 3000),
        (REAL, "1", 1.0),
        (MIXED, "5.0", 5),
        (MIXED, "2.5", 2.5),
        (LIST, "5", [5]),
        (LIST, "[2.5, 3]", [2.5, 3]),
        (LIST, "2.5,3", [2.5, 3]),
        (PAIRS, "[0, 0.9]", [[0, 0.9]]),
        (PAIRS, "[[0, 0.9], [0.5, 0.99]]", [[0, 0.9], [0.5, 0.99]]),
        (TEXTS, "[adam, lion]", ["adam", "lion"]),
        (TEXTS, "adam", ["adam"]),
        (kind_of(["cpu"]), "cuda", "cuda"),
        (kind_of(["cpu"]), "3", "3"),
        (kind_of([False]), "true", True),
        (COUNTS, "{'I 10': 2}", {"I 10": 2}),
    ],
)
def test_what_is_typed_is_read_as_the_parameter_takes_it_and_written_as_it_was(kind, text, value):
    taken = read(kind, text)
    assert taken == value and type(taken) is type(value)
    assert read(kind, written(kind, taken)) == taken


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (WHOLE, "2.5"),
        (WHOLE, "many"),
        (WHOLE, "true"),
        (WHOLE, "[1, 2]"),
        (REAL, "1e999"),
        (REAL, "nan"),
        (REAL, ""),
        (LIST, "[]"),
        (LIST, "[2, x]"),
        (PAIRS, "[0, 0.1, 0.2]"),
        (PAIRS, "3"),
        (TEXTS, "3"),
        (COUNTS, "{'I 10': 2.5}"),
        (COUNTS, "{}"),
        (kind_of([True]), "1"),
    ],
)
def test_what_a_parameter_cannot_take_is_refused(kind, text):
    with pytest.raises(Refused):
        read(kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (LIST, "2:10:9", [[n] for n in range(2, 11)]),
        (REAL, "0.1:10:3:log", [0.1, 1.0, 10.0]),
        (WHOLE, "10:1000:3:log", [10, 100, 1000]),
        (WHOLE, "1:3:9", [1, 2, 3]),
        (WHOLE, "5,3", [5, 3]),
        (PAIRS, "[0, 0.9],[0, 0.99]", [[[0, 0.9]], [[0, 0.99]]]),
        (kind_of(["cpu"]), "cpu,cuda", ["cpu", "cuda"]),
    ],
)
def test_the_values_of_a_sweep(kind, text, expected):
    assert values(kind, text) == expected


@pytest.mark.parametrize(
    "text", ["3", "3,3", "2:10", "2:10:1", "2:10:9:9", "a:b:3", "-1:1:5:log", "0:1:1000", "2:10:2.5", ","]
)
def test_a_sweep_that_is_none(text):
    with pytest.raises(Refused):
        values(REAL, text)


def test_values_survive_json():
    assert math.isclose(read(REAL, written(REAL, 0.1 + 0.2)), 0.1 + 0.2, rel_tol=0)
    assert parse("'text'") == "text"
    assert conform(kind_of([None]), [1, "a"]) == [1, "a"]
