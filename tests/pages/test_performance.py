"""Tables from measurements that were made up so that every ratio and exponent is known."""

import pytest

from optclaims.pages import performance

RACE = [
    dict(kernel="sum", problem="n = 8", unit="steps", candidate="compiled", role="ours", best="2e9", median="1.5e9"),
    dict(kernel="sum", problem="n = 8", unit="steps", candidate="numpy", role="rival", best="1e8", median="1e8"),
    dict(kernel="sum", problem="n = 8", unit="steps", candidate="reading", role="limit", best="4e9", median="3e9"),
    dict(kernel="sum", problem="n = 9", unit="steps", candidate="compiled", role="ours", best="5", median="5"),
    dict(kernel="sum", problem="n = 9", unit="steps", candidate="numpy", role="rival", best="0.01", median="0.02"),
]


def cells(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]


def test_kernels_are_compared_within_their_problem():
    _, _, *lines = cells(performance.table("kernels", RACE))
    assert lines == [
        ["sum", "n = 8", "2 G steps/s", "numpy", "100 M", "× 20", "× 15"],
        ["", "", "", "*limit:* reading", "4 G", "× 0.50", "× 0.50"],
        ["sum", "n = 9", "5 steps/s", "numpy", "0.01", "× 500", "× 250"],
    ]


@pytest.mark.parametrize("power", [0, 1, 1.5])
def test_exponents_of_power_laws(power):
    rows = [dict(kernel="sum", axis="n", value=n, seconds=3e-6 * n**power) for n in (10, 30, 500)]
    assert performance.exponent(rows) == pytest.approx(power)
    assert cells(performance.table("scaling", rows))[2] == ["sum", "n", "10", "500", f"{power:.2f}"]


def test_what_is_kept_is_read_back_and_the_rest_is_not_measured(tmp_path):
    performance.keep({"kernels": RACE}, tmp_path)
    found = performance.tables(tmp_path)
    assert found["kernels"] == performance.table("kernels", RACE)
    assert {text for name, text in found.items() if name != "kernels"} == {"Not measured."}


def test_a_later_run_replaces_the_same_one(tmp_path):
    path = tmp_path / "pipeline.csv"
    for scale, cores, wall in (("quick", 1, 90), ("quick", 2, 50), ("quick", 1, 80)):
        performance.replace(path, {"scale": scale, "cores": cores, "wall": wall}, ("scale", "cores"))
    assert path.read_text() == "scale,cores,wall\nquick,2,50\nquick,1,80\n"


def test_the_machine_is_described_by_what_rates_depend_on():
    about = {row["what"]: row["value"] for row in performance.machine()}
    assert int(about["cores"]) >= 1
    assert {"processor", "Python", "numpy", "numba", "torch"} <= set(about)
