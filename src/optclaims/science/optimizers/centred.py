r"""Denominators centred on the momentum, or from the past: AdaBelief, ACProp and AdaShift."""

from dataclasses import dataclass
from typing import ClassVar

import array_api_compat

from optclaims.science import domain
from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, average, like, ratio

__all__ = ["ACProp", "AdaBelief", "AdaShift"]


@dataclass(frozen=True)
class AdaBelief(Rule):
    r"""Adam whose second moment is centred on the momentum (Zhuang et al. 2020):

    $$s \leftarrow \beta_2 s + (1-\beta_2)(g - m)^2 + \epsilon,\qquad
    \theta \leftarrow \theta - \mathrm{lr}\,\frac{m/(1-\beta_1^t)}{\sqrt{s/(1-\beta_2^t)} + \epsilon}.$$

    m is the raw momentum of this step, and eps enters twice, as in the authors' code.
    numerator: "momentum", or "gradient" for g itself
    root_of: "new", or "previous" for $s_{t-1}$, corrected by $1-\beta_2^{t-1}$; then the first step divides by 1

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = AdaBelief(lr=0.1, beta1=0.5, eps=0.0), np.zeros(1)
    >>> rule.step(theta, np.array([2.0]), rule.start(theta), t=1)[0]
    array([-0.2])
    """

    lr: Parameter
    beta1: Parameter = 0.9
    beta2: Parameter = 0.999
    eps: Parameter = 1e-16
    bias_correction: bool = True
    root_of: str = "new"
    numerator: str = "momentum"

    MEMORY: ClassVar = ("m", "s")
    CHOICES: ClassVar = {
        "bias_correction": (True, False),
        "root_of": ("new", "previous"),
        "numerator": ("momentum", "gradient"),
    }

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        m = average(state["m"], gradient, now.beta1)
        s = average(state["s"], (gradient - m) * (gradient - m), now.beta2) + like(now.eps, theta)
        root = now.root(s, t) if self.root_of == "new" else now.root(state["s"], t - 1)
        m_corrected = m / like(1 - now.beta1**t if self.bias_correction else 1.0, m)
        numerator = m_corrected if self.numerator == "momentum" else gradient
        return like(now.lr, theta) * ratio(numerator, root), {"m": m, "s": s}

    def root(self, s: Array, t: int) -> Array:
        """Return the denominator from the s of step t; ones for t = 0."""
        xp = array_api_compat.array_namespace(s)
        if t == 0:
            return xp.ones_like(s)
        correction = like(1 - self.beta2**t if self.bias_correction else 1.0, s)
        return xp.sqrt(s / correction) + like(self.eps, s)


@dataclass(frozen=True)
class ACProp(AdaBelief):
    r"""The gradient over the centred second moment of the step before (Zhuang et al. 2021), after their code:

    $$\theta \leftarrow \theta - \mathrm{lr}\,\frac{g_t}{\sqrt{s_{t-1}/(1-\beta_2^{t-1})} + \epsilon},$$

    a plain gradient step first; s as in `AdaBelief`, where the momentum only centres.

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = ACProp(lr=0.1), np.zeros(1)
    >>> rule.step(theta, np.array([2.0]), rule.start(theta), t=1)[0]
    array([-0.2])
    """

    eps: Parameter = 1e-8
    root_of: str = "previous"
    numerator: str = "gradient"


@dataclass(frozen=True)
class AdaShift(Rule):
    r"""Momentum of the last `delay` gradients over the second moment of older ones (Zhou et al. 2019), with n = delay:

    $$v \leftarrow \beta_2 v + (1-\beta_2) g_{t-n}^2,\qquad \theta \leftarrow \theta - \mathrm{lr}\,
    \frac{\sum_{i<n} \beta_1^i g_{t-i} / \sum_{i<n}\beta_1^i}{\sqrt{v/(1-\beta_2^{t-n})} + \epsilon}.$$

    It stands still for the first n steps. The square is taken entrywise (no spatial maximum).

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = AdaShift(lr=0.1, delay=1, eps=0.0), np.zeros(1)
    >>> theta, state = rule.step(theta, np.array([2.0]), rule.start(theta), t=1)
    >>> rule.step(theta, np.array([6.0]), state, t=2)[0]
    array([-0.3])
    """

    lr: Parameter
    beta1: Parameter = 0.9
    beta2: Parameter = 0.999
    eps: Parameter = 1e-10
    delay: int = 10

    MEMORY: ClassVar = ("v",)

    def __post_init__(self) -> None:
        super().__post_init__()
        domain.integer("delay", self.delay, low=1, shape=())

    def start(self, theta: Array) -> State:
        xp = array_api_compat.array_namespace(theta)
        return super().start(theta) | {"past": xp.stack([xp.zeros_like(theta)] * self.delay)}

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        xp, now, n = array_api_compat.array_namespace(theta), self.at(t), self.delay
        oldest, past = state["past"][0], xp.concat([state["past"][1:], gradient[None]])
        if t <= n:
            return xp.zeros_like(theta), {"v": state["v"], "past": past}
        v = average(state["v"], oldest * oldest, now.beta2)
        root = xp.sqrt(v / like(1 - now.beta2 ** (t - n), v)) + like(now.eps, v)
        total = sum(now.beta1**i for i in range(n))
        window = sum(like(now.beta1**i / total, theta) * past[n - 1 - i] for i in range(n))
        return like(now.lr, theta) * ratio(window, root), {"v": v, "past": past}
