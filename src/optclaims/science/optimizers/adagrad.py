r"""AdaGrad: a step divided by the root of the sum of all squares."""

from dataclasses import dataclass
from typing import ClassVar

import array_api_compat

from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, like, ratio

__all__ = ["AdaGrad"]


@dataclass(frozen=True)
class AdaGrad(Rule):
    r"""$v \leftarrow v + g^2,\quad \theta \leftarrow \theta - \mathrm{lr}\, g/(\sqrt v + \epsilon)$ (Duchi 2011).

    Domain: lr, eps any shape.

    >>> import numpy as np
    >>> rule, theta = AdaGrad(lr=1.0, eps=0.0), np.zeros(1)
    >>> rule.step(theta, np.array([4.0]), {"v": np.array([9.0])}, t=2)
    (array([-0.8]), {'v': array([25.])})
    """

    lr: Parameter
    eps: Parameter = 1e-10

    MEMORY: ClassVar = ("v",)

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now, v = self.at(t), state["v"] + gradient * gradient
        root = array_api_compat.array_namespace(theta).sqrt(v) + like(now.eps, theta)
        return like(now.lr, theta) * ratio(gradient, root), {"v": v}
