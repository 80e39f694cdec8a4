"""Heavy balls with a mass and a friction: underdamped dynamics in semi-implicit steps."""

from dataclasses import dataclass
from typing import ClassVar

from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, like

__all__ = ["Underdamped"]


@dataclass(frozen=True)
class Underdamped(Rule):
    r"""Semi-implicit Euler steps of length lr for $m \ddot\theta = -\alpha\dot\theta - g$:

    $$u \leftarrow \frac{m\,u - \mathrm{lr}^2 g}{m + \alpha\,\mathrm{lr}},\qquad \theta \leftarrow \theta + u.$$

    A heavy ball with momentum $m/(m+\alpha\,\mathrm{lr})$ whose effective rate is $\mathrm{lr}/\alpha$ for every mass;
    SGD for mass 0. The memory u is the last displacement, so the mass may be a schedule.

    Domain: lr, mass, friction any shape.

    >>> import numpy as np
    >>> rule, theta = Underdamped(lr=0.5, mass=0.5), np.ones(1)
    >>> rule.step(theta, np.array([2.0]), rule.start(theta), t=1)
    (array([0.5]), {'u': array([-0.5])})
    """

    lr: Parameter
    mass: Parameter = 0.0
    friction: Parameter = 1.0

    MEMORY: ClassVar = ("u",)

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        total = now.mass + now.friction * now.lr
        u = like(now.mass / total, theta) * state["u"] - like(now.lr**2 / total, theta) * gradient
        return -u, {"u": u}
