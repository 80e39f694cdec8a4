"""The three kinds of check.

``within``      a measurement with its confidence interval lies in an accepted interval
``consistent``  measurements agree with predictions up to their standard errors
``exact``       a number without error lies in an accepted interval

A check is only worth something if it can fail: each carries negative controls, plausible mistakes that it must reject,
and may carry positive controls, planted effects that it must accept. Each records its margin, how far the measurement
is from where its outcome would change, and how far each control is. ``docs/checks.md`` explains the error rates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from optclaims.statistics import CONFIDENCE, Estimate, t_quantile
from optclaims.verdicts import Outcome, interval

__all__ = [
    "Acceptance",
    "Check",
    "Control",
    "Margin",
    "consistent",
    "critical_z",
    "exact",
    "not_run",
    "sentence",
    "within",
]

# A true prediction is called discrepant as rarely as a normal number exceeds four standard deviations,
# whatever the number of comparisons: over some hundred checks that is less than one false alarm in a hundred runs.
FAMILY_ERROR = 2 * float(ndtr(-4.0))


@dataclass(frozen=True)
class Margin:
    """How far a measurement is from a bound: a number and its unit.

    ``half-widths``: between the near end of the confidence interval and the bound, in half-widths of the interval.
    ``standard errors``: between the largest discrepancy and the k that is allowed. Of a number without error:
    ``accepted half-widths`` from the nearer of two bounds, the ``factor`` between it and a single bound, and the
    ``absolute`` distance where a sign or a zero leaves no factor.
    """

    value: float
    unit: str


@dataclass(frozen=True)
class Acceptance:
    """An accepted interval; an end of None is unbounded, an end equal to ``null`` is exclusive."""

    low: float | None
    high: float | None
    null: float | None = None

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("an accepted interval needs at least one end, otherwise nothing could fail")
        if not all(end is None or math.isfinite(end) for end in (self.low, self.high)):
            raise ValueError(f"ends of an accepted interval are finite or None, got ({self.low}, {self.high})")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the accepted interval ({self.low}, {self.high}) is empty")
        if self.null is not None and self.null not in (self.low, self.high):
            raise ValueError(f"null={self.null} is no end of the accepted interval ({self.low}, {self.high})")

    def contains(self, estimate: Estimate) -> bool:
        """Tell whether the whole confidence interval is accepted."""
        above = self.low is None or estimate.low > self.low or (estimate.low == self.low != self.null)
        below = self.high is None or estimate.high < self.high or (estimate.high == self.high != self.null)
        return above and below

    def excludes(self, estimate: Estimate) -> bool:
        """Tell whether the whole confidence interval lies outside."""
        too_low = self.low is not None and (estimate.high < self.low or estimate.high == self.low == self.null)
        too_high = self.high is not None and (estimate.low > self.high or estimate.low == self.high == self.null)
        return too_low or too_high

    def depth(self, estimate: Estimate) -> float:
        """Return how far inside the nearer end the confidence interval ends (negative: it reaches out)."""
        above = math.inf if self.low is None else estimate.low - self.low
        below = math.inf if self.high is None else self.high - estimate.high
        return min(above, below)

    def distance(self, estimate: Estimate) -> float:
        """Return how far outside the confidence interval begins (negative: it reaches in)."""
        too_low = -math.inf if self.low is None else self.low - estimate.high
        too_high = -math.inf if self.high is None else estimate.low - self.high
        return max(too_low, too_high)

    def margin(self, estimate: Estimate, yardstick: Estimate | None = None) -> Margin:
        """Return how far from an end the confidence interval is, inside or outside; negative where it reaches across.

        yardstick: whose half-width is the unit where the estimate has no error of its own.
        """
        ends = [(end, inward) for end, inward in ((self.low, 1), (self.high, -1)) if end is not None]
        gaps = [(inward * (estimate.value - end), end, inward) for end, inward in ends]
        violated = [side for side in gaps if side[0] < 0]
        # Towards a bound below reaches the lower half of the interval of a value above it.
        sides = [
            (abs(gap), estimate.value - estimate.low if (gap >= 0) == (inward > 0) else estimate.high - estimate.value)
            for gap, _, inward in violated or gaps
        ]
        spare = (estimate.high - estimate.low) / 2 or ((yardstick.high - yardstick.low) / 2 if yardstick else 0.0)
        if spare:
            return Margin(min((gap - half) / (half or spare) for gap, half in sides), "half-widths")
        gap, end, _ = min(violated or gaps, key=lambda side: abs(side[0]))
        if len(ends) == 2 and self.high > self.low:
            return Margin(abs(gap) / (self.high - self.low) * 2, "accepted half-widths")
        if estimate.value * end > 0:
            return Margin(max(estimate.value / end, end / estimate.value), "factor")
        return Margin(abs(gap), "absolute")

    def judge(self, estimate: Estimate) -> Outcome:
        """Return reproduced (inside), not-reproduced (outside) or inconclusive (across an end)."""
        if self.contains(estimate):
            return Outcome.REPRODUCED
        return Outcome.NOT_REPRODUCED if self.excludes(estimate) else Outcome.INCONCLUSIVE


@dataclass(frozen=True)
class Control:
    """A planted mistake (or effect): its weakest measurement, whether the acceptance let it pass, and by how much."""

    label: str
    measured: float
    ci: tuple[float, float]
    passed: bool
    margin: Margin


@dataclass(frozen=True)
class Check:
    """One judged quantity, with everything that the report shows of it; ``nearest``: the control nearest to passing."""

    kind: str
    quantity: str
    outcome: Outcome
    measured: float | None = None
    ci: tuple[float, float] | None = None
    accept: tuple[float | None, float | None] | None = None
    null: float | None = None
    origin: str = ""
    margin: Margin | None = None
    nearest: str | None = None
    controls: list[Control] = field(default_factory=list)
    positive: list[Control] = field(default_factory=list)
    comparisons: int | None = None
    worst: dict[str, float] | None = None
    reason: str | None = None

    def record(self) -> dict[str, object]:
        """Return the check as plain JSON values, absent fields left out."""
        return {key: value for key, value in asdict(self).items() if value is not None and value != ""}


Controls = Mapping[str, Estimate | float | Sequence[Estimate | float]]


def within(
    quantity: str,
    measured: Estimate,
    accept: tuple[float | None, float | None],
    *,
    origin: str,
    controls: Controls,
    null: float | None = None,
    positive: Controls | None = None,
) -> Check:
    """Judge a measurement by its whole 95 % confidence interval.

    quantity: what was measured, in words. accept: (low, high), None where unbounded; an end equal to ``null`` is
    exclusive, so that two identical arms (difference exactly 0) are never accepted. origin: where the bounds come from.
    controls: label -> estimate of a plausible mistake, or a list of them over configurations, which must all be
    rejected. positive: planted effects, which must all be accepted.
    Raises ValueError without a control, or when ``measured`` carries no interval.
    """
    if not isinstance(measured, Estimate):
        raise ValueError(
            f"{quantity}: a `within` check needs an Estimate (a value with its interval), got {measured!r}"
        )
    acceptance = Acceptance(*accept, null)
    return _check("within", quantity, measured, acceptance, origin, controls, positive, identity=False)


def exact(
    quantity: str,
    measured: float,
    accept: tuple[float | None, float | None],
    *,
    origin: str,
    controls: Controls,
    null: float | None = None,
    positive: Controls | None = None,
    identity: bool = False,
) -> Check:
    """Judge a number that has no error: a deterministic quantity, an identity, "every one of n".

    Arguments as for `within`; with ``identity`` (equal up to rounding) the check may do without controls.
    """
    acceptance = Acceptance(*accept, null)
    return _check("exact", quantity, Estimate.exact(measured), acceptance, origin, controls, positive, identity)


def _check(
    kind: str,
    quantity: str,
    measured: Estimate,
    acceptance: Acceptance,
    origin: str,
    controls: Controls,
    positive: Controls | None,
    identity: bool,
) -> Check:
    if not controls and not identity:
        raise ValueError(f"{quantity}: a check needs a negative control, a plausible mistake that it rejects")
    negatives = [_negative(label, _estimates(values), acceptance, measured) for label, values in controls.items()]
    positives = [
        _positive(label, _estimates(values), acceptance, measured) for label, values in (positive or {}).items()
    ]
    nearest = min(controls, key=lambda label: min(map(acceptance.distance, _estimates(controls[label]))), default=None)
    return Check(
        kind=kind,
        quantity=quantity,
        outcome=_guarded(acceptance.judge(measured), negatives, positives),
        measured=measured.value,
        ci=(measured.low, measured.high) if kind == "within" else None,
        accept=(acceptance.low, acceptance.high),
        null=acceptance.null,
        origin=origin,
        # An accepted point (an identity, "every one of n") leaves no room to speak of.
        margin=None
        if acceptance.low == acceptance.high and acceptance.contains(measured)
        else acceptance.margin(measured),
        nearest=nearest,
        controls=negatives,
        positive=positives,
    )


def _estimates(values: Estimate | float | Sequence[Estimate | float]) -> list[Estimate]:
    several = [values] if isinstance(values, Estimate) or np.ndim(values) == 0 else list(values)
    if not several:
        raise ValueError("a control needs at least one value")
    return [value if isinstance(value, Estimate) else Estimate.exact(value) for value in several]


def _negative(label: str, estimates: list[Estimate], acceptance: Acceptance, measured: Estimate) -> Control:
    """Over several configurations the mistake must be seen in each: the least distant one is shown."""
    weakest = min(estimates, key=acceptance.distance)
    passed = not all(map(acceptance.excludes, estimates))
    return Control(label, weakest.value, (weakest.low, weakest.high), passed, acceptance.margin(weakest, measured))


def _positive(label: str, estimates: list[Estimate], acceptance: Acceptance, measured: Estimate) -> Control:
    weakest = min(estimates, key=acceptance.depth)
    passed = all(map(acceptance.contains, estimates))
    return Control(label, weakest.value, (weakest.low, weakest.high), passed, acceptance.margin(weakest, measured))


def _guarded(outcome: Outcome, negatives: list[Control], positives: list[Control]) -> Outcome:
    """A check that lets a mistake pass, or that could not have succeeded, decides nothing."""
    sound = not any(control.passed for control in negatives) and all(control.passed for control in positives)
    return outcome if sound else Outcome.INCONCLUSIVE


def critical_z(comparisons: int, dof: float = math.inf) -> float:
    r"""Return the largest discrepancy, in standard errors, that n comparisons may show.

    $k = t^{-1}_{\mathrm{dof}}(1 - \alpha_n / 2)$ with $1 - (1 - \alpha_n)^n = \alpha$ (Sidak), $\alpha = 2\Phi(-4)$,
    so that k = 4 for one comparison with a known standard error.
    """
    single = -math.expm1(math.log1p(-FAMILY_ERROR) / comparisons)
    return -t_quantile(single / 2, dof)


def consistent(
    quantity: str,
    measured: ArrayLike,
    predicted: ArrayLike,
    stderr: ArrayLike,
    *,
    controls: Mapping[str, Mapping[str, ArrayLike]],
    bias: ArrayLike = 0.0,
    dof: float = math.inf,
    origin: str = "",
    positive: Mapping[str, Mapping[str, ArrayLike]] | None = None,
) -> Check:
    r"""Judge whether measurements agree with predictions: $\max_i (|m_i - p_i| - b_i)_+ / s_i \le k$.

    measured, predicted, stderr, bias: numbers or arrays that broadcast together, one entry per comparison; bias is a
    declared systematic error, such as a discretisation error. k comes from `critical_z`. The check is not-reproduced
    when the discrepancy exceeds k by a 95 % margin, inconclusive in between.
    controls: label -> the arguments (measured, predicted, stderr, bias) that the mistake replaces, for every comparison
    of the check. A mistake is rejected when the check with the mistake in it is: its own largest discrepancy exceeds
    the same k by the same margin. positive: likewise, and must be accepted.
    Raises ValueError without a control, for a control over other comparisons than the check, for standard errors that
    are not positive, and for NaN or infinity.
    """
    if not controls:
        raise ValueError(f"{quantity}: a check needs a negative control, a plausible mistake that it rejects")
    arguments = {"measured": measured, "predicted": predicted, "stderr": stderr, "bias": bias}
    values = _broadcast(quantity, arguments)
    z = _discrepancy(values)
    limit, margin = critical_z(len(z), dof), t_quantile((1 + CONFIDENCE) / 2, dof)

    def control(label: str, replaced: Mapping[str, ArrayLike], planted: bool) -> Control:
        unknown = set(replaced) - set(arguments)
        if unknown:
            raise ValueError(f"{quantity}: control {label!r} replaces {sorted(unknown)}; allowed: {sorted(arguments)}")
        discrepancies = _discrepancy(_broadcast(quantity, arguments | dict(replaced)))
        if len(discrepancies) != len(z):
            raise ValueError(
                f"{quantity}: control {label!r} has {len(discrepancies)} comparisons, the check {len(z)}; "
                "it is judged over the same ones"
            )
        value = float(discrepancies.max())
        passed = value <= limit if planted else value - margin <= limit
        distance = Margin(limit - value if planted else value - margin - limit, "standard errors")
        return Control(label, value, (max(0.0, value - margin), value + margin), passed, distance)

    worst = int(np.argmax(z))
    outcome = Outcome.INCONCLUSIVE
    if z[worst] <= limit:
        outcome = Outcome.REPRODUCED
    elif z[worst] - margin > limit:
        outcome = Outcome.NOT_REPRODUCED
    negatives = [control(label, replaced, planted=False) for label, replaced in controls.items()]
    positives = [control(label, replaced, planted=True) for label, replaced in (positive or {}).items()]
    inside = limit - z[worst] if z[worst] - margin <= limit else z[worst] - margin - limit
    return Check(
        kind="consistent",
        quantity=quantity,
        outcome=_guarded(outcome, negatives, positives),
        measured=float(z[worst]),
        accept=(None, limit),
        origin=origin or "standard errors",
        margin=Margin(float(inside), "standard errors"),
        nearest=min(negatives, key=lambda negative: negative.measured).label,
        controls=negatives,
        positive=positives,
        comparisons=len(z),
        worst={name: float(array[worst]) for name, array in zip(arguments, values, strict=True)},
    )


def _broadcast(quantity: str, arguments: Mapping[str, ArrayLike]) -> list[np.ndarray]:
    arrays = [np.ravel(array) for array in np.broadcast_arrays(*(np.asarray(a, float) for a in arguments.values()))]
    for name, array in zip(arguments, arrays, strict=True):
        if len(array) == 0 or not np.isfinite(array).all():
            raise ValueError(f"{quantity}: {name} must be finite numbers, got {array}")
    if not (arrays[2] > 0).all():
        raise ValueError(f"{quantity}: standard errors must be positive, got {arrays[2].min()}")
    return arrays


def _discrepancy(arrays: list[np.ndarray]) -> np.ndarray:
    measured, predicted, stderr, bias = arrays
    return np.maximum(np.abs(measured - predicted) - bias, 0.0) / stderr


def not_run(quantity: str, reason: str) -> Check:
    """Return a check that could not be run, with the reason."""
    return Check(kind="not-run", quantity=quantity, outcome=Outcome.NOT_RUN, reason=reason)


def sentence(check: Check) -> str:
    """Return one line a person can read: outcome, quantity, measured value, accepted interval, controls."""
    if check.outcome == Outcome.NOT_RUN:
        return f"[not-run] {check.quantity}: {check.reason}"
    error = f" [{check.ci[0]:.4g}, {check.ci[1]:.4g}]" if check.ci else ""
    passed = [control.label for control in check.controls if control.passed]
    refused = [control.label for control in check.positive if not control.passed]
    controls = f"{len(check.controls) - len(passed)} of {len(check.controls)} controls rejected"
    notes = [f"control passed: {label}" for label in passed] + [
        f"positive control refused: {label}" for label in refused
    ]
    accepted = interval(*check.accept, check.null)
    return f"[{check.outcome}] {check.quantity}: {check.measured:.4g}{error} in {accepted}?  " + "; ".join(
        [controls, *notes]
    )
