"""What momentum does to a gradient that stands still (replace by the theory of the paper)."""

import numpy as np
from numpy.typing import ArrayLike

from optclaims.science.domain import broadcastable, positive, probability


def rate_with_momentum(lr: ArrayLike, momentum: ArrayLike) -> np.ndarray:
    r"""Return the learning rate $(1 - \beta) \eta$ at which momentum $\beta$ has the effective rate $\eta$.

    Under a constant gradient the velocity tends to $g / (1 - \beta)$, the sum of $\beta^k g$.
    lr: $\eta$, any shape; momentum: $\beta$; both broadcast. Raises ValueError unless lr > 0 and 0 <= momentum < 1.
    Source: Section 1 (derived).

    Domain: lr, momentum any shape

    >>> rate_with_momentum([0.1, 1.0], momentum=0.5)
    array([0.05, 0.5 ])
    """
    lr, momentum = positive("lr", lr), probability("momentum", momentum, "[)")
    broadcastable(lr=lr, momentum=momentum)
    return (1 - np.asarray(momentum)) * np.asarray(lr)
