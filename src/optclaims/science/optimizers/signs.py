r"""Rules that step along signs: every coordinate moves by the same amount, whatever its gradient."""

from dataclasses import dataclass
from typing import ClassVar

import array_api_compat

from optclaims.science.optimizers import compressors
from optclaims.science.optimizers.descent import HeavyBall
from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, average, like

__all__ = ["Lion", "ScaledSign", "SignSGD", "Signum"]


def sign(x: Array) -> Array:
    """Return -1, 0 or 1."""
    return array_api_compat.array_namespace(x).sign(x)


@dataclass(frozen=True)
class SignSGD(Rule):
    r"""$\theta \leftarrow \theta - \mathrm{lr}\,\mathrm{sign}(g)$, with sign(0) = 0.

    Domain: lr any shape.

    >>> import numpy as np
    >>> rule, theta = SignSGD(lr=0.5), np.zeros(3)
    >>> rule.step(theta, np.array([3.0, -0.1, 0.0]), {}, t=1)[0]
    array([-0.5,  0.5,  0. ])
    """

    lr: Parameter

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        return like(self.at(t).lr, theta) * sign(gradient), state


@dataclass(frozen=True)
class ScaledSign(Rule):
    r"""$\theta \leftarrow \theta - \mathrm{lr}\,\lVert g\rVert_1/d\;\mathrm{sign}(g)$, for each tensor on its own.

    sizes: numbers of parameters of the tensors in the order of the flat vector; None: all of it is one tensor.

    Domain: lr any shape; sizes any length.

    >>> import numpy as np
    >>> rule, theta = ScaledSign(lr=1.0, sizes=(2, 1)), np.zeros(3)
    >>> rule.step(theta, np.array([3.0, -1.0, 5.0]), {}, t=1)[0]
    array([-2.,  2., -5.])
    """

    lr: Parameter
    sizes: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        compressors.ScaledSign(self.sizes)  # refuses sizes that are none

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        return like(self.at(t).lr, theta) * compressors.ScaledSign(self.sizes)(gradient, t), state


@dataclass(frozen=True)
class Signum(HeavyBall):
    r"""$m \leftarrow \mu m + (1-\mu) g,\quad \theta \leftarrow \theta - \mathrm{lr}\,\mathrm{sign}(m)$.

    Domain: lr, momentum any shape.

    >>> import numpy as np
    >>> rule, theta = Signum(lr=0.5, momentum=0.5), np.zeros(1)
    >>> rule.step(theta, np.array([1.0]), {"m": np.array([-3.0])}, t=2)
    (array([0.5]), {'m': array([-1.])})
    """

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        m = average(state["m"], gradient, now.momentum)
        return like(now.lr, theta) * sign(m), {"m": m}


@dataclass(frozen=True)
class Lion(Rule):
    r"""The sign of a momentum with two memories (Chen et al. 2023), weight decay decoupled:

    $$\theta \leftarrow \theta - \mathrm{lr}\,(\mathrm{sign}(\beta_1 m + (1-\beta_1) g) + \lambda\theta),\qquad
    m \leftarrow \beta_2 m + (1-\beta_2) g.$$

    Domain: lr, beta1, beta2, weight_decay any shape.

    >>> import numpy as np
    >>> rule, theta = Lion(lr=0.1, beta1=0.5, beta2=0.75), np.zeros(1)
    >>> rule.step(theta, np.array([2.0]), {"m": np.array([-1.0])}, t=2)
    (array([-0.1]), {'m': array([-0.25])})
    """

    lr: Parameter
    beta1: Parameter = 0.9
    beta2: Parameter = 0.99
    weight_decay: Parameter = 0.0

    MEMORY: ClassVar = ("m",)

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        direction = sign(average(state["m"], gradient, now.beta1)) + like(now.weight_decay, theta) * theta
        return like(now.lr, theta) * direction, {"m": average(state["m"], gradient, now.beta2)}
