r"""Compressors of a vector, and the error feedback that gives back what they lose.

A compressor maps (vector, t) to an array of the same shape; vectors are (..., d), each compressed on its own. It is a
$\delta$-compressor if $\lVert C(v) - v\rVert^2 \le (1-\delta)\lVert v\rVert^2$ (Karimireddy et al. 2019).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import array_api_compat
import numpy as np

from optclaims.science import domain
from optclaims.science.optimizers.rule import Array, Rule, State

__all__ = ["ErrorFeedback", "RandomK", "ScaledSign", "Sign", "TopK"]


@dataclass(frozen=True)
class Sign:
    """scale * sign(v): no delta-compressor, since it forgets the size of v.

    >>> import numpy as np
    >>> Sign(0.1)(np.array([3.0, -2.0]), t=1)
    array([ 0.1, -0.1])
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        domain.positive("scale", self.scale, shape=())

    def __call__(self, vector: Array, t: int) -> Array:
        return self.scale * array_api_compat.array_namespace(vector).sign(vector)


@dataclass(frozen=True)
class ScaledSign:
    r"""$\lVert v\rVert_1/d\;\mathrm{sign}(v)$, tensor by tensor: $\delta = \lVert v\rVert_1^2/(d\lVert v\rVert_2^2)$.

    sizes: numbers of parameters of the tensors in the order of the flat vector; None: all of it is one tensor.

    >>> import numpy as np
    >>> ScaledSign()(np.array([3.0, -1.0]), t=1)
    array([ 2., -2.])
    """

    sizes: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.sizes is not None:
            domain.integer("sizes", self.sizes, low=1, shape=(None,))

    def __call__(self, vector: Array, t: int) -> Array:
        xp = array_api_compat.array_namespace(vector)
        if self.sizes is None:
            return xp.mean(xp.abs(vector), axis=-1, keepdims=True) * xp.sign(vector)
        domain.shape("vector", vector, (..., sum(self.sizes)))
        ends = np.cumsum((0, *self.sizes)).tolist()
        parts = [vector[..., low:high] for low, high in pairwise(ends)]
        return xp.concat([ScaledSign()(part, t) for part in parts], axis=-1)


@dataclass(frozen=True)
class TopK:
    """The k entries of largest absolute value, the others 0; of equal ones the last: delta is at least k/d.

    >>> import numpy as np
    >>> TopK(1)(np.array([3.0, -4.0]), t=1)
    array([ 0., -4.])
    """

    k: int

    def __post_init__(self) -> None:
        domain.integer("k", self.k, low=1, shape=())

    def __call__(self, vector: Array, t: int) -> Array:
        xp = array_api_compat.array_namespace(vector)
        domain.integer("k", self.k, high=vector.shape[-1])
        order = xp.argsort(xp.abs(vector), axis=-1, stable=True)
        rank = xp.argsort(order, axis=-1, stable=True)
        return xp.where(rank >= vector.shape[-1] - self.k, vector, 0.0)


@dataclass(frozen=True)
class RandomK:
    """k entries drawn without replacement, the others 0: delta = k/d on average, unscaled.

    seeds: one integer for each run, (runs,), or one for a single run; the draw depends on the seed and t alone, so a
    run meets the same draws alone and in a stack.

    Domain: seeds any shape.

    >>> import numpy as np
    >>> int((RandomK(2, seeds=0)(np.ones(5), t=1) != 0).sum())
    2
    """

    k: int
    seeds: int | Sequence[int]

    def __post_init__(self) -> None:
        domain.integer("k", self.k, low=1, shape=())
        domain.integer("seeds", self.seeds, low=0)

    def __call__(self, vector: Array, t: int) -> Array:
        xp, size = array_api_compat.array_namespace(vector), vector.shape[-1]
        domain.integer("k", self.k, high=size)
        seeds = np.asarray(self.seeds)
        domain.shape("seeds", seeds, tuple(vector.shape[:-1]))
        draws = [np.random.default_rng((int(seed), t)).permutation(size) < self.k for seed in seeds.flat]
        kept = xp.asarray(np.reshape(draws, vector.shape), device=array_api_compat.device(vector))
        return xp.where(kept, vector, 0.0)


@dataclass(frozen=True)
class ErrorFeedback(Rule):
    r"""A rule whose steps are compressed; what is lost is added to the next one. With $\Delta_t$ the rule's own step:

    $$p_t = \Delta_t + e_t,\qquad \theta_{t+1} = \theta_t - C(p_t),\qquad e_{t+1} = p_t - C(p_t).$$

    The step size multiplies the gradient before the memory is added, and $\theta_t - e_t$ moves by the uncompressed
    steps (Karimireddy et al. 2019, Algorithm 2, with their authors' code). The rule's memory is kept beside "error".

    >>> import numpy as np
    >>> from optclaims.science.optimizers import SGD
    >>> rule, theta = ErrorFeedback(SGD(lr=1.0), TopK(1)), np.zeros(2)
    >>> rule.step(theta, np.array([3.0, -4.0]), rule.start(theta), t=1)
    (array([0., 4.]), {'error': array([3., 0.])})
    """

    rule: Rule
    compress: Callable[[Array, int], Array]

    def __post_init__(self) -> None:
        if not isinstance(self.rule, Rule):
            raise ValueError(f"rule must be an optimizer of this package, got {self.rule!r}")
        domain.function("compress", self.compress)

    MEMORY: ClassVar = ("error",)

    def start(self, theta: Array) -> State:
        return self.rule.start(theta) | super().start(theta)

    def change(self, theta: Array, gradient: Array, state: State, t: int) -> tuple[Array, State]:
        change, memory = self.rule.change(theta, gradient, state, t)
        wanted = change + state["error"]
        sent = self.compress(wanted, t)
        return sent, memory | {"error": wanted - sent}
