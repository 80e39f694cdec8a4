r"""Gradient descent and its momenta: the step is linear in the gradients."""

from dataclasses import dataclass
from typing import ClassVar

from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, average, like

__all__ = ["SGD", "EMAMomentum", "HeavyBall", "Nesterov"]


@dataclass(frozen=True)
class SGD(Rule):
    r"""$\theta \leftarrow \theta - \mathrm{lr}\, g$.

    Domain: lr any shape.

    >>> import numpy as np
    >>> rule, theta = SGD(lr=0.5), np.array([2.0])
    >>> rule.step(theta, np.array([1.0]), rule.start(theta), t=1)
    (array([1.5]), {})
    """

    lr: Parameter

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        return like(self.at(t).lr, theta) * gradient, state


@dataclass(frozen=True)
class HeavyBall(Rule):
    r"""$m \leftarrow \mu m + g,\quad \theta \leftarrow \theta - \mathrm{lr}\, m$ (Polyak; torch's SGD with momentum).

    At constant lr this is $\theta_{t+1} = \theta_t + \mu(\theta_t - \theta_{t-1}) - \mathrm{lr}\, g_t$, begun at rest.

    Domain: lr, momentum any shape.

    >>> import numpy as np
    >>> rule, theta = HeavyBall(lr=0.5, momentum=0.5), np.array([2.0])
    >>> rule.step(theta, np.array([1.0]), {"m": np.array([2.0])}, t=2)
    (array([1.]), {'m': array([2.])})
    """

    lr: Parameter
    momentum: Parameter = 0.9

    MEMORY: ClassVar = ("m",)

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        m = like(now.momentum, theta) * state["m"] + gradient
        return like(now.lr, theta) * m, {"m": m}


@dataclass(frozen=True)
class EMAMomentum(HeavyBall):
    r"""$m \leftarrow \mu m + (1-\mu) g,\quad \theta \leftarrow \theta - \mathrm{lr}\, m$ (torch: dampening = momentum).

    The same path as heavy ball with $(1-\mu)\,\mathrm{lr}$.

    Domain: lr, momentum any shape.

    >>> import numpy as np
    >>> rule, theta = EMAMomentum(lr=0.5, momentum=0.5), np.array([2.0])
    >>> rule.step(theta, np.array([1.0]), rule.start(theta), t=1)
    (array([1.75]), {'m': array([0.5])})
    """

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        m = average(state["m"], gradient, now.momentum)
        return like(now.lr, theta) * m, {"m": m}


@dataclass(frozen=True)
class Nesterov(HeavyBall):
    r"""$m \leftarrow \mu m + g,\quad \theta \leftarrow \theta - \mathrm{lr}\,(g + \mu m)$ (torch's nesterov=True).

    theta is the extrapolated point $y_t = x_t + \mu(x_t - x_{t-1})$, where the gradient is taken. In the other
    convention one follows $x_{t+1} = y_t - \mathrm{lr}\, g(y_t)$, which `leading` recovers (at constant lr).
    momentum_form="average" replaces both sums by averages, $m \leftarrow \mu m + (1-\mu)g$ and
    $\theta \leftarrow \theta - \mathrm{lr}(\mu m + (1-\mu) g)$: the momentum inside Nadam.

    Domain: lr, momentum any shape.

    >>> import numpy as np
    >>> rule, theta = Nesterov(lr=0.5, momentum=0.5), np.array([2.0])
    >>> theta, state = rule.step(theta, np.array([1.0]), rule.start(theta), t=1)
    >>> theta, rule.leading(theta, state)
    (array([1.25]), array([1.5]))
    """

    momentum_form: str = "sum"
    CHOICES: ClassVar = {"momentum_form": ("sum", "average")}

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        if self.momentum_form == "average":
            m = average(state["m"], gradient, now.momentum)
            return like(now.lr, theta) * average(m, gradient, now.momentum), {"m": m}
        m = like(now.momentum, theta) * state["m"] + gradient
        return like(now.lr, theta) * (gradient + like(now.momentum, theta) * m), {"m": m}

    def leading(self, theta: Array, state: State, t: int = 1) -> Array:
        r"""Return $x_t = y_t + \mathrm{lr}\,\mu\, m_{t-1}$ for the point $y_t$ = theta and the memory before step t."""
        now = self.at(t)
        return theta + like(now.lr, theta) * like(now.momentum, theta) * state["m"]
