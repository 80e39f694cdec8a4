"""Tamed and boosted descent: the deterministic part of polygonal unadjusted Langevin algorithms."""

from dataclasses import dataclass
from typing import Any, ClassVar

import array_api_compat

from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, like, ratio

__all__ = ["TheoPouLa"]

POWERS = ("root", "linear", "none")


def strength(lr: Any, power: str) -> Any:
    r"""Return the factor of a correction: $\sqrt{\mathrm{lr}}$, lr itself, or 0."""
    return {"root": lr**0.5, "linear": lr, "none": 0 * lr}[power]


@dataclass(frozen=True)
class TheoPouLa(Rule):
    r"""Lim and Sabanis' update without noise and regularisation, coordinate by coordinate:

    $$\theta \leftarrow \theta - \mathrm{lr}\; g\,\frac{1 + \sqrt{\mathrm{lr}}/(\epsilon + |g|)}
    {1 + \sqrt{\mathrm{lr}}\,|g|}.$$

    The denominator tames large gradients (no step is longer than $\sqrt{\mathrm{lr}}$ for lr up to 1), the numerator
    boosts those below eps.

    boosting, taming: "root" as above; "linear" has lr in the place of its root; "none" leaves the factor out

    Domain: lr, eps any shape.

    >>> import numpy as np
    >>> rule, theta = TheoPouLa(lr=0.25, eps=0.5), np.zeros(2)
    >>> rule.step(theta, np.array([0.5, -1e30]), {}, t=1)[0]
    array([-0.15,  0.5 ])
    """

    lr: Parameter
    eps: Parameter = 1e-8
    boosting: str = "root"
    taming: str = "root"

    CHOICES: ClassVar = {"boosting": POWERS, "taming": POWERS}

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        size = array_api_compat.array_namespace(gradient).abs(gradient)
        boost, tame = (like(strength(now.lr, power), theta) for power in (self.boosting, self.taming))
        boosted = gradient + boost * ratio(gradient, like(now.eps, theta) + size)
        return like(now.lr, theta) * boosted / (1 + tame * size), state
