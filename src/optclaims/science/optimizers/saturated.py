r"""Adam whose second moment saturates, the rule inside GTAdam."""

from dataclasses import dataclass

import array_api_compat

from optclaims.science import domain
from optclaims.science.optimizers.adam import Adam
from optclaims.science.optimizers.rule import Array, Parameter, State, average, like, ratio

__all__ = ["SaturatedAdam"]


@dataclass(frozen=True)
class SaturatedAdam(Adam):
    r"""Adam without bias correction, and with every entry of v at most `cap` (Carnevale et al. 2023: G):

    $$m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \min(\beta_2 v + (1-\beta_2) g^2, G),\quad
    \theta \leftarrow \theta - \mathrm{lr}\,\frac{m}{\sqrt v + \epsilon}.$$

    cap: $G > 0$, whose root bounds how much two coordinates' steps may differ.

    Domain: lr, beta1, beta2, eps, cap any shape.

    >>> import numpy as np
    >>> rule, theta = SaturatedAdam(lr=1.0, beta1=0.0, beta2=0.0, eps=0.0, cap=4.0), np.zeros(2)
    >>> rule.step(theta, np.array([1.0, 6.0]), rule.start(theta), t=1)[0]
    array([-1., -3.])
    """

    bias_correction: bool = False
    cap: Parameter = 1e6

    def __post_init__(self) -> None:
        super().__post_init__()
        domain.positive("cap", self.cap)

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now, xp = self.at(t), array_api_compat.array_namespace(theta)
        v = xp.clip(average(state["v"], gradient * gradient, now.beta2), max=like(now.cap, theta))
        new = {"m": average(state["m"], gradient, now.beta1), "v": v}
        if self.amsgrad:
            new["vhat"] = xp.maximum(state["vhat"], v)
        root = now.root(new, t) if self.root_of == "new" else now.root(state, t - 1)
        return like(now.lr, theta) * ratio(now.numerator(new["m"], gradient, t), root), new
