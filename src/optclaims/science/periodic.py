r"""Gradients that repeat and do not depend on the point: what moving averages settle to, and the drift per period.

On linear losses the memory of an optimizer does not depend on its iterate, so under periodic gradients it becomes
periodic too. The displacement per period and unit step size, away from any wall, is

$$\Delta = -\sum_{k=0}^{P-1} \frac{n_k}{\sqrt{d_k + \epsilon}}$$

with the numerators and denominators of one period. With steps that tend to 0, and whose sum does not, its sign decides
where the iterate ends. All formulas are sums of geometric series. Source: derived.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["averages", "departures", "directions", "drift", "pulse"]

NUMERATORS = ("gradient", "momentum")


def pulse(large: ArrayLike, rest: ArrayLike, period: int, beta: ArrayLike) -> NDArray[np.float64]:
    r"""Moving average (..., period) of one value and then P - 1 times another, once it has settled; k = 0 at the first:

    $$\mathrm{rest} + (\mathrm{large} - \mathrm{rest})\,\frac{(1-\beta)\,\beta^k}{1-\beta^P}.$$

    large, rest, beta broadcast.

    Domain: large, rest signed, any shape; beta any shape.

    >>> pulse(4.0, 1.0, 3, 0.5).round(3)
    array([2.714, 1.857, 1.429])
    """
    domain.finite("large", large)
    domain.finite("rest", rest)
    domain.integer("period", period, low=2, shape=())
    domain.probability("beta", beta, "[)")
    domain.broadcastable(large=large, rest=rest, beta=beta)
    k = np.arange(period)
    large, rest, beta = (np.asarray(a, dtype=float)[..., None] for a in (large, rest, beta))
    return rest + (large - rest) * (1 - beta) * beta**k / (1 - beta**period)


def averages(values: ArrayLike, beta: ArrayLike) -> NDArray[np.float64]:
    r"""Settled moving average of any periodic values, $a_k = \beta a_{k-1} + (1-\beta) x_k$ with $a_{-1} = a_{P-1}$.

    values: (..., P), one period;  beta: broadcasts against (...). The last entry is
    $(1-\beta) \sum_j \beta^j x_{P-1-j} / (1-\beta^P)$.

    Domain: values signed, any shape; beta any shape.

    >>> averages([4.0, 1.0, 1.0], 0.5).round(3)
    array([2.714, 1.857, 1.429])
    """
    values, beta, last = _settled(values, beta)
    return _follow(last * (1 - beta), (1 - beta)[..., None] * values, beta)


def departures(gradients: ArrayLike, beta1: ArrayLike) -> NDArray[np.float64]:
    r"""Settled difference (..., P) between a gradient and its moving average, $g_k - m_k$.

    By $g_k - m_k = \beta_1 (g_{k-1} - m_{k-1} + g_k - g_{k-1})$, which keeps all digits while gradients stay equal and
    the difference shrinks geometrically; to subtract the averages would lose them. Arguments as in `averages`.

    Domain: gradients signed, any shape; beta1 any shape.

    >>> departures([4.0, 1.0, 1.0], 0.5).round(3)
    array([ 1.286, -0.857, -0.429])
    """
    jumps = np.asarray(domain.finite("gradients", gradients), float)
    domain.probability("beta1", beta1, "[)")
    jumps = jumps - np.roll(jumps, 1, axis=-1)
    jumps, beta1, last = _settled(jumps, beta1)
    return _follow(last * beta1, beta1[..., None] * jumps, beta1)


def _settled(values: ArrayLike, beta: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    r"""Values and beta of one shape, and the sum $\sum_{j \ge 0} \beta^j x_{P-1-j}$ over all periods of the past."""
    values = np.asarray(domain.finite("values", values), float)
    domain.probability("beta", beta, "[)")
    if values.ndim == 0 or values.shape[-1] < 2:
        raise ValueError(f"values must hold a period of two steps at least, got shape {values.shape}")
    domain.broadcastable(values=values[..., 0], beta=beta)
    shape = np.broadcast_shapes(values.shape[:-1], np.shape(beta))
    beta, values = np.broadcast_to(beta, shape).astype(float), np.broadcast_to(values, (*shape, values.shape[-1]))
    period = values.shape[-1]
    powers = beta[..., None] ** np.arange(period)[::-1]
    return values, beta, (powers * values).sum(axis=-1) / (1 - beta**period)


def _follow(last: NDArray, fresh: NDArray, beta: NDArray) -> NDArray[np.float64]:
    """One period of a_k = beta a_{k-1} + fresh_k from the value before it."""
    out = np.empty(fresh.shape)
    for k in range(fresh.shape[-1]):
        last = out[..., k] = beta * last + fresh[..., k]
    return out


def directions(numerator: ArrayLike, second: ArrayLike, eps: float = 0.0) -> NDArray[np.float64]:
    r"""Steps of one period for unit step size, $n_k / \sqrt{d_k + \epsilon}$ (..., P).

    Domain: numerator signed, any shape, any length; second any shape, any length.

    >>> directions([4.0, -1.0], [16.0, 4.0])
    array([ 1. , -0.5])
    """
    domain.nonnegative("second", second)
    domain.finite("numerator", numerator)
    domain.nonnegative("eps", eps, shape=())
    domain.broadcastable(numerator=numerator, second=second)
    return np.asarray(numerator, float) / np.sqrt(np.asarray(second, float) + eps)


def drift(
    gradients: ArrayLike,
    beta1: ArrayLike,
    beta2: ArrayLike,
    *,
    numerator: str = "momentum",
    centred: bool = False,
    delay: int = 0,
) -> NDArray[np.float64]:
    r"""Displacement (...) per period and unit step size, $-\sum_k n_k / \sqrt{s_{k-\mathrm{delay}}}$.

    gradients: (P,), one period;  beta1, beta2: broadcast to (...)
    numerator: "momentum" or the "gradient" itself;  centred: s averages $(g-m)^2$ in place of $g^2$, m of the same step
    delay: the denominator is that of so many steps before; 0 is that of Adam, 1 that of ACProp

    Domain: gradients signed, any length; beta1, beta2 any shape.

    >>> drift([3.0, -1.0, -1.0], 0.0, [0.1, 0.9]).round(3)  # RMSprop: to the wrong side, and to the right one
    array([ 0.681, -0.443])
    """
    gradients = domain.finite("gradients", gradients, shape=(None,))
    domain.probability("beta1", beta1, "()" if centred else "[)")  # without momentum g - m is 0
    domain.probability("beta2", beta2, "[)")
    domain.broadcastable(beta1=beta1, beta2=beta2)
    domain.one_of("numerator", numerator, NUMERATORS)
    domain.integer("delay", delay, low=0, shape=())
    beta1, beta2 = np.broadcast_arrays(np.asarray(beta1, float), np.asarray(beta2, float))
    squares = departures(gradients, beta1) ** 2 if centred else np.asarray(gradients, float) ** 2
    top = gradients if numerator == "gradient" else averages(gradients, beta1)
    second = np.roll(averages(squares, beta2), delay, axis=-1)
    return -directions(top, second).sum(axis=-1)
