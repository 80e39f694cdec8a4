r"""A teacher with sparse weights, a design matrix and the labels of a convex generalised linear model.

Gerbelot, Abbara and Krzakala, "Asymptotic errors for teacher-student convex generalized linear models" (2020).
"""

from dataclasses import dataclass

import numpy as np

from optclaims.science import domain

__all__ = ["Setting", "design", "sample"]

DESIGNS = ("gaussian", "orthogonal", "rademacher", "sparse")


@dataclass(frozen=True)
class Setting:
    r"""A student $\arg\min_x \sum_i \ell(y_i, (Fx)_i) + \lambda_1|x|_1 + \frac{\lambda_2}2|x|^2$ and its teacher.

    alpha: samples over dimensions; loss: "square", "logistic" or "hinge"; rho: share of non-zero weights of the
    teacher, each standard normal; teacher: labels $Fx_0$ with noise ("linear", square loss only) or
    $\mathrm{sign}(Fx_0)$ ("sign"); noise: variance of the linear teacher's noise. No 1/n before the sum.
    Raises ValueError for values out of range, no penalty, and a linear teacher with another loss than the square.

    >>> Setting(alpha=1.5, loss="square", l2=0.1, teacher="linear", noise=0.05).rho
    1.0
    """

    alpha: float
    loss: str = "logistic"
    l1: float = 0.0
    l2: float = 0.0
    rho: float = 1.0
    teacher: str = "sign"
    noise: float = 0.0

    def __post_init__(self) -> None:
        domain.positive("alpha", self.alpha, ())
        for name in ("l1", "l2", "noise"):
            domain.nonnegative(name, getattr(self, name), ())
        domain.probability("rho", self.rho, "(]", ())
        domain.one_of("loss", self.loss, ("square", "logistic", "hinge"))
        domain.one_of("teacher", self.teacher, ("linear", "sign"))
        if self.l1 + self.l2 == 0:
            raise ValueError("l1 or l2 must be positive, got 0 and 0")
        if self.teacher == "linear" and self.loss != "square":
            raise ValueError(f"loss must be square for a linear teacher, got {self.loss}")
        if self.teacher == "sign" and self.noise:
            raise ValueError(f"noise must be 0 for a sign teacher, got {self.noise:g}")


def design(rng: np.random.Generator, n: int, d: int, kind: str) -> np.ndarray:
    r"""Return a design matrix F (n, d).

    "gaussian": entries $\mathcal N(0, 1/n)$; "orthogonal": Haar, min(n, d) singular values of one; "rademacher":
    entries $\pm1/\sqrt n$; "sparse": Gaussian entries of variance 1/n of which a share $\min(20/d, 1)$ is not zero.
    Raises ValueError for an unknown kind and sizes below one.

    >>> F = design(np.random.default_rng(0), 3, 5, "orthogonal")
    >>> bool(np.allclose(F @ F.T, np.eye(3)))
    True
    """
    domain.generator("rng", rng), domain.one_of("kind", kind, DESIGNS)
    n, d = domain.integer("n", n, low=1, shape=()), domain.integer("d", d, low=1, shape=())
    if kind == "rademacher":
        return (2.0 * rng.integers(0, 2, (n, d)) - 1) / np.sqrt(n)
    if kind == "orthogonal":
        basis, triangle = np.linalg.qr(rng.standard_normal((max(n, d), min(n, d))))
        basis *= np.sign(np.diag(triangle))  # without the signs the factor is not Haar
        return basis if n >= d else basis.T
    F = rng.standard_normal((n, d)) / np.sqrt(n)
    if kind == "sparse":
        share = min(20 / d, 1.0)
        F *= (rng.random((n, d)) < share) / np.sqrt(share)
    return F


def sample(rng: np.random.Generator, setting: Setting, d: int, kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Return a design F (n, d), labels y (n,) and the teacher's weights (d,).

    The sign of zero is +1. The number of non-zero weights, their norm $\sqrt{\rho d}$ and the norm of the noise are set
    to what they are in the limit, which takes the leading fluctuation of a finite size away. Raises ValueError for
    sizes below one.

    >>> F, y, x0 = sample(np.random.default_rng(0), Setting(alpha=0.5, l2=0.1, rho=0.1), 40, "gaussian")
    >>> F.shape, int((x0 != 0).sum()), float(round(x0 @ x0, 6))
    ((20, 40), 4, 4.0)
    """
    d = domain.integer("d", d, low=1, shape=())
    n, active = max(round(setting.alpha * d), 1), max(round(setting.rho * d), 1)
    F = design(rng, n, d, kind)
    x0 = np.zeros(d)
    x0[rng.choice(d, active, replace=False)] = rng.standard_normal(active)
    x0 *= np.sqrt(setting.rho * d / (x0 @ x0))
    if setting.teacher == "sign":
        return F, np.where(F @ x0 < 0, -1.0, 1.0), x0
    noise = rng.standard_normal(n)
    return F, F @ x0 + noise * np.sqrt(setting.noise * n / (noise @ noise)), x0
