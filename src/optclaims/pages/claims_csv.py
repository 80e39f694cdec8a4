"""The verdicts for programs: one row per check, as ``claims.csv``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from optclaims.pipeline import margins
from optclaims.pipeline.results import Row, controls
from optclaims.verdicts import spelled


def claims(rows: Sequence[Row]) -> pd.DataFrame:
    """Return one row per check; a claim without checks has one row too."""
    return pd.DataFrame([record for row in rows for record in _records(row)])


def _records(row: Row) -> Iterator[dict[str, object]]:
    for check in row.checks or [{}]:
        low, high = check.get("accept") or (None, None)
        ci_low, ci_high = check.get("ci") or (None, None)
        as_it_should = [good for *_, good in controls(check)]
        yield {
            "paper": row.paper,
            "experiment": row.experiment,
            "claim": row.claim,
            "source": row.source,
            "data": row.data,
            "verdict": row.verdict,
            "expected": row.expected,
            "quantity": check.get("quantity"),
            "kind": check.get("kind"),
            "outcome": check.get("outcome"),
            "measured": check.get("measured"),
            "ci_low": ci_low,
            "ci_high": ci_high,
            "accept_low": low,
            "accept_high": high,
            "exclusive_end": check.get("null"),
            "comparisons": check.get("comparisons"),
            "controls": len(as_it_should),
            "controls_as_they_should": sum(as_it_should),
            **_margins(check),
            "origin": check.get("origin"),
            "reason": check.get("reason") or (row.reason if row.explained else None),
            "statement": row.statement,
        }


def _margins(check: Mapping[str, object]) -> dict[str, object]:
    own, control = check.get("margin") or {}, margins.nearest(check) or {}
    return {
        "margin": own.get("value"),
        "margin_unit": own.get("unit"),
        "nearest_control": control.get("label"),
        "nearest_control_margin": spelled(control.get("margin")),
    }
