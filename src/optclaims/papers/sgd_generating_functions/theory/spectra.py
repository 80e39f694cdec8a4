"""Spectra of the loss: eigenvalues with the initial loss they carry, compressed where they follow a power law."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science.domain import at_least, finite, integer, nonnegative, positive, shape, symmetric, vector

__all__ = ["PowerLaw", "Spectrum", "clamp", "fit_power_law", "from_kernel", "power_law"]

LARGEST_MODE = 1e60
"""An infinite spectrum is compressed up to here; what lies beyond is one more node, see `power_law`."""


@dataclass(frozen=True)
class PowerLaw:
    """Asymptotic law ``lambda_k ~ scale k^-nu``, ``sum_{l >= k} q_l ~ signal k^-kappa``; ``zeta = kappa / nu``.

    Raises:
        ValueError: a number that is not positive and finite.

    >>> law = PowerLaw(nu=1.5, kappa=3.0)
    >>> law.zeta, round(law.noise_exponent, 4)
    (2.0, 1.3333)
    """

    nu: float
    kappa: float
    scale: float = 1.0
    signal: float = 1.0

    def __post_init__(self) -> None:
        for name in ("nu", "kappa", "scale", "signal"):
            positive(name, getattr(self, name), shape=())

    @property
    def zeta(self) -> float:
        """Exponent ``kappa / nu`` of the signal-dominated loss."""
        return self.kappa / self.nu

    @property
    def noise_exponent(self) -> float:
        """Exponent ``2 - 1/nu`` of the noise-dominated loss."""
        return 2 - 1 / self.nu


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues ``lambda_i``, initial loss densities ``q_i`` and multiplicities (quadrature weights) ``w_i``, shape
    ``(n,)``.

    ``sum_k f(lambda_k, q_k)`` over all modes is ``sum_i w_i f(lambda_i, q_i)``.  ``law`` is the power law of the tail,
    where there is one; ``infinite`` says whether the spectrum goes on for ever, so that sums may diverge.

    Raises:
        ValueError: arrays that are negative or not of one length, weights that are not positive, an infinite spectrum
            without a law.

    >>> spectrum = Spectrum(eigenvalues=[1.0, 0.25], density=[1.0, 0.5], weights=[1.0, 2.0])
    >>> spectrum.trace(power=2.0), spectrum.signal(power=-1.0)
    (1.125, 5.0)
    """

    eigenvalues: NDArray[np.float64]
    density: NDArray[np.float64]
    weights: NDArray[np.float64]
    law: PowerLaw | None = None
    infinite: bool = False

    def __post_init__(self) -> None:
        eigenvalues = vector("eigenvalues", nonnegative("eigenvalues", self.eigenvalues))
        n = len(eigenvalues)
        for name, values in (
            ("eigenvalues", eigenvalues),
            ("density", nonnegative("density", self.density, shape=(n,))),
            ("weights", positive("weights", self.weights, shape=(n,))),
        ):
            object.__setattr__(self, name, values)
        if self.infinite and self.law is None:
            raise ValueError("law must be the power law of the tail for an infinite spectrum, got None")

    @property
    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """The three arrays by name, as `optclaims.science.moments.losses` takes them."""
        return {"eigenvalues": self.eigenvalues, "density": self.density, "weights": self.weights}

    @property
    def tail(self) -> PowerLaw:
        """The power law of the tail.

        Raises:
            ValueError: a spectrum that has none.
        """
        if self.law is None:
            raise ValueError("spectrum must have a power law for its tail (`fit_power_law`), got law = None")
        return self.law

    @property
    def largest(self) -> float:
        """Largest eigenvalue."""
        return float(self.eigenvalues.max())

    def trace(self, power: float = 1.0) -> float:
        """``Tr H^power = sum_k lambda_k^power``.

        Domain: power signed

        Raises:
            ValueError: a sum that does not converge (``power nu <= 1`` for an infinite spectrum).
        """
        power = finite("power", power, shape=())
        if self.infinite and power * self.law.nu <= 1:
            raise ValueError(
                f"power must be above {1 / self.law.nu:g}, got {power:g}: eigenvalues k^-{self.law.nu:g} of an "
                "infinite spectrum are not summable"
            )
        return float(self.weights @ self._to_the(power))

    def signal(self, power: float = 0.0) -> float:
        """``sum_k q_k lambda_k^power``: ``Tr H C_0`` for power 0, ``Tr C_0`` for power -1.

        Domain: power signed

        Raises:
            ValueError: a sum that does not converge (``kappa + power nu <= 0`` for an infinite spectrum).
        """
        power = finite("power", power, shape=())
        if self.infinite and self.law.kappa + power * self.law.nu <= 0:
            raise ValueError(
                f"power must be above {-self.law.zeta:g}, got {power:g}: the signal k^-{self.law.kappa + 1:g} of an "
                "infinite spectrum is not summable with it"
            )
        terms = np.where(self.density > 0, self.density * self._to_the(power), 0.0)
        return float(self.weights @ terms)

    def _to_the(self, power: float) -> NDArray[np.float64]:
        with np.errstate(divide="ignore"):
            return self.eigenvalues**power


