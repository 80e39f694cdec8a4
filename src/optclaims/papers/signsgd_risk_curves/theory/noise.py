"""Label noise: how much of the gradient's direction each law leaves to signSGD.

All the theory needs of a noise law is w(R) = E exp(-epsilon^2 / (4 R)), in [0, 1]: the drift coefficient of signSGD is
phi(R) = (2 / pi) w(R) (the paper's eq. (10)-(11), recalled numbers; derived and checked by Monte Carlo in the tests),
and the noise compression is psi(R) = w(R) sqrt(1 + v^2 / (2 R)) with v^2 = E epsilon^2 (section 4.2, eq. (15)).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf, erfcx, gammaln

from optclaims.science.domain import nonnegative, positive, vector

__all__ = [
    "Cauchy",
    "Empirical",
    "Gaussian",
    "Laplace",
    "Mixture",
    "Noise",
    "Rademacher",
    "StudentT",
    "Uniform",
    "density_of",
]


class Noise(ABC):
    """A law of label noise; its variance, density at zero and excess kurtosis may be infinite, or undefined (nan)."""

    variance: float
    density_at_zero: float
    excess_kurtosis: float

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """w(R) = E exp(-epsilon^2 / (4 R)) for excess risks R >= 0 of any shape.

        Domain: risk any shape

        >>> float(Gaussian(1.0).weight(0.5))  # sqrt(2 R / (2 R + v^2))
        0.7071067811865476
        """
        return self._weight(np.asarray(nonnegative("risk", risk)))

    @abstractmethod
    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """The formula of w(R) for this law."""

    def phi(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Drift coefficient phi(R) = (2 / pi) w(R), such that E sign(g) = phi(R) / sqrt(2 R) D^-1 K delta.

        Domain: risk any shape

        >>> round(float(Gaussian(0.0).phi(0.5)), 4)
        0.6366
        """
        return 2 / np.pi * self.weight(risk)

    def psi(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Noise compression psi(R) = w(R) sqrt(1 + v^2 / (2 R)), R > 0; infinite where the variance is (then use phi).

        Domain: risk any shape

        >>> float(Gaussian(2.0).psi(0.3))
        1.0
        """
        risk = np.asarray(positive("risk", risk))
        return self._weight(risk) * np.sqrt(1 + self.variance / (2 * risk))

    def psi_far(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Leading terms of psi for large R, 1 + (E epsilon^4 - 3 v^4) / (32 R^2); the sixth moment enters at R^-3.

        Domain: risk any shape

        >>> float(Rademacher(2.0).psi_far(4.0))  # 1 - 2 * 16 / (32 * 16)
        0.9375
        """
        return 1 + self.excess_kurtosis * self.variance**2 / (32 * np.asarray(positive("risk", risk)) ** 2)

    def psi_at_zero(self) -> float:
        """Limit of psi as R -> 0: the density at 0 over that of the Gaussian with the same variance.

        Raises ValueError for a law whose density at 0 is not known.
        """
        return float(np.sqrt(2 * np.pi * self.variance) * density_of(self, infinite=True))


def density_of(noise: Noise, *, infinite: bool = False) -> float:
    """Density of a law at 0; raises ValueError where it is not known, or infinite unless that is allowed.

    >>> density_of(Laplace(0.5))
    1.0
    """
    density = noise.density_at_zero
    if np.isnan(density) or (np.isinf(density) and not infinite):
        raise ValueError(f"noise must have a known finite density at 0, got {density} for {type(noise).__name__}")
    return density


def root_ratio(risk: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    """Sqrt(2 R / (2 R + v^2)), which is 1 for v = 0 even at R = 0."""
    return np.ones_like(risk) if deviation == 0 else np.sqrt(2 * risk / (2 * risk + deviation**2))


@dataclass(frozen=True)
class Gaussian(Noise):
    """N(0, v^2), v >= 0: w = sqrt(2 R / (2 R + v^2)), so phi / sqrt(2 R) = (2 / pi) / sqrt(2 P) and psi = 1.

    >>> Gaussian(deviation=0.5).variance
    0.25
    """

    deviation: float
    excess_kurtosis = 0.0

    def __post_init__(self) -> None:
        nonnegative("deviation", self.deviation, shape=())

    def psi_at_zero(self) -> float:
        """1, without noise too."""
        return 1.0

    @property
    def variance(self) -> float:
        """v^2."""
        return self.deviation**2

    @property
    def density_at_zero(self) -> float:
        """1 / (v sqrt(2 pi))."""
        return 1 / (self.deviation * np.sqrt(2 * np.pi)) if self.deviation else np.inf

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sqrt(2 R / (2 R + v^2))."""
        return root_ratio(risk, self.deviation)


@dataclass(frozen=True)
class Rademacher(Noise):
    """+v or -v with probability 1/2: w = exp(-v^2 / (4 R)); no density at 0, so signSGD stalls there.

    >>> Rademacher(deviation=0.5).variance
    0.25
    """

    deviation: float
    density_at_zero = 0.0
    excess_kurtosis = -2.0

    def __post_init__(self) -> None:
        positive("deviation", self.deviation, shape=())

    @property
    def variance(self) -> float:
        """v^2."""
        return self.deviation**2

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Exp(-v^2 / (4 R))."""
        with np.errstate(divide="ignore"):
            return np.exp(-np.divide(self.variance / 4, risk))


@dataclass(frozen=True)
class Uniform(Noise):
    """Uniform on [-a, a]: w = sqrt(pi R) / a erf(a / (2 sqrt R)).

    >>> Uniform(half_width=3.0).variance
    3.0
    """

    half_width: float
    excess_kurtosis = -1.2

    def __post_init__(self) -> None:
        positive("half_width", self.half_width, shape=())

    @property
    def variance(self) -> float:
        """a^2 / 3."""
        return self.half_width**2 / 3

    @property
    def density_at_zero(self) -> float:
        """1 / (2 a)."""
        return 0.5 / self.half_width

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sqrt(pi R) / a erf(a / (2 sqrt R))."""
        root = np.sqrt(risk)
        with np.errstate(divide="ignore"):
            return np.sqrt(np.pi) * root / self.half_width * erf(np.divide(self.half_width / 2, root))


@dataclass(frozen=True)
class Laplace(Noise):
    """Density exp(-|x| / b) / (2 b): w = sqrt(pi R) / b erfcx(sqrt(R) / b); erfcx does not overflow.

    >>> Laplace(scale=2.0).variance
    8.0
    """

    scale: float
    excess_kurtosis = 3.0

    def __post_init__(self) -> None:
        positive("scale", self.scale, shape=())

    @property
    def variance(self) -> float:
        """2 b^2."""
        return 2 * self.scale**2

    @property
    def density_at_zero(self) -> float:
        """1 / (2 b)."""
        return 0.5 / self.scale

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sqrt(pi R) / b erfcx(sqrt(R) / b)."""
        root = np.sqrt(risk)
        return np.sqrt(np.pi) * root / self.scale * erfcx(root / self.scale)


@dataclass(frozen=True)
class Cauchy(Noise):
    """Density gamma / (pi (x^2 + gamma^2)): w = erfcx(gamma / (2 sqrt R)); infinite variance.

    >>> round(Cauchy(scale=1.0).density_at_zero, 4)
    0.3183
    """

    scale: float
    variance = np.inf
    excess_kurtosis = np.nan

    def __post_init__(self) -> None:
        positive("scale", self.scale, shape=())

    @property
    def density_at_zero(self) -> float:
        """1 / (pi gamma)."""
        return 1 / (np.pi * self.scale)

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Erfcx(gamma / (2 sqrt R))."""
        with np.errstate(divide="ignore"):
            return erfcx(np.divide(self.scale / 2, np.sqrt(risk)))


@dataclass(frozen=True)
class Mixture(Noise):
    """Gaussian mixture: N(0, v_j^2) with probability p_j.

    >>> Mixture(probabilities=(0.25, 0.75), deviations=(2.0, 1.0)).variance
    1.75
    """

    probabilities: tuple[float, ...]
    deviations: tuple[float, ...]

    def __post_init__(self) -> None:
        probabilities = vector("probabilities", positive("probabilities", self.probabilities))
        positive("deviations", self.deviations, shape=probabilities.shape)
        if not np.isclose(probabilities.sum(), 1):
            raise ValueError(f"probabilities must add up to 1, got {probabilities.sum():g}")

    @property
    def variance(self) -> float:
        """Sum of p_j v_j^2."""
        return float(np.dot(self.probabilities, np.square(self.deviations)))

    @property
    def excess_kurtosis(self) -> float:
        """3 sum of p_j v_j^4 / variance^2 - 3."""
        return float(3 * np.dot(self.probabilities, np.power(self.deviations, 4)) / self.variance**2 - 3)

    @property
    def density_at_zero(self) -> float:
        """Sum of p_j / (v_j sqrt(2 pi))."""
        return float(np.dot(self.probabilities, 1 / np.asarray(self.deviations)) / np.sqrt(2 * np.pi))

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted sum of the Gaussian ones."""
        return sum(p * root_ratio(risk, v) for p, v in zip(self.probabilities, self.deviations, strict=True))


@dataclass(frozen=True)
class StudentT(Noise):
    """Scale s times Student's t with nu degrees of freedom; w by quadrature in log x, to about 1e-12.

    >>> StudentT(dof=3.0, scale=2.0).variance
    12.0
    """

    dof: float
    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("dof", self.dof, shape=())
        positive("scale", self.scale, shape=())

    @property
    def variance(self) -> float:
        """s^2 nu / (nu - 2), infinite for nu <= 2."""
        return self.scale**2 * self.dof / (self.dof - 2) if self.dof > 2 else np.inf

    @property
    def excess_kurtosis(self) -> float:
        """6 / (nu - 4), infinite for nu <= 4."""
        return 6 / (self.dof - 4) if self.dof > 4 else np.inf

    @property
    def density_at_zero(self) -> float:
        """Gamma((nu + 1) / 2) / (Gamma(nu / 2) sqrt(pi nu) s)."""
        log_ratio = gammaln((self.dof + 1) / 2) - gammaln(self.dof / 2)
        return float(np.exp(log_ratio) / np.sqrt(np.pi * self.dof) / self.scale)

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Trapezoidal rule for 2 f(x) exp(-x^2 / (4 R)) dx with x = exp(y): both ends decay, so it converges fast."""
        risk = risk[..., None]
        with np.errstate(divide="ignore", over="ignore"):
            top = np.minimum(np.log(12 * np.sqrt(risk)), np.log(self.scale) + 3 + 80 / self.dof)
            x = np.exp(np.maximum(top, -300) - 0.08 * np.arange(800))
            exponent = -(self.dof + 1) / 2 * np.log1p((x / self.scale) ** 2 / self.dof) - x**2 / (4 * risk)
        integral = 0.08 * np.sum(2 * self.density_at_zero * x * np.exp(exponent), axis=-1)
        # What lies above 12 sqrt(R), or beyond 20 scale e^(80 / nu), is below 1e-15; so is half of the first term.
        return integral


@dataclass(frozen=True, eq=False)
class Empirical(Noise):
    """The law of given residuals (n,): w is their plain average.

    Domain: residuals signed

    >>> Empirical(residuals=[1.0, -1.0, 2.0]).variance
    2.0
    """

    residuals: NDArray[np.float64]
    density_at_zero = np.nan

    def __post_init__(self) -> None:
        object.__setattr__(self, "residuals", vector("residuals", self.residuals))

    @property
    def variance(self) -> float:
        """Mean square of the residuals."""
        return float(np.mean(np.square(self.residuals)))

    @property
    def excess_kurtosis(self) -> float:
        """Mean fourth power of the residuals over variance^2, less 3."""
        return float(np.mean(np.power(self.residuals, 4)) / self.variance**2 - 3)

    def _weight(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average of exp(-residual^2 / (4 R))."""
        risk = np.maximum(risk[..., None], 1e-300)
        return np.exp(-np.square(self.residuals) / (4 * risk)).mean(axis=-1)
