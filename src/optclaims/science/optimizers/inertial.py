r"""The inertial Newton algorithm: viscous and Hessian damping, without a Hessian."""

from dataclasses import dataclass
from typing import ClassVar

from optclaims.science import domain
from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, like

__all__ = ["InertialNewton"]


@dataclass(frozen=True)
class InertialNewton(Rule):
    r"""INNA: explicit Euler for $\ddot\theta + \alpha\dot\theta + \beta \nabla^2 J\,\dot\theta + \nabla J = 0$.

    $u = (1/\beta - \alpha)\theta - \psi/\beta$, $\theta \leftarrow \theta + \mathrm{lr}\,(u - \beta g)$,
    $\psi \leftarrow \psi + \mathrm{lr}\, u$ with the old $\theta$ and $\psi$ on the right; damping is $\alpha$. At
    t = 1 a run begins with the velocity $\dot\theta = -\mathrm{velocity}\cdot g$, that is
    $\psi = (1-\alpha\beta)\theta - \beta(\beta - \mathrm{velocity})\, g$ plus what the memory holds beyond
    $(1-\alpha\beta)\theta$, which `start` gives it. Source: Castera 2023, the author's code.

    Domain: lr, damping, beta any shape; velocity signed, any shape.

    >>> import numpy as np
    >>> rule, theta = InertialNewton(lr=0.1, damping=1.0, beta=1.0), np.array([2.0])  # gradient descent, exactly
    >>> rule.step(theta, np.array([1.0]), rule.start(theta), t=1)
    (array([1.9]), {'psi': array([0.])})
    """

    lr: Parameter
    damping: Parameter = 0.5
    beta: Parameter = 0.1
    velocity: Parameter = 1.0

    MEMORY: ClassVar = ("psi",)

    def __post_init__(self) -> None:
        super().__post_init__()
        domain.positive("beta", self.beta)
        domain.finite("velocity", self.velocity)

    def start(self, theta: Array) -> State:
        return {"psi": (1 - like(self.at(1).damping * self.beta, theta)) * theta}

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now, psi = self.at(t), state["psi"]
        if t == 1:
            psi = psi - like(self.beta * (self.beta - self.velocity), theta) * gradient
        u = like(1 / self.beta - now.damping, theta) * theta - psi / like(self.beta, theta)
        lr = like(now.lr, theta)
        return lr * (like(self.beta, theta) * gradient - u), {"psi": psi + lr * u}
