"""How often a check comes to each outcome, given the truth: the exact error rates behind ``docs/checks.md``.

Distances are in standard errors of the measurement, whose errors are normal with an estimated standard error.
"""

import math

from scipy import stats

from optclaims.checks import critical_z
from optclaims.pipeline.markdown import table
from optclaims.statistics import CONFIDENCE
from optclaims.verdicts import Outcome

Rates = dict[Outcome, float]


def within(distance: float, dof: float = math.inf) -> Rates:
    r"""Return the outcome rates of a ``within`` check with one end.

    With the truth $\delta$ standard errors inside the end, $P(\text{reproduced}) = P(T_\delta > t_{0.975})$ and
    $P(\text{not-reproduced}) = P(T_{-\delta} > t_{0.975})$, where $T_\delta$ is noncentral t (normal for dof = inf).
    distance: $\delta$, negative where the truth is outside.
    """
    limit = stats.t.ppf((1 + CONFIDENCE) / 2, dof)
    return _rates(_exceeds(limit, distance, dof), _exceeds(limit, -distance, dof))


def consistent(discrepancy: float, comparisons: int = 1, dof: float = math.inf) -> Rates:
    r"""Return the outcome rates of a ``consistent`` check of independent comparisons, one of which is off.

    discrepancy: the true difference $\delta$ between measurement and prediction in that one, beyond the declared bias.
    With k from `critical_z`: reproduced when all $|T| \le k$, not-reproduced when one exceeds $k + t_{0.975}$.
    """
    limit = critical_z(comparisons, dof)
    far = limit + stats.t.ppf((1 + CONFIDENCE) / 2, dof)

    def all_below(bound: float) -> float:
        return _between(bound, discrepancy, dof) * _between(bound, 0.0, dof) ** (comparisons - 1)

    return _rates(all_below(limit), 1 - all_below(far))


def _exceeds(limit: float, shift: float, dof: float) -> float:
    return float(stats.norm.sf(limit, shift) if math.isinf(dof) else stats.nct.sf(limit, dof, shift))


def _between(limit: float, shift: float, dof: float) -> float:
    return 1 - _exceeds(limit, shift, dof) - _exceeds(limit, -shift, dof)


def _rates(reproduced: float, not_reproduced: float) -> Rates:
    return {
        Outcome.REPRODUCED: reproduced,
        Outcome.INCONCLUSIVE: 1 - reproduced - not_reproduced,
        Outcome.NOT_REPRODUCED: not_reproduced,
    }


def tables() -> dict[str, str]:
    """Return the tables of ``docs/checks.md`` as Markdown, by name."""
    distances = (-6, -4, -2, 0, 2, 4, 6)
    discrepancies = (0, 2, 4, 6, 8, 10)
    return {
        "within": _table("truth inside the end by", distances, [within(d) for d in distances]),
        "within, 9 degrees of freedom": _table("truth inside the end by", distances, [within(d, 9) for d in distances]),
        "consistent": _table("true discrepancy", discrepancies, [consistent(d) for d in discrepancies]),
        "consistent, 20 comparisons": _table(
            "true discrepancy in one of 20", discrepancies, [consistent(d, 20) for d in discrepancies]
        ),
    }


def _table(name: str, values: tuple[int, ...], rates: list[Rates]) -> str:
    signed = min(values) < 0
    head = [f"{name} (s.e.)", *(f"{value:+d}" if signed else f"{value}" for value in values)]
    outcomes = (Outcome.REPRODUCED, Outcome.INCONCLUSIVE, Outcome.NOT_REPRODUCED)
    return table(head, [[outcome, *(_percent(r[outcome]) for r in rates)] for outcome in outcomes])


def _percent(rate: float) -> str:
    percent = 100 * abs(rate)
    return "< 0.001 %" if percent < 5e-4 else f"{percent:.4f} %" if percent < 0.05 else f"{percent:.1f} %"
