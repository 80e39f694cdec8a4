"""What the theory may be asked: learning rate, momentum and noise of mini-batch SGD."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import broadcastable, finite, nonnegative, positive, probability, within

__all__ = ["checked"]

Array = NDArray[np.float64]


def checked(
    lr: ArrayLike,
    momentum: ArrayLike,
    gamma: ArrayLike,
    tau1: ArrayLike = 1.0,
    tau2: ArrayLike = 1.0,
    shape: tuple | None = None,
) -> tuple[Array, Array, Array, Array, Array]:
    r"""Return lr > 0, momentum in (-1, 1), gamma in [0, 1], tau1 >= 0 and tau2 with gamma tau2 <= 1.

    The convergence theorem assumes $0 \le \gamma \tau_2 \le 1$. Below 0 the transfer map of each mode keeps second
    moments positive, so the theorem goes through, but a mode can diverge by itself: ``Utilde`` then has a pole in
    (0, 1), which `stability` watches for. Above 1 nothing is known.

    shape: that of every argument, () for numbers; None for any shapes that broadcast.

    Domain: lr, momentum, gamma, tau1, tau2 any shape; momentum, tau2 signed

    >>> checked(0.1, 0.9, 1.0, tau2=-1.0)[0]
    0.1
    """
    lr, momentum = positive("lr", lr, shape), within("momentum", momentum, -1, 1, "()", shape)
    gamma, tau1 = probability("gamma", gamma, shape=shape), nonnegative("tau1", tau1, shape)
    tau2 = finite("tau2", tau2, shape)
    broadcastable(lr=lr, momentum=momentum, gamma=gamma, tau1=tau1, tau2=tau2)
    within("gamma * tau2", gamma * tau2, -np.finfo(float).max, 1)
    return lr, momentum, gamma, tau1, tau2
