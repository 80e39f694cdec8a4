from optclaims.pipeline import markdown


def test_bars_end_no_cell_and_stay_single_in_formulas():
    assert markdown.cell("a | b\n  c") == r"a \| b c"
    assert markdown.cell("$E|S_T|$ | $|x|$") == r"$E\vert S_T\vert $ \| $\vert x\vert $"


def test_a_longer_cell_changes_its_own_line_only():
    short, long = (markdown.table(["a", "b"], [["x", last], ["1.50", None]]).splitlines() for last in ("y", "y" * 50))
    assert [one == other for one, other in zip(short, long, strict=True)] == [True, True, False, True]
    assert short[3] == "| 1.50 |  |"
