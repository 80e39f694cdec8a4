r"""What every optimizer is: a pure rule from a point and its gradient to the next point.

A rule is a frozen dataclass whose fields are its hyperparameters. It runs on NumPy and torch arrays alike, on one run
(parameters,) or on a stack of them (runs, parameters), because every hyperparameter may be

* a number,
* an array that broadcasts against theta, (runs, 1) for one value a run,
* a schedule: a function of the step t = 1, 2, ... that returns one of the two.

A new optimizer is a file like those beside this one: a dataclass that extends `Rule`, its `start` and its `change`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any, ClassVar, Self

import array_api_compat

from optclaims.science import domain

__all__ = ["Rule"]

Array = Any  # a NumPy array or a torch tensor
Parameter = float | Array | Callable[[int], Any]
State = dict[str, Any]


def _below_one(name: str, value: Parameter) -> Parameter:
    return domain.probability(name, value, ends="[)")


def _to_one(name: str, value: Parameter) -> Parameter:
    return domain.probability(name, value)


# A hyperparameter has the same name, hence the same domain, in every rule.
DOMAINS: Mapping[str, Callable[[str, Parameter], Parameter]] = {
    "lr": domain.nonnegative,
    "momentum": _below_one,
    "beta1": _below_one,
    "beta2": _below_one,
    "beta3": _below_one,
    "eps": domain.nonnegative,
    "weight_decay": domain.nonnegative,
    "mass": domain.nonnegative,
    "friction": domain.positive,
    "mu": domain.nonnegative,
    "alpha": _to_one,
    "p": domain.positive,
    "q": domain.positive,
    "damping": domain.nonnegative,
}


@dataclass(frozen=True)
class Rule:
    """An optimizer: `start` makes the memory of a run, `step` moves it by one step, and neither changes its arguments.

    >>> import numpy as np
    >>> from optclaims.science.optimizers import SGD
    >>> rule = SGD(lr=np.array([[0.1], [0.2]]))  # two runs side by side
    >>> theta = np.ones((2, 3))
    >>> rule.step(theta, theta, rule.start(theta), t=1)[0][:, 0]
    array([0.9, 0.8])
    """

    CHOICES: ClassVar[Mapping[str, tuple[Any, ...]]] = {}  # allowed values of the fields that are names or switches
    MEMORY: ClassVar[tuple[str, ...]] = ()  # names of the arrays that a run remembers, all 0 at the start
    two_points: ClassVar[bool] = False  # a step also takes, as `before`, its sample's gradient at the last point

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in self.CHOICES:
                domain.one_of(field.name, value, self.CHOICES[field.name])
            elif field.name in DOMAINS:
                DOMAINS[field.name](field.name, value(1) if callable(value) else value)

    def at(self, t: int) -> Self:
        """Return the rule of step t: every schedule replaced by its value."""
        scheduled = {name: value(t) for name, value in vars(self).items() if name in DOMAINS and callable(value)}
        return replace(self, **scheduled) if scheduled else self

    def start(self, theta: Array) -> State:
        """Return the memory before the first step: name -> array of theta's shape."""
        return {name: array_api_compat.array_namespace(theta).zeros_like(theta) for name in self.MEMORY}

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        """Return what step t subtracts from theta, and the memory after it."""
        raise NotImplementedError

    def step(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        """Return theta and the memory after step t = 1, 2, ...

        theta, gradient: (..., parameters), of one floating type; state: from `start`, or from the last step.
        Raises ValueError for t below 1 and for a gradient of another shape than theta. A gradient that is not finite
        is no error: it makes theta not finite, which is how a run shows that it diverged.
        """
        domain.integer("t", t, low=1)
        domain.shape("gradient", gradient, tuple(theta.shape))
        change, state = self.change(theta, gradient, state, t)
        return theta - change, state


def like(value: Parameter, array: Array) -> Parameter:
    """Return a hyperparameter ready for arithmetic with `array`, whose precision the result then keeps.

    Numbers become Python's, which promote nothing; arrays get the type and the device of `array`. What is computed from
    hyperparameters alone, as 1 - beta2, is computed before that, in their own precision.
    """
    if isinstance(value, Real):
        return float(value)
    xp = array_api_compat.array_namespace(array)
    return xp.asarray(value, dtype=array.dtype, device=array_api_compat.device(array))


def average(old: Array, new: Array, beta: Parameter) -> Array:
    r"""Return the exponential moving average $\beta\,\mathrm{old} + (1-\beta)\,\mathrm{new}$.

    >>> import numpy as np
    >>> average(np.array([1.0]), np.array([2.0]), 0.75)
    array([1.25])
    """
    return like(beta, new) * old + like(1 - beta, new) * new


def ratio(numerator: Array, denominator: Array) -> Array:
    """Return numerator / denominator, and the numerator itself where the denominator is 0.

    With eps = 0 the denominator is 0 where no gradient was ever seen; the numerator is 0 there and so is the step.

    >>> import numpy as np
    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25, 0.  ])
    """
    xp = array_api_compat.array_namespace(denominator)
    return numerator / xp.where(denominator > 0, denominator, 1.0)
