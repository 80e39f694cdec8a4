r"""SUPER-ADAM: any adaptive matrix below, a momentum or a variance-reduced gradient above (Huang et al. 2021)."""

from dataclasses import dataclass
from typing import ClassVar, Self

import array_api_compat

from optclaims.science import domain
from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, average, like, ratio
from optclaims.science.optimizers.schedules import InversePower, Power

__all__ = ["SuperAdam"]


@dataclass(frozen=True)
class SuperAdam(Rule):
    r"""$\theta_{t+1} = \theta_t - \mathrm{lr}\,\mu_t H_t^{-1} g_t$ with the gradient estimate ($g_1$ is the gradient)

    $$g_t = \alpha_t \nabla f(\theta_t; \xi_t) + (1-\alpha_t)\bigl[g_{t-1}
    + \tau\bigl(\nabla f(\theta_t; \xi_t) - \nabla f(\theta_{t-1}; \xi_t)\bigr)\bigr].$$

    tau: 0 is momentum; 1 is the variance-reduced (STORM) estimate, which needs one sample's gradient at two points:
        `step` then takes, as `before`, the gradient of the step's sample at the point of the step before
    matrix: $H = \mathrm{diag}(\sqrt v) + \epsilon$ with v the average of the squared gradients ("adam") or
        of their squared distances from g ("belief"), $H = v + \epsilon$ with the average v of their norm ("norm"), or
        $H = \epsilon$ ("constant")
    mu, alpha: schedules; `published` makes those of the paper
    bias_correction: of the average inside H

    Domain: lr, mu, alpha, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = SuperAdam(lr=0.1, tau=1, mu=1.0, alpha=0.5, beta2=0.0, eps=0.0), np.array([1.0])
    >>> theta, state = rule.step(theta, np.array([2.0]), rule.start(theta), t=1)
    >>> rule.step(theta, np.array([4.0]), state, t=2, before=np.array([3.0]))[1]["g"]  # 4/2 + (2 + 4 - 3)/2
    array([3.5])
    """

    lr: Parameter
    tau: int = 1
    mu: Parameter = 1.0
    alpha: Parameter = 1.0
    beta2: Parameter = 0.999
    eps: Parameter = 1e-3
    matrix: str = "adam"
    bias_correction: bool = False

    MEMORY: ClassVar = ("g", "v")
    CHOICES: ClassVar = {
        "tau": (0, 1),
        "matrix": ("adam", "norm", "belief", "constant"),
        "bias_correction": (True, False),
    }

    @classmethod
    def published(cls, lr: Parameter, tau: int = 1, k: float = 1.0, m: float = 100.0, c: float = 1.0, **fields) -> Self:
        r"""Return the rule with the schedules of the paper, of which the code's are the same up to the constants.

        $\tau=1$: $\mu_t = k/(m+t)^{1/3}$, $\alpha_{t+1} = c\mu_t^2$; $\tau=0$: $\mu_t = k/(m+t)^{1/2}$,
        $\alpha_{t+1} = c\mu_t$; alpha is at most 1.

        >>> SuperAdam.published(lr=0.1, tau=0, k=1.0, m=9.0, c=2.0).alpha(8)  # 2 / (9 + 7)^(1/2)
        0.5
        """
        domain.one_of("tau", tau, (0, 1))
        p = 1 / 3 if tau else 1 / 2
        alpha = Power(domain.positive("c", c), InversePower(k, p, shift=m), power=1 + tau, high=1.0)
        return cls(lr, tau, InversePower(k, p, shift=m), alpha, **fields)

    @property
    def two_points(self) -> bool:
        """Whether a step wants `before`."""
        return self.tau == 1

    def step(
        self, theta: Array, gradient: Array, state: State, t: int, before: Array | None = None
    ) -> tuple[Array, State]:
        """Return theta and the memory after step t = 1, 2, ..., as every rule.

        before: for tau = 1 and t > 1, the gradient of this step's sample at the point of the step before
        """
        if self.two_points and t > 1:
            if before is None:
                raise ValueError("before must be given for tau = 1: the gradient of the sample at the last point")
            domain.shape("before", before, tuple(theta.shape))
            # The correction goes into the remembered estimate, and what is left is an average.
            state = state | {"g": state["g"] + gradient - before}
        return super().step(theta, gradient, state, t)

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        g = gradient if t == 1 else average(gradient, state["g"], now.alpha)
        v = average(state["v"], self.size(gradient, g), now.beta2)
        used = v / like(1 - now.beta2**t if self.bias_correction else 1.0, v)
        root = used if self.matrix == "norm" else array_api_compat.array_namespace(v).sqrt(used)
        return like(now.lr * now.mu, theta) * ratio(g, root + like(now.eps, v)), {"g": g, "v": v}

    def size(self, gradient: Array, g: Array) -> Array:
        """Return what H averages: squares, squared distances from the estimate, the gradient's norm, or nothing."""
        if self.matrix == "constant":
            return 0 * gradient
        if self.matrix == "norm":
            xp = array_api_compat.array_namespace(gradient)
            return xp.ones_like(gradient) * xp.sqrt(xp.sum(gradient * gradient, axis=-1, keepdims=True))
        off = gradient - g if self.matrix == "belief" else gradient
        return off * off