def power_law(nu: float, kappa: float, modes: float, head: int = 200, per_decade: int = 20) -> Spectrum:
    """Exact power law ``lambda_k = k^-nu``, ``q_k = k^(-kappa-1)`` for ``k = 1..modes``, compressed.

    The first ``head`` modes are kept; beyond, ``sum_k f(k)`` is the integral of f from head + 1/2 to modes + 1/2 by
    Gauss-Legendre nodes in log k, one panel of ``per_decade`` nodes a decade.  The relative error of the tail is ``nu
    (nu - 1) / (24 head^2)``. ``modes`` may be infinite: the modes beyond 1e60 are then one more node that carries what
    they add to ``sum_k lambda_k`` (to ``sum_k lambda_k^2`` where the former diverges) and to ``sum_k q_k``, which for
    nu near 1 is not little (a quarter of the trace at nu = 1.01).

    Domain: modes infinite

    Raises:
        ValueError: exponents that are not positive, fewer than one mode, a head or panel without a mode.

    >>> spectrum = power_law(nu=1.5, kappa=1.0, modes=1e9)
    >>> len(spectrum.eigenvalues), round(spectrum.trace(), 4)  # zeta(3/2) = 2.6124
    (340, 2.6123)
    """
    nu, kappa = positive("nu", nu, shape=()), positive("kappa", kappa, shape=())
    head, per_decade = integer("head", head, low=1, shape=()), integer("per_decade", per_decade, low=1, shape=())
    infinite = np.ndim(modes) == 0 and modes == math.inf
    modes = min(at_least("modes", LARGEST_MODE if infinite else modes, 1, shape=()), LARGEST_MODE)
    kept = int(min(head, modes))
    k, weights = np.arange(1.0, kept + 1), np.ones(kept)
    if modes > kept:
        edges = np.linspace(math.log(kept + 0.5), math.log(modes + 0.5), 1 + math.ceil(math.log10(modes / kept) + 1e-9))
        nodes, node_weights = np.polynomial.legendre.leggauss(per_decade)
        half = np.diff(edges)[:, None] / 2
        tail = np.exp((edges[:-1, None] + half * (1 + nodes)).ravel())
        k, weights = np.append(k, tail), np.append(weights, tail * (half * node_weights).ravel())
    eigenvalues, density = k**-nu, k ** (-kappa - 1)
    if infinite and nu > 0.5:
        power = 1 if nu > 1 else 2
        # sum over k > M of k^(-power nu) is M^(1 - power nu) / (power nu - 1), and lambda_M^power = M^(-power nu).
        weight = modes / (power * nu - 1)
        eigenvalues, weights = np.append(eigenvalues, modes**-nu), np.append(weights, weight)
        density = np.append(density, modes**-kappa / kappa / weight)
    return Spectrum(eigenvalues, density, weights, PowerLaw(nu, kappa, 1.0, 1 / kappa), infinite)


def from_kernel(kernel: ArrayLike, error: ArrayLike) -> Spectrum:
    """Spectrum of a finite data set: ``lambda_k`` of ``K/N``, ``q_k = (u_k . d)^2 / N`` for the error ``d``; negative
    rounding is cut.

    Domain: kernel, error signed

    Raises:
        ValueError: a kernel that is not square and symmetric, or an error of another length.

    >>> from_kernel(kernel=[[2.0, 1.0], [1.0, 2.0]], error=[1.0, 1.0]).eigenvalues
    array([1.5, 0.5])
    """
    error = vector("error", error)
    n = error.size
    kernel = symmetric("kernel", shape("kernel", kernel, (n, n)))
    eigenvalues, vectors = np.linalg.eigh(kernel / n)
    density = (vectors.T @ error) ** 2 / n
    return Spectrum(np.maximum(eigenvalues[::-1], 0.0), density[::-1].copy(), np.ones(n))


def clamp(spectrum: Spectrum, mode: int) -> Spectrum:
    """The same spectrum with ``q_k`` replaced by ``min(q_k, q_mode)``: the head of the signal is flattened, the tail
    law stays.

    mode counts from 1.

    Raises:
        ValueError: a mode that is not there.

    >>> clamp(power_law(1.5, 1.0, 10), mode=2).density[:3]
    array([0.25      , 0.25      , 0.11111111])
    """
    mode = integer("mode", mode, low=1, high=len(spectrum.density), shape=())
    density = np.minimum(spectrum.density, spectrum.density[mode - 1])
    return Spectrum(spectrum.eigenvalues, density, spectrum.weights, spectrum.law, spectrum.infinite)


def fit_power_law(spectrum: Spectrum, first: int, last: int) -> PowerLaw:
    """Least-squares lines in log-log for ``lambda_k`` and ``sum_{l >= k} q_l`` over ``first <= k < last`` (k counts
    modes from 1, each as often as its multiplicity).

    A node of multiplicity w stands for w modes and is placed in their middle; the sum of the signal from there on has
    all later nodes and ``(w + 1) / 2`` of its own modes.

    Raises:
        ValueError: fewer than two nodes between first and last, or eigenvalues there that are not positive.

    >>> law = fit_power_law(power_law(1.5, 1.0, 1e12), first=100, last=100_000)
    >>> round(law.nu, 2), round(law.kappa, 2)
    (1.5, 1.0)
    """
    first = integer("first", first, low=1, shape=())
    last = integer("last", last, low=first + 1, shape=())
    weights, q = spectrum.weights, spectrum.density
    k = np.cumsum(weights) - weights / 2 + 0.5
    after = np.cumsum((weights * q)[::-1])[::-1] - weights * q
    tail = after + (weights + 1) / 2 * q
    inside = (k >= first) & (k < last)
    if inside.sum() < 2 or np.any(spectrum.eigenvalues[inside] <= 0) or np.any(tail[inside] <= 0):
        raise ValueError(
            f"first and last must hold two positive eigenvalues or more between them, got {first} to {last}"
        )
    root = np.sqrt(weights[inside])
    slope, level = np.polyfit(np.log(k[inside]), np.log(spectrum.eigenvalues[inside]), 1, w=root)
    tail_slope, tail_level = np.polyfit(np.log(k[inside]), np.log(tail[inside]), 1, w=root)
    return PowerLaw(float(-slope), float(-tail_slope), math.exp(level), math.exp(tail_level))
