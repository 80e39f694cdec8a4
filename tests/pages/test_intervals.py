"""A check as a drawing."""

from xml.etree import ElementTree

import pytest

from optclaims.pages import intervals


def drawn(**check):
    return ElementTree.fromstring(str(intervals.plot(check)))


def marks(svg, kind):
    return [mark for mark in svg if mark.get("class") == kind]


def band(svg):
    (rect,) = marks(svg, "accepted")
    return float(rect.get("x")), float(rect.get("x")) + float(rect.get("width"))


@pytest.mark.parametrize(("value", "inside"), [(0.5, True), (0.05, True), (1.2, False), (-3.0, False)])
def test_the_point_lies_in_the_band_if_it_is_accepted(value, inside):
    svg = drawn(measured=value, ci=[value - 0.01, value + 0.01], accept=[0.0, 1.0], controls=[])
    low, high = band(svg)
    (point,) = [mark for mark in marks(svg, "measured") if mark.tag == "circle"]
    assert (low <= float(point.get("cx")) <= high) == inside


@pytest.mark.parametrize("accept", [[None, 2.0], [2.0, None]])
def test_an_unbounded_interval_reaches_the_edge(accept):
    low, high = band(drawn(measured=2.0, ci=None, accept=accept, controls=[]))
    assert (low == 0) == (accept[0] is None) and (high == intervals.WIDTH) == (accept[1] is None)


def test_far_controls_are_arrows_and_near_ones_points():
    near, far = ({"measured": value, "ci": [value - 0.1, value + 0.1]} for value in (1.3, -1e6))
    svg = drawn(measured=0.5, ci=[0.4, 0.6], accept=[0.0, 1.0], controls=[near, far])
    assert [mark.tag for mark in marks(svg, "control")] == ["path", "circle", "path"]
    assert marks(svg, "control")[-1].get("d").endswith("Z")


def test_a_check_that_was_not_run_has_no_drawing():
    assert intervals.plot({"kind": "within", "outcome": "not-run", "reason": "no data"}) == ""
