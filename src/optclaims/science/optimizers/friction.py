r"""diffGrad: Adam whose step is shortened where the gradient hardly changes."""

from dataclasses import dataclass
from typing import ClassVar

import array_api_compat

from optclaims.science.optimizers.adam import Adam
from optclaims.science.optimizers.rule import Array, State, like, ratio

__all__ = ["DiffGrad"]


@dataclass(frozen=True)
class DiffGrad(Adam):
    r"""Adam's change times a friction (Dubey et al. 2020), $g_0 = 0$:

    $$\theta \leftarrow \theta - \mathrm{lr}\,\xi_t\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon},\qquad
    \xi_t = \frac{1}{1 + e^{-|g_{t-1} - g_t|}} \in [1/2, 1).$$

    friction_of: what stands in the exponent
        "difference" of the two gradients
        "aliased": the same where the memory of the last gradient is the tensor of this one, as in the first published
            code with gradients that are zeroed in place: the difference is 0 from the second step on
        "gradient": $|g_t|$ alone
        "scaled": the difference over $\sqrt{\hat v_t}$, which does not change with the scale of the loss

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = DiffGrad(lr=0.1, eps=0.0), np.zeros(1)
    >>> rule.step(theta, np.array([np.log(3)]), rule.start(theta), t=1)[0]  # lr / (1 + 1 / 3)
    array([-0.075])
    """

    friction_of: str = "difference"

    CHOICES: ClassVar = Adam.CHOICES | {"friction_of": ("difference", "aliased", "gradient", "scaled")}

    @property
    def MEMORY(self) -> tuple[str, ...]:
        """Adam's, and the last gradient."""
        return (*super().MEMORY, "previous")

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        change, new = super().change(theta, gradient, state, t)
        new["previous"] = gradient * 1  # a tensor of its own: the caller may write into the gradient
        return self.friction(gradient, state, new, t) * change, new

    def friction(self, gradient: Array, state: State, new: State, t: int) -> Array:
        r"""Return $\xi_t$ from the gradient of step t and the memory before and after it, `state` and `new`.

        >>> import numpy as np
        >>> rule = DiffGrad(lr=0.1, friction_of="aliased")
        >>> rule.friction(np.ones(1), {"previous": np.zeros(1)}, {}, t=2)
        array([0.5])
        """
        xp = array_api_compat.array_namespace(gradient)
        x = xp.abs(state["previous"] - gradient)
        if self.friction_of == "gradient":
            x = xp.abs(gradient)
        elif self.friction_of == "aliased" and t > 1:
            x = xp.zeros_like(gradient)
        elif self.friction_of == "scaled":
            x = ratio(x, xp.sqrt(new["v"] / like(self.at(t).correction(self.at(t).beta2, t), gradient)))
        return 1 / (1 + xp.exp(-x))
