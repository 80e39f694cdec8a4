r"""Aida of 2021: powers of the first moment over powers of the second one."""

from dataclasses import dataclass
from typing import ClassVar

import array_api_compat

from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, average, like, ratio

__all__ = ["Aida"]


@dataclass(frozen=True)
class Aida(Rule):
    r"""AdamW with the q-th power of the momentum and the p-th of the gradient (Zhang, Niwa and Kleijn 2021):

    $$m \leftarrow \beta_1 m + (1-\beta_1) g,\quad r \leftarrow \beta_2 r + (1-\beta_2) |g|^p,\quad
    \theta \leftarrow (1 - \mathrm{lr}\,\lambda)\theta
        - \mathrm{lr}\,\mathrm{sign}(m)\,\frac{|m|^q}{(r + \epsilon)^{q/p}}.$$

    (p, q) = (2, 1) is AdamW with eps inside the root. Another method of the same name (2022) projects gradients and
    momenta on each other layer by layer.

    bias_correction: m and r over $1-\beta^t$
    eps_inside_root: without it the denominator is $r^{q/p} + \epsilon$
    decay: "before" shrinks the old point by $1 - \mathrm{lr}\,\lambda$; "unscaled" by $1 - \lambda$, whatever the
        learning rate; "after" shrinks the new point by $1 - \mathrm{lr}\,\lambda$

    Domain: lr, beta1, beta2, eps, weight_decay, p, q any shape.

    >>> import numpy as np
    >>> rule, theta = Aida(lr=0.1, beta1=0.5, beta2=0.5, p=1.0, q=2.0, eps=0.0, bias_correction=False), np.zeros(1)
    >>> rule.step(theta, np.array([3.0]), {"m": np.array([-1.0]), "r": np.array([1.0])}, t=2)[0]  # m = 1, r = 2
    array([-0.025])
    """

    lr: Parameter
    beta1: Parameter = 0.9
    beta2: Parameter = 0.999
    eps: Parameter = 1e-8
    weight_decay: Parameter = 0.0
    p: Parameter = 2.0
    q: Parameter = 1.0
    bias_correction: bool = True
    eps_inside_root: bool = True
    decay: str = "before"

    MEMORY: ClassVar = ("m", "r")
    CHOICES: ClassVar = {
        "bias_correction": (True, False),
        "eps_inside_root": (True, False),
        "decay": ("before", "unscaled", "after"),
    }

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        xp, now = array_api_compat.array_namespace(theta), self.at(t)
        new = {
            "m": average(state["m"], gradient, now.beta1),
            "r": average(state["r"], xp.abs(gradient) ** like(now.p, theta), now.beta2),
        }
        m, r = (new[name] / like(now.correction(beta, t), theta) for name, beta in (("m", now.beta1), ("r", now.beta2)))
        power, eps = like(now.q / now.p, theta), like(now.eps, theta)
        root = (r + eps) ** power if self.eps_inside_root else r**power + eps
        change = like(now.lr, theta) * xp.sign(m) * ratio(xp.abs(m) ** like(now.q, theta), root)
        shrunk = like(now.weight_decay if self.decay == "unscaled" else now.lr * now.weight_decay, theta)
        return change + shrunk * (theta - change if self.decay == "after" else theta), new

    def correction(self, beta: Parameter, t: int) -> Parameter:
        r"""Return the weight $1 - \beta^t$ of the gradients in an average that began at 0, or 1 without correction.

        >>> Aida(lr=0.1).correction(0.5, 2)
        0.75
        """
        return 1 - beta**t if self.bias_correction else 1.0
