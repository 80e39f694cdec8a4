"""The one writer of Markdown tables."""

import re
from collections.abc import Iterable, Sequence

from tabulate import DataRow, TableFormat, tabulate

_ROW = DataRow("|", "|", "|")
# Unpadded: a longer cell changes its own line only, so that two hands at one table meet in few lines.
_FORMAT = TableFormat(
    lineabove=None,
    linebelowheader=lambda widths, aligns: "|" + "---|" * len(widths),
    linebetweenrows=None,
    linebelow=None,
    headerrow=_ROW,
    datarow=_ROW,
    padding=1,
    with_header_hide=None,
)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Return a Markdown table; what would end a cell is written so that it does not.

    >>> print(table(["law", "value"], [["a|b", 1.5], ["$|x|$", None]]))
    | law | value |
    |---|---|
    | a\|b | 1.5 |
    | $\vert x\vert $ |  |
    """
    cells = [["" if value is None else cell(str(value)) for value in row] for row in rows]
    return tabulate(cells, list(head), _FORMAT, stralign=None, numalign=None, disable_numparse=True)


def cell(text: str) -> str:
    """Return a text in one line without bars: in a formula an escaped bar would become a double one."""
    formula = re.sub(r"\$[^$]*\$", lambda found: found[0].replace("|", r"\vert "), " ".join(text.split()))
    return formula.replace("|", r"\|")
