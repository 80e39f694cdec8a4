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

__all__ = ["Cauchy", "Empirical", "Gaussian", "Laplace", "Mixture", "Noise", "Rademacher", "StudentT", "Uniform"]


class Noise(ABC):
    """A law of label noise; its variance, density at zero and excess kurtosis may be infinite, or undefined (nan)."""

    variance: float
    density_at_zero: float
    excess_kurtosis: float

    @abstractmethod
    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """w(R) = E exp(-epsilon^2 / (4 R)) for excess risks R >= 0 of any shape."""

    def phi(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Drift coefficient phi(R) = (2 / pi) w(R), such that E sign(g) = phi(R) / sqrt(2 R) D^-1 K delta."""
        return 2 / np.pi * self.weight(risk)

    def psi(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Noise compression psi(R) = w(R) sqrt(1 + v^2 / (2 R)); infinite where the variance is (then use phi)."""
        risk = np.asarray(risk, float)
        return self.weight(risk) * np.sqrt(1 + self.variance / (2 * risk))

    def psi_far(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Leading terms of psi for large R, 1 + (E epsilon^4 - 3 v^4) / (32 R^2); the sixth moment enters at R^-3."""
        return 1 + self.excess_kurtosis * self.variance**2 / (32 * np.asarray(risk, float) ** 2)

    def psi_at_zero(self) -> float:
        """Limit of psi as R -> 0: the density at 0 over that of the Gaussian with the same variance."""
        return float(np.sqrt(2 * np.pi * self.variance) * self.density_at_zero)


def positive(name: str, value: float) -> None:
    """Raise ValueError unless a scale of a law is positive and finite."""
    if not 0 < value < np.inf:
        raise ValueError(f"{name} must be positive and finite, not {value}")


def root_ratio(risk: ArrayLike, deviation: float) -> NDArray[np.float64]:
    """Sqrt(2 R / (2 R + v^2)), which is 1 for v = 0 even at R = 0."""
    risk = np.asarray(risk, float)
    return np.ones_like(risk) if deviation == 0 else np.sqrt(2 * risk / (2 * risk + deviation**2))


@dataclass(frozen=True)
class Gaussian(Noise):
    """N(0, v^2), v >= 0: w = sqrt(2 R / (2 R + v^2)), so phi / sqrt(2 R) = (2 / pi) / sqrt(2 P) and psi = 1."""

    deviation: float
    excess_kurtosis = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.deviation < np.inf:
            raise ValueError(f"deviation must not be negative, got {self.deviation}")

    @property
    def variance(self) -> float:
        """v^2."""
        return self.deviation**2

    @property
    def density_at_zero(self) -> float:
        """1 / (v sqrt(2 pi))."""
        return 1 / (self.deviation * np.sqrt(2 * np.pi)) if self.deviation else np.inf

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Sqrt(2 R / (2 R + v^2))."""
        return root_ratio(risk, self.deviation)


@dataclass(frozen=True)
class Rademacher(Noise):
    """+v or -v with probability 1/2: w = exp(-v^2 / (4 R)); no density at 0, so signSGD stalls there."""

    deviation: float
    density_at_zero = 0.0
    excess_kurtosis = -2.0

    def __post_init__(self) -> None:
        positive("deviation", self.deviation)

    @property
    def variance(self) -> float:
        """v^2."""
        return self.deviation**2

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Exp(-v^2 / (4 R))."""
        with np.errstate(divide="ignore"):
            return np.exp(-np.divide(self.variance / 4, np.asarray(risk, float)))


@dataclass(frozen=True)
class Uniform(Noise):
    """Uniform on [-a, a]: w = sqrt(pi R) / a erf(a / (2 sqrt R))."""

    half_width: float
    excess_kurtosis = -1.2

    def __post_init__(self) -> None:
        positive("half_width", self.half_width)

    @property
    def variance(self) -> float:
        """a^2 / 3."""
        return self.half_width**2 / 3

    @property
    def density_at_zero(self) -> float:
        """1 / (2 a)."""
        return 0.5 / self.half_width

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Sqrt(pi R) / a erf(a / (2 sqrt R))."""
        root = np.sqrt(np.asarray(risk, float))
        with np.errstate(divide="ignore"):
            return np.sqrt(np.pi) * root / self.half_width * erf(np.divide(self.half_width / 2, root))


@dataclass(frozen=True)
class Laplace(Noise):
    """Density exp(-|x| / b) / (2 b): w = sqrt(pi R) / b erfcx(sqrt(R) / b); erfcx does not overflow."""

    scale: float
    excess_kurtosis = 3.0

    def __post_init__(self) -> None:
        positive("scale", self.scale)

    @property
    def variance(self) -> float:
        """2 b^2."""
        return 2 * self.scale**2

    @property
    def density_at_zero(self) -> float:
        """1 / (2 b)."""
        return 0.5 / self.scale

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Sqrt(pi R) / b erfcx(sqrt(R) / b)."""
        root = np.sqrt(np.asarray(risk, float))
        return np.sqrt(np.pi) * root / self.scale * erfcx(root / self.scale)


@dataclass(frozen=True)
class Cauchy(Noise):
    """Density gamma / (pi (x^2 + gamma^2)): w = erfcx(gamma / (2 sqrt R)); infinite variance."""

    scale: float
    variance = np.inf
    excess_kurtosis = np.nan

    def __post_init__(self) -> None:
        positive("scale", self.scale)

    @property
    def density_at_zero(self) -> float:
        """1 / (pi gamma)."""
        return 1 / (np.pi * self.scale)

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Erfcx(gamma / (2 sqrt R))."""
        with np.errstate(divide="ignore"):
            return erfcx(np.divide(self.scale / 2, np.sqrt(np.asarray(risk, float))))


@dataclass(frozen=True)
class Mixture(Noise):
    """Gaussian mixture: N(0, v_j^2) with probability p_j."""

    probabilities: tuple[float, ...]
    deviations: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.probabilities) != len(self.deviations) or not np.isclose(sum(self.probabilities), 1):
            raise ValueError("a mixture needs one probability per deviation, with sum 1")
        for probability, deviation in zip(self.probabilities, self.deviations, strict=True):
            positive("probability", probability)
            positive("deviation", deviation)

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

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Weighted sum of the Gaussian ones."""
        return sum(p * root_ratio(risk, v) for p, v in zip(self.probabilities, self.deviations, strict=True))


@dataclass(frozen=True)
class StudentT(Noise):
    """Scale s times Student's t with nu degrees of freedom; w by quadrature in log x, to about 1e-12."""

    dof: float
    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("dof", self.dof)
        positive("scale", self.scale)

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

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Trapezoidal rule for 2 f(x) exp(-x^2 / (4 R)) dx with x = exp(y): both ends decay, so it converges fast."""
        risk = np.asarray(risk, float)[..., None]
        with np.errstate(divide="ignore", over="ignore"):
            top = np.minimum(np.log(12 * np.sqrt(risk)), np.log(self.scale) + 3 + 80 / self.dof)
            x = np.exp(np.maximum(top, -300) - 0.08 * np.arange(800))
            exponent = -(self.dof + 1) / 2 * np.log1p((x / self.scale) ** 2 / self.dof) - x**2 / (4 * risk)
        integral = 0.08 * np.sum(2 * self.density_at_zero * x * np.exp(exponent), axis=-1)
        # What lies above 12 sqrt(R), or beyond 20 scale e^(80 / nu), is below 1e-15; so is half of the first term.
        return integral


@dataclass(frozen=True, eq=False)
class Empirical(Noise):
    """The law of given residuals (n,): w is their plain average."""

    residuals: NDArray[np.float64]
    density_at_zero = np.nan

    @property
    def variance(self) -> float:
        """Mean square of the residuals."""
        return float(np.mean(np.square(self.residuals)))

    @property
    def excess_kurtosis(self) -> float:
        """Mean fourth power of the residuals over variance^2, less 3."""
        return float(np.mean(np.power(self.residuals, 4)) / self.variance**2 - 3)

    def weight(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Average of exp(-residual^2 / (4 R))."""
        risk = np.maximum(np.asarray(risk, float)[..., None], 1e-300)
        return np.exp(-np.square(self.residuals) / (4 * risk)).mean(axis=-1)
