r"""Adam and its family: momentum over the root of a second moment, with every detail a named field.

The second moment goes to the step through four decisions, each of which some claim is about: is it corrected for its
start at 0 (`bias_correction`), does eps stand inside the root (`eps_inside_root`), is it that of this step or of the
last one (`root_of`), and is its maximum kept (`amsgrad`), before or after the correction (`maximum_of`).
"""

from dataclasses import dataclass
from typing import ClassVar

import array_api_compat

from optclaims.science.optimizers.rule import Array, Parameter, Rule, State, average, like, ratio
from optclaims.science.optimizers.schedules import Averaging

__all__ = ["AMSGrad", "Adam", "AdamNc", "AdamW", "Nadam", "RMSprop"]

MEAN = Averaging()  # as a moving average: the mean of everything so far


@dataclass(frozen=True)
class Adam(Rule):
    r"""Kingma and Ba's Adam:

    $$m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad
    \theta \leftarrow \theta - \mathrm{lr}\,\frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)} + \epsilon}.$$

    bias_correction: without it both divisors are 1
    eps_inside_root: $\sqrt{\hat v + \epsilon}$ in place of $\sqrt{\hat v} + \epsilon$
    root_of: "previous" takes $v_{t-1}$, corrected by $1 - \beta_2^{t-1}$, so that the denominator does not know the
        gradient of its step; the first step has no second moment yet and divides by 1
    amsgrad: the running maximum in place of v. maximum_of="raw" takes it of v and corrects after it (torch; then the
        denominator may fall), "corrected" of the corrected v (optax); without correction, as in the paper, they agree

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = Adam(lr=0.1, eps=0.0), np.array([1.0, 1.0])
    >>> rule.step(theta, np.array([3.0, -0.01]), rule.start(theta), t=1)[0]  # the first step is lr sign(g)
    array([0.9, 1.1])
    """

    lr: Parameter
    beta1: Parameter = 0.9
    beta2: Parameter = 0.999
    eps: Parameter = 1e-8
    bias_correction: bool = True
    eps_inside_root: bool = False
    root_of: str = "new"
    amsgrad: bool = False
    maximum_of: str = "raw"

    CHOICES: ClassVar = {
        "bias_correction": (True, False),
        "eps_inside_root": (True, False),
        "root_of": ("new", "previous"),
        "amsgrad": (True, False),
        "maximum_of": ("raw", "corrected"),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        scheduled = [name for name in ("beta1", "beta2") if callable(getattr(self, name))]
        if self.bias_correction and scheduled:
            raise ValueError(f"bias_correction must be False where {scheduled[0]} is a schedule, got True")

    @property
    def MEMORY(self) -> tuple[str, ...]:
        """The maximum is remembered only where it is taken."""
        return ("m", "v", "vhat") if self.amsgrad else ("m", "v")

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        now = self.at(t)
        new = {
            "m": average(state["m"], gradient, now.beta1),
            "v": average(state["v"], gradient * gradient, now.beta2),
        }
        if self.amsgrad:
            correct = now.correction(now.beta2, t) if self.maximum_of == "corrected" else 1.0
            maximum = array_api_compat.array_namespace(theta).maximum
            new["vhat"] = maximum(state["vhat"], new["v"] / like(correct, theta))
        root = now.root(new, t) if self.root_of == "new" else now.root(state, t - 1)
        return like(now.lr, theta) * ratio(now.numerator(new["m"], gradient, t), root), new

    def correction(self, beta: Parameter, t: int) -> Parameter:
        r"""Return the weight $1 - \beta^t$ of the gradients in a moving average that began at 0, or 1 without it."""
        return 1 - beta**t if self.bias_correction else 1.0

    def numerator(self, m: Array, gradient: Array, t: int) -> Array:
        """Return what is divided by the root: the momentum, corrected for its start."""
        return m / like(self.correction(self.beta1, t), m)

    def root(self, state: State, t: int) -> Array:
        """Return the denominator from the memory after step t, eps included; ones for t = 0."""
        xp = array_api_compat.array_namespace(state["v"])
        if t == 0:
            return xp.ones_like(state["v"])
        v = state["vhat" if self.amsgrad else "v"]
        if not (self.amsgrad and self.maximum_of == "corrected"):
            v = v / like(self.correction(self.beta2, t), v)
        eps = like(self.eps, v)
        return xp.sqrt(v + eps) if self.eps_inside_root else xp.sqrt(v) + eps

    def preconditioner(self, state: State, t: int) -> Array:
        r"""Return the diagonal of $P_t$ in $\theta_{t+1} = \theta_t - \mathrm{lr}\,P_t^{-1} m_t$ (memory after t).

        >>> import numpy as np
        >>> Adam(lr=0.1).preconditioner({"m": np.array([0.2]), "v": np.array([4.0])}, t=10**6)
        array([2.00000001])
        """
        now = self.at(t)
        root = now.root(state, t)
        return root * like(now.correction(now.beta1, t), root)


@dataclass(frozen=True)
class AMSGrad(Adam):
    """Algorithm 2 of Reddi, Kale and Kumar (2018): Adam with the running maximum, no bias correction and no eps.

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = AMSGrad(lr=1.0, beta1=0.0, beta2=0.75), np.zeros(1)
    >>> _, state = rule.step(theta, np.array([4.0]), rule.start(theta), t=1)
    >>> rule.step(theta, np.array([1.0]), state, t=2)[1]["vhat"]
    array([4.])
    """

    eps: Parameter = 0.0
    bias_correction: bool = False
    amsgrad: bool = True


@dataclass(frozen=True)
class AdamNc(Adam):
    r"""AdamNc of the same paper, $\beta_{2,t} = 1 - 1/t$, so $v_t$ is the mean of all squares: AdaGrad with momentum.

    With lr $\propto 1/\sqrt t$ and beta1 = 0 it is AdaGrad.

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = AdamNc(lr=1.0, beta1=0.0), np.zeros(1)
    >>> _, state = rule.step(theta, np.array([4.0]), rule.start(theta), t=1)
    >>> rule.step(theta, np.array([2.0]), state, t=2)[1]["v"]
    array([10.])
    """

    beta2: Parameter = MEAN
    eps: Parameter = 0.0
    bias_correction: bool = False


@dataclass(frozen=True)
class AdamW(Adam):
    r"""Adam with decoupled weight decay (Loshchilov 2019): $\theta$ is first shrunk by $1 - \mathrm{lr}\,\lambda$.

    Domain: lr, beta1, beta2, eps, weight_decay any shape.

    >>> import numpy as np
    >>> rule, theta = AdamW(lr=0.1, weight_decay=0.5, eps=0.0), np.array([1.0])
    >>> rule.step(theta, np.array([1.0]), rule.start(theta), t=1)[0]
    array([0.85])
    """

    weight_decay: Parameter = 0.01

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        change, state = super().change(theta, gradient, state, t)
        now = self.at(t)
        return change + like(now.lr * now.weight_decay, theta) * theta, state


@dataclass(frozen=True)
class Nadam(Adam):
    r"""Adam with Nesterov's look-ahead at constant momentum (Dozat 2016): the numerator is

    $$\beta_1 \frac{m_t}{1-\beta_1^{t+1}} + (1-\beta_1) \frac{g_t}{1-\beta_1^t}.$$

    torch's NAdam replaces beta1 there by a schedule that begins near beta1 / 2.

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = Nadam(lr=0.1, beta1=0.0, eps=0.0), np.zeros(1)
    >>> rule.step(theta, np.array([2.0]), rule.start(theta), t=1)[0]
    array([-0.1])
    """

    def numerator(self, m: Array, gradient: Array, t: int) -> Array:
        ahead = like(self.beta1 / self.correction(self.beta1, t + 1), m)
        return ahead * m + like((1 - self.beta1) / self.correction(self.beta1, t), m) * gradient


@dataclass(frozen=True)
class RMSprop(Adam):
    r"""$v \leftarrow \beta_2 v + (1-\beta_2) g^2,\ \theta \leftarrow \theta - \mathrm{lr}\, g/(\sqrt v + \epsilon)$.

    Adam without momentum and without correction, all of whose other details it has.

    Domain: lr, beta1, beta2, eps any shape.

    >>> import numpy as np
    >>> rule, theta = RMSprop(lr=0.1, beta2=0.75, eps=0.0), np.zeros(1)
    >>> rule.step(theta, np.array([3.0]), rule.start(theta), t=1)[0]
    array([-0.2])
    """

    beta1: Parameter = 0.0
    beta2: Parameter = 0.99
    bias_correction: bool = False
