r"""Adan: Nesterov's momentum without an extrapolated point, from differences of gradients (Xie et al. 2022)."""

from dataclasses import dataclass
from typing import ClassVar

import array_api_compat

from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, average, like, ratio

__all__ = ["Adan"]


@dataclass(frozen=True)
class Adan(Rule):
    r"""Adan after the authors' code, whose betas are retention factors (one minus those of the paper):

    $$m \leftarrow \beta_1 m + (1-\beta_1) g_t,\quad d \leftarrow \beta_2 d + (1-\beta_2)(g_t - g_{t-1}),\quad
    n \leftarrow \beta_3 n + (1-\beta_3)\bigl(g_t + \beta_2 (g_t - g_{t-1})\bigr)^2,$$
    $$\theta \leftarrow \frac{1}{1 + \mathrm{lr}\,\lambda}\Bigl(\theta - \mathrm{lr}\,
    \frac{m/(1-\beta_1^t) + \beta_2 d/(1-\beta_2^t)}{\sqrt{n/(1-\beta_3^t)} + \epsilon}\Bigr).$$

    first_difference: "zero" ($g_0 := g_1$, the code), or "gradient" ($g_0 := 0$, as equivalence with Nesterov wants)
    decay: "proximal" as above, or "decoupled" (the code's `no_prox`): theta is first shrunk by $1-\mathrm{lr}\,\lambda$
    bias_correction: without it all three divisors are 1

    The clipping of the gradients' norm that the code offers is not part of the rule: clip what it is given.

    Domain: lr, beta1, beta2, beta3, eps, weight_decay any shape.

    >>> import numpy as np
    >>> rule, theta = Adan(lr=0.1, eps=0.0), np.array([1.0, 1.0])
    >>> rule.step(theta, np.array([3.0, -0.01]), rule.start(theta), t=1)[0]  # the first step is lr sign(g)
    array([0.9, 1.1])
    """

    lr: Parameter
    beta1: Parameter = 0.98
    beta2: Parameter = 0.92
    beta3: Parameter = 0.99
    eps: Parameter = 1e-8
    weight_decay: Parameter = 0.0
    bias_correction: bool = True
    first_difference: str = "zero"
    decay: str = "proximal"

    MEMORY: ClassVar = ("m", "d", "n", "g")
    CHOICES: ClassVar = {
        "bias_correction": (True, False),
        "first_difference": ("zero", "gradient"),
        "decay": ("proximal", "decoupled"),
    }

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        last = gradient if t == 1 and self.first_difference == "zero" else state["g"]
        look_ahead = gradient + like(now.beta2, theta) * (gradient - last)
        m = average(state["m"], gradient, now.beta1)
        d = average(state["d"], gradient - last, now.beta2)
        n = average(state["n"], look_ahead * look_ahead, now.beta3)
        lr = like(now.lr, theta)
        numerator = like(now.weight(now.beta1, t), m) * m + like(now.beta2 * now.weight(now.beta2, t), d) * d
        root = array_api_compat.array_namespace(n).sqrt(like(now.weight(now.beta3, t), n) * n) + like(now.eps, n)
        move, shrink = lr * ratio(numerator, root), like(now.lr * now.weight_decay, theta)
        change = move + shrink * theta if self.decay == "decoupled" else (move + shrink * theta) / (1 + shrink)
        return change, {"m": m, "d": d, "n": n, "g": gradient * 1}  # its own: the caller may write into the gradient

    def weight(self, beta: Parameter, t: int) -> Parameter:
        r"""Return the factor $1/(1-\beta^t)$ that corrects a moving average for its start at 0, or 1 without it."""
        return 1 / (1 - beta**t) if self.bias_correction else 1.0
