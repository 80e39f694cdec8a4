"""What is read off the runs: maps with the paper's protocol, kinds of convergence, and exponents."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.acprop import problems, simulation, theory
from optclaims.papers.acprop.problems import Method
from optclaims.science import domain

__all__ = ["converged_by_protocol", "exponents", "kinds", "map_row"]

STARTS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # step sizes of the paper's protocol (recalled)
KINDS = ("neither", "both", "only ACProp", "only AdaShift")


def converged_by_protocol(method: Method, gradients: ArrayLike, beta1: float, beta2: ArrayLike) -> NDArray[np.bool_]:
    r"""Whether the mean distance from -1 over the last thousand of $10^4$ steps is below 0.01 for some
    $\alpha_0/\sqrt t$ from x = 1 (the paper's protocol, recalled); beta2 (n,).

    Domain: gradients signed, any length; beta2 any shape, any length.

    >>> converged_by_protocol(problems.METHODS["ACProp"], problems.frequent(10), 0.9, 0.9)
    array([ True])
    """
    beta1 = domain.probability("beta1", beta1, "[)", shape=())
    beta2 = np.atleast_1d(domain.probability("beta2", beta2, "[)"))
    times = [9000, 10_000]
    paths = [simulation.run(method, gradients, times, lr=lr, beta1=beta1, beta2=beta2, start=1.0) for lr in STARTS]
    return np.min([simulation.tail_mean(path, times) + 1 for path in paths], axis=0) < 0.01


def map_row(name: str, period: int, beta1: float, beta2: ArrayLike) -> pd.DataFrame:
    """Drift and the protocol's result at each beta2 (n,) on the first problem, as rows of a map.

    Domain: beta2 any length.

    >>> map_row("ACProp", 10, 0.9, [0.9])[["drift", "protocol"]].round(2)
       drift  protocol
    0  -1.16         1
    """
    method = problems.METHODS[domain.one_of("name", name, problems.METHODS)]
    beta2 = domain.vector("beta2", beta2)
    return pd.DataFrame(
        {
            "method": name,
            "beta1": beta1,
            "P": period,
            "one_minus_beta2": 1 - np.asarray(beta2),
            "drift": theory.drift(method, "frequent", period, beta1, beta2),
            "protocol": converged_by_protocol(method, problems.frequent(period), beta1, beta2).astype(int),
        }
    )


def kinds(converges: ArrayLike, baseline: ArrayLike) -> NDArray[np.str_]:
    """Name (n,) of what happens where ACProp converges or not, and AdaShift does or not; both (n,) of truth values.

    Domain: converges, baseline any length.

    >>> kinds([True, True, False], [True, False, False]).tolist()
    ['both', 'only ACProp', 'neither']
    """
    left, right = (
        domain.integer(name, np.asarray(a).astype(float) if np.ndim(a) else a, 0, 1)
        for name, a in (("converges", converges), ("baseline", baseline))
    )
    domain.broadcastable(converges=left, baseline=right)
    left, right = np.asarray(left, bool), np.asarray(right, bool)
    return np.select([left & right, left & ~right, ~left & right], KINDS[1:], KINDS[0])


def exponents(first: ArrayLike, last: ArrayLike, factor: float) -> NDArray[np.float64]:
    """Slopes log(last / first) / log(factor) of a power law between two horizons, entry by entry.

    Domain: first, last any shape.

    >>> exponents([4.0], [2.0], 4.0)
    array([-0.5])
    """
    first, last = domain.positive("first", first), domain.positive("last", last)
    domain.shape("last", np.asarray(last), np.shape(first))
    factor = domain.within("factor", factor, 1, np.inf, "()", shape=())
    return np.log(np.asarray(last) / np.asarray(first)) / np.log(factor)
