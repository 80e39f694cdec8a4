r"""Solutions of $\dot x = F(x)$ for arrays, by a library's integrator with error control."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from optclaims.science import domain

__all__ = ["integrate"]

Field = Callable[[np.ndarray], np.ndarray]
"""Maps points (..., n) to velocities of the same shape."""


def integrate(
    field: Field,
    start: ArrayLike,
    times: ArrayLike,
    *,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    method: str = "DOP853",
    max_step: float = np.inf,
) -> np.ndarray:
    r"""Return the solution of $\dot x = F(x)$ at increasing times (records,), the first one that of start (..., n).

    SciPy's DOP853, an explicit Runge-Kutta method of order 8, in float64; for a field with kinks, where control of the
    error finds ever smaller steps and no smoothness, RK23 (order 3) with a max_step. Runs are integrated together, so
    each has the steps of the most demanding one. Returns (records, ..., n). Raises ValueError for a start or tolerances
    that are not finite, an unknown method, and times that do not increase; RuntimeError where the solution leaves what
    is finite.
    Domain: max_step infinite; start signed, any shape

    >>> integrate(lambda x: -x, [1.0], [0.0, 1.0]).round(6)
    array([[1.      ],
           [0.367879]])
    """
    domain.function("field", field)
    start, times = domain.finite("start", start), domain.increasing("times", times)
    if len(times) < 2:
        raise ValueError(f"times must hold a start and an end, got {times}")
    domain.positive("rtol", rtol, ()), domain.positive("atol", atol, ())
    domain.one_of("method", method, ("DOP853", "RK23")), domain.positive("max_step", max_step, (), infinite=True)

    def velocity(_: float, flat: np.ndarray) -> np.ndarray:
        found = field(flat.reshape(start.shape)).ravel()
        if not np.isfinite(found).all():  # the step control would halve its step for ever
            raise RuntimeError("the flow left the region where its field is finite")
        return found

    ends = (times[0], times[-1])
    steps = {"method": method, "rtol": rtol, "atol": atol, "max_step": max_step}
    solution = solve_ivp(velocity, ends, start.ravel(), t_eval=times, **steps)
    if not solution.success:
        raise RuntimeError(f"the flow could not be integrated: {solution.message}")
    return solution.y.T.reshape(len(times), *start.shape)
