"""The noisy quadratic of one dimension, with the schedules of SUPER-ADAM."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.optimizers import SuperAdam
from optclaims.science.optimizers.schedules import InversePower, Power

__all__ = ["Setting"]


@dataclass(frozen=True)
class Setting:
    r"""Gradients $h x + \sigma\xi + s z x$ of $h x^2/2$ with $\xi, z$ standard normal, the matrix H = 1, and

    $$\eta_t = \gamma\mu_t,\quad \mu_t = k/(m+t)^p,\quad \alpha_{t+1} = \min(1, c\,\mu_t^{1+\tau}),$$

    with p = 1/3 for tau = 1 and 1/2 for tau = 0, as in the paper, unless given. A constant H is gamma / H.

    curvature: h;  sigma, spread: s, additive and multiplicative noise

    >>> Setting(tau=1, c=2.0).alpha(26.0).round(6)  # 2 / (100 + 25)^(2/3)
    np.float64(0.08)
    """

    tau: int
    c: float
    gamma: float = 0.1
    k: float = 1.0
    m: float = 100.0
    power: float | None = None
    curvature: float = 1.0
    sigma: float = 1.0
    spread: float = 0.0

    def __post_init__(self) -> None:
        domain.one_of("tau", self.tau, (0, 1))
        for name in ("c", "gamma", "k", "m", "curvature"):
            domain.positive(name, getattr(self, name), ())
        for name in ("sigma", "spread"):
            domain.nonnegative(name, getattr(self, name), ())
        if self.power is not None:
            domain.positive("power", self.power, ())

    @property
    def p(self) -> float:
        """The exponent of mu."""
        return self.power if self.power is not None else 1 / (2 + self.tau)

    def eta(self, t: ArrayLike) -> NDArray[np.float64]:
        r"""Return $\gamma\mu_t$.

        Domain: t any shape.

        >>> Setting(tau=0, c=5.0).eta(300.0).round(6)
        np.float64(0.005)
        """
        return self.gamma * self.k * (self.m + np.asarray(domain.at_least("t", t, 1), float)) ** -self.p

    def alpha(self, t: ArrayLike) -> NDArray[np.float64]:
        r"""Return $\alpha_t$ for t from 2 on.

        Domain: t any shape.

        >>> Setting(tau=0, c=5.0).alpha(301.0)
        np.float64(0.25)
        """
        t = np.asarray(domain.at_least("t", t, 2), float)
        return np.minimum(1.0, self.c * (self.k * (self.m + t - 1) ** -self.p) ** (1 + self.tau))

    def rule(self, **fields: object) -> SuperAdam:
        """Return the rule with these schedules; fields: the others of `SuperAdam`.

        Domain: eps any shape.

        >>> Setting(tau=0, c=5.0).rule(eps=1.0, matrix="constant").tau
        0
        """
        mu = InversePower(self.k, self.p, self.m)
        return SuperAdam(self.gamma, mu=mu, alpha=Power(self.c, mu, 1 + self.tau, 1.0), **{"tau": self.tau, **fields})
