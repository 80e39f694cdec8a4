"""Means of the students' errors, as rows of a figure's frame, and their relative gap to theory."""

from numpy.typing import ArrayLike

from optclaims import statistics
from optclaims.science import domain

__all__ = ["gap", "summary"]


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
