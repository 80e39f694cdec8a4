"""Means of the students' errors, as rows of a figure's frame, their relative gap to theory, and paths to a student."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims import statistics
from optclaims.papers.glm_asymptotics import theory
from optclaims.papers.glm_asymptotics.problems import Setting
from optclaims.science import divergence, domain

__all__ = ["angles", "distances", "gap", "limits", "rate", "summary"]


def gap(errors: ArrayLike, predicted: float) -> statistics.Estimate:
    """Return the mean of the draws' errors (draws,) over the predicted one, less one.

    Raises ValueError for a prediction that is not positive.
    Domain: errors signed

    >>> round(gap([1.0, 1.2], 1.0).value, 6)
    0.1
    """
    return statistics.mean(domain.finite("errors", errors, (None,)) / domain.positive("predicted", predicted, ())) - 1


def summary(mse: ArrayLike, angle: ArrayLike) -> dict[str, float]:
    """Return means and standard errors of the draws' mean squared errors and angles, each (draws,).

    Domain: mse signed; angle signed; mse any length; angle any length

    >>> summary([1.0, 3.0], [0.5, 0.5])["mse_stderr"]
    1.0
    """
    row = {}
    for name, values in (("mse", mse), ("angle", angle)):
        values = domain.finite(name, values, (None,))
        row |= {name: float(values.mean()), f"{name}_stderr": float(statistics.stderr(values))}
    return row


def distances(weights: ArrayLike, student: ArrayLike) -> NDArray:
    r"""Return $\lVert x_t - \hat x\rVert/\lVert\hat x\rVert$ (iterations, penalties) along paths to students.

    weights: (iterations, penalties, d); student: (penalties, d), not 0. From where a path is not finite, or above 1e30,
    its distance is 1e30. Raises ValueError otherwise.
    Domain: weights signed, infinite, NaN; student signed

    >>> distances([[[2.0, 0.0]], [[1.0, 0.5]]], [[1.0, 0.0]]).ravel()
    array([1. , 0.5])
    """
    student = domain.finite("student", np.asarray(student, float), (None, None))
    weights = domain.shape("weights", np.asarray(weights, float), (None, *student.shape))
    length = domain.positive("student", np.linalg.norm(student, axis=1))
    with np.errstate(over="ignore", invalid="ignore"):
        return divergence.capped(np.linalg.norm(weights - student, axis=2) / length)


def angles(weights: ArrayLike, teacher: ArrayLike) -> NDArray:
    r"""Return the angles (...) between weights (..., d) and a teacher (d,), both not 0. Raises ValueError otherwise.

    Domain: weights signed, any shape; teacher signed

    >>> angles([[1.0, 1.0]], [1.0, 0.0]).round(4)
    array([0.7854])
    """
    teacher = domain.finite("teacher", np.asarray(teacher, float), (None,))
    weights = domain.finite("weights", np.asarray(weights, float))
    domain.shape("weights", weights, (*[None] * (weights.ndim - 1), len(teacher)))
    lengths = domain.positive("weights", np.linalg.norm(weights, axis=-1))
    return np.arccos(
        np.clip(weights @ teacher / (lengths * domain.positive("teacher", np.linalg.norm(teacher))), -1, 1)
    )


def rate(distances: ArrayLike, low: float = 1e-10, high: float = 1e-2) -> float:
    r"""Return the slope of $\log_{10}$ of distances (iterations,) on the iteration, over those between low and high.

    Raises ValueError for fewer than three of them.
    Domain: distances any length

    >>> round(rate(10.0 ** -np.arange(14.0)), 9)
    -1.0
    """
    distances = domain.nonnegative("distances", np.asarray(distances, float), (None,))
    low, high = domain.positive("low", low, ()), domain.positive("high", high, ())
    kept = np.flatnonzero((distances > low) & (distances < high))
    if len(kept) < 3:
        raise ValueError(f"distances must hold three numbers between {low:g} and {high:g}, got {len(kept)}")
    return float(np.polyfit(kept, np.log10(distances[kept]), 1)[0])


def limits(
    setting: Setting, law: Callable[[float], theory.Spectrum], alphas: ArrayLike, **labels: object
) -> list[dict[str, object]]:
    r"""Return rows of labels, alpha, angle and error of the theory, one for each alpha; law: spectrum at an alpha.

    For the hinge loss with an $\ell_2$ penalty on orthogonal rows by the closed form, since the iteration is singular.
    Raises ValueError and RuntimeError as `theory.solve`.
    Domain: alphas any length; loss any name

    >>> found = limits(Setting(alpha=1.0, l2=0.1), theory.orthogonal, [0.25, 0.5], loss="logistic")
    >>> [(row["loss"], row["alpha"], round(row["angle"], 3)) for row in found]
    [('logistic', 0.25, 1.16), ('logistic', 0.5, 0.971)]
    """
    rows = []
    for alpha in domain.vector("alphas", domain.positive("alphas", alphas)).tolist():
        now = replace(setting, alpha=alpha)
        singular = law is theory.orthogonal and now.loss == "hinge" and not now.l1 and alpha <= 1
        limit = theory.decoupled(now) if singular else theory.solve(now, law(alpha))
        rows.append({**labels, "alpha": alpha, "angle": limit.angle, "mse": limit.mse})
    return rows
