from optclaims.pages import claims_table


def test_bars_end_no_cell_and_stay_single_in_formulas():
    assert claims_table._cell("a | b\n  c") == r"a \| b c"
    assert claims_table._cell("$E|S_T|$ | $|x|$") == r"$E\vert S_T\vert $ \| $\vert x\vert $"
