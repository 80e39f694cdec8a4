r"""Counterexamples, test problems and artificial data of the paper, and the compressed methods that run on them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = [
    "ARMS",
    "LAWS",
    "Arm",
    "Forms",
    "Points",
    "artificial",
    "loss",
    "noise",
    "nonsmooth_pair",
    "random_forms",
    "smooth_pair",
    "spectrum",
    "vectors",
]  # fmt: skip

COMPRESSORS = ("none", "sign", "scaled sign", "top-1", "l2 sign")
LAWS = ("Gaussian", "Laplace", "uniform", "Student t, 3", "Gaussian, 10 % dense")


@dataclass(frozen=True)
class Arm:
    r"""A compressed method: $p = \gamma g + \mathrm{keep}\,e$, $x \leftarrow x - C(p)$, $e \leftarrow p - \mathrm{sent}\,C(p)$.

    compressor: of COMPRESSORS; "sign" is `scale` times $\gamma\,\mathrm{sign}(p)$, "l2 sign" has $\lVert p\rVert_2/\sqrt d$ as its scale
    keep: 1 is error feedback, 0 none;  sent: 1, or what a mistaken memory takes off
    momentum: g is replaced by its moving average;  zero: the sign of 0

    Domain: zero signed.

    >>> Arm("top-1").numbers
    (3, 1.0, 1.0, 1.0, 0.0, 0.0)
    """  # noqa: E501

    compressor: str = "scaled sign"
    keep: float = 1.0
    sent: float = 1.0
    scale: float = 1.0
    momentum: float = 0.0
    zero: float = 0.0

    def __post_init__(self) -> None:
        domain.one_of("compressor", self.compressor, COMPRESSORS)
        domain.within("keep", self.keep, 0, 1, shape=())
        domain.within("sent", self.sent, 0, 1, shape=())
        domain.nonnegative("scale", self.scale, shape=())
        domain.probability("momentum", self.momentum, "[)", shape=())
        domain.within("zero", self.zero, -1, 1, shape=())

    @property
    def numbers(self) -> tuple[int, float, float, float, float, float]:
        """The fields as compiled loops take them."""
        kind = COMPRESSORS.index(self.compressor)
        return kind, *map(float, (self.keep, self.sent, self.scale, self.momentum, self.zero))


ARMS = {
    "SGD": Arm("none", keep=0),
    "sign": Arm("sign", keep=0),
    "scaled sign": Arm(keep=0),
    "EF, scaled sign": Arm(),
    "EF, top-1": Arm("top-1"),
}


class Forms(NamedTuple):
    r"""$f(x) = \sum_i w_i\,\rho(\langle a_i, x\rangle)$ with $\rho$ the square or the absolute value, and a start."""

    rows: NDArray[np.float64]  # (n, d)
    weights: NDArray[np.float64]  # (n,)
    square: bool
    start: NDArray[np.float64]  # (d,)


def nonsmooth_pair(eps: float) -> Forms:
    r"""$\epsilon|x_1 + x_2| + |x_1 - x_2|$ from (1, 1); below $\epsilon = 1$ all signs are $\pm(1, -1)$.

    >>> nonsmooth_pair(0.3).weights
    array([1. , 0.3])
    """
    eps = domain.positive("eps", eps, shape=())
    return Forms(np.array([[1.0, -1.0], [1.0, 1.0]]), np.array([1.0, eps]), False, np.ones(2))


def smooth_pair(eps: float) -> Forms:
    r"""$\langle a_1, x\rangle^2 + \langle a_2, x\rangle^2$ with $a_{1,2} = \pm(1, -1) + \epsilon(1, 1)$, from (1, 1).

    >>> smooth_pair(0.5).rows
    array([[ 1.5, -0.5],
           [-0.5,  1.5]])
    """
    eps = domain.positive("eps", eps, shape=())
    return Forms(np.array([[1.0, -1.0], [-1.0, 1.0]]) + eps, np.ones(2), True, np.ones(2))


def random_forms(rng: np.random.Generator, d: int = 20, n: int = 5) -> Forms:
    r"""$\frac1n\sum_i\langle a_i, x\rangle^2$ with $a_i = \pm b_i \circ s$, whose signs are $\pm s$; b in (0.5, 1.5).

    The start is normal.

    >>> forms = random_forms(np.random.default_rng(0))
    >>> int(np.abs(np.sign(forms.rows[0]) @ np.sign(forms.rows).T).min())
    20
    """
    rng = domain.generator("rng", rng)
    d = domain.integer("d", d, low=2, shape=())
    n = domain.integer("n", n, low=1, shape=())
    signs, each = rng.choice([-1.0, 1.0], d), rng.choice([-1.0, 1.0], (n, 1))
    rows = rng.uniform(0.5, 1.5, (n, d)) * signs * each
    return Forms(rows, np.full(n, 1 / n), True, rng.standard_normal(d))


def loss(forms: Forms, x: ArrayLike) -> float:
    """The value of the forms at x (d,).

    Domain: x signed.

    >>> round(loss(smooth_pair(0.3), [1.0, 1.0]), 12)  # 8 times 0.3 squared
    0.72
    """
    if not isinstance(forms, Forms):
        raise ValueError(f"forms must be Forms, got {type(forms).__name__}")
    values = forms.rows @ domain.finite("x", x, (forms.rows.shape[1],))
    return float(forms.weights @ (values**2 if forms.square else np.abs(values)))


def spectrum(d: int = 50) -> NDArray[np.float64]:
    """Curvatures (d,) of the test quadratic, even in [0.1, 1].

    >>> spectrum(3)
    array([0.1 , 0.55, 1.  ])
    """
    return np.linspace(0.1, 1.0, domain.integer("d", d, low=1, shape=()))


def noise(rng: np.random.Generator, runs: int, steps: int, d: int, law: str = "Gaussian") -> NDArray[np.float32]:
    """Independent noise (runs, steps, d) of power 1 a step, E|z|^2 = 1; law: "Gaussian" or "Laplace".

    >>> noise(np.random.default_rng(0), 2, 3, 4).shape
    (2, 3, 4)
    """
    rng = domain.generator("rng", rng)
    shape = tuple(domain.integer(n, v, low=1, shape=()) for n, v in (("runs", runs), ("steps", steps), ("d", d)))
    domain.one_of("law", law, ("Gaussian", "Laplace"))
    if law == "Laplace":
        return (rng.laplace(size=shape) / np.sqrt(2 * d)).astype(np.float32)
    return rng.standard_normal(shape, np.float32) / np.float32(np.sqrt(d))


def vectors(rng: np.random.Generator, law: str, count: int, d: int) -> NDArray[np.float64]:
    """Random vectors (count, d) with independent entries of one of LAWS; the last one has nine zeros in ten entries.

    >>> vectors(np.random.default_rng(0), "Laplace", 2, 3).shape
    (2, 3)
    """
    rng = domain.generator("rng", rng)
    domain.one_of("law", law, LAWS)
    size = domain.integer("count", count, low=1, shape=()), domain.integer("d", d, low=1, shape=())
    drawn = {
        "Gaussian": lambda: rng.standard_normal(size),
        "Laplace": lambda: rng.laplace(size=size),
        "uniform": lambda: rng.uniform(-1, 1, size),
        "Student t, 3": lambda: rng.standard_t(3, size),
        "Gaussian, 10 % dense": lambda: rng.standard_normal(size) * (rng.random(size) < 0.1),
    }[law]()
    return drawn


class Points(NamedTuple):
    """Training points, then as many test points: the columns (2n, 8) that are not 0, their values, the labels +-1."""

    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    labels: NDArray[np.float64]
    d: int

    def dense(self) -> NDArray[np.float64]:
        """The points as a matrix (2n, d)."""
        matrix = np.zeros((len(self.labels), self.d))
        np.add.at(matrix, (np.arange(len(matrix))[:, None], self.columns), self.values)
        return matrix


def artificial(rng: np.random.Generator, n: int = 100) -> Points:
    """The authors' over-parametrised data: n training and n test points in d = 12 n dimensions, fair labels.

    Feature 0 is the label, features 1 and 2 are 1, and from column 3 + 5i on point i has ones of its own: one if its
    label is 1, five if it is -1 (read in the authors' code).

    >>> points = artificial(np.random.default_rng(0), n=2)
    >>> points.dense().sum(axis=1), points.labels
    (array([4., 4., 4., 6.]), array([ 1.,  1.,  1., -1.]))
    """
    rng = domain.generator("rng", rng)
    n = domain.integer("n", n, low=1, shape=())
    labels = rng.choice([-1.0, 1.0], 2 * n)
    own = np.arange(2 * n)[:, None] * 5 + np.arange(3, 8)
    columns = np.concatenate([np.tile(np.arange(3), (2 * n, 1)), own], axis=1)
    values = np.ones(columns.shape)
    values[:, 0] = labels
    values[labels > 0, 4:] = 0.0
    return Points(columns, values, labels, 12 * n)
