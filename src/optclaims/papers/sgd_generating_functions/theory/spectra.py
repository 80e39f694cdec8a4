"""Spectra of the loss: eigenvalues with the initial loss they carry, compressed where they follow a power law."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["PowerLaw", "Spectrum", "clamp", "fit_power_law", "from_kernel", "power_law"]

LARGEST_MODE = 1e60
"""An infinite spectrum is cut here: with nu >= 1.25 the modes beyond carry less than 1e-14 of any sum that converges.
"""


@dataclass(frozen=True)
class PowerLaw:
    """Asymptotic law ``lambda_k ~ scale k^-nu``, ``sum_{l >= k} q_l ~ signal k^-kappa``; ``zeta = kappa / nu``."""

    nu: float
    kappa: float
    scale: float = 1.0
    signal: float = 1.0

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
    where there is one; ``summable`` says whether ``Tr H = sum_k lambda_k`` is finite.
    """

    eigenvalues: NDArray[np.float64]
    density: NDArray[np.float64]
    weights: NDArray[np.float64]
    law: PowerLaw | None = None
    summable: bool = True

    @property
    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """The three arrays by name, as `optclaims.science.moments.losses` takes them."""
        return {"eigenvalues": self.eigenvalues, "density": self.density, "weights": self.weights}

    @property
    def largest(self) -> float:
        """Largest eigenvalue."""
        return float(self.eigenvalues.max())

    def trace(self, power: float = 1.0) -> float:
        """``Tr H^power = sum_k lambda_k^power``.

        Raises:
            ValueError: ``Tr H`` of an infinite spectrum that is not summable.
        """
        if not self.summable and power * self.law.nu <= 1:
            raise ValueError(
                f"eigenvalues k^-{self.law.nu:g} of an infinite spectrum are not summable to power {power:g}"
            )
        return float(self.weights @ self.eigenvalues**power)

    def signal(self, power: float = 0.0) -> float:
        """``sum_k q_k lambda_k^power``: ``Tr H C_0`` for power 0, ``Tr C_0`` for power -1."""
        return float(self.weights @ (self.density * self.eigenvalues**power))


def power_law(nu: float, kappa: float, modes: float, head: int = 200, per_decade: int = 20) -> Spectrum:
    """Exact power law ``lambda_k = k^-nu``, ``q_k = k^(-kappa-1)`` for ``k = 1..modes``, compressed.

    The first ``head`` modes are kept; beyond, ``sum_k f(k)`` is the integral of f from head + 1/2 to modes + 1/2 by
    Gauss-Legendre nodes in log k, one panel of ``per_decade`` nodes a decade.  The relative error of the tail is ``nu
    (nu - 1) / (24 head^2)``. ``modes`` may be infinite.

    Raises:
        ValueError: exponents that are not positive, fewer than one mode.
    """
    if not (nu > 0 and kappa > 0):
        raise ValueError(f"exponents must be positive, got nu={nu}, kappa={kappa}")
    if not modes >= 1:
        raise ValueError(f"a spectrum has at least one mode, got {modes}")
    infinite, modes = math.isinf(modes), min(float(modes), LARGEST_MODE)
    kept = int(min(head, modes))
    k, weights = np.arange(1.0, kept + 1), np.ones(kept)
    if modes > kept:
        edges = np.linspace(math.log(kept + 0.5), math.log(modes + 0.5), 1 + math.ceil(math.log10(modes / kept) + 1e-9))
        nodes, node_weights = np.polynomial.legendre.leggauss(per_decade)
        half = np.diff(edges)[:, None] / 2
        tail = np.exp((edges[:-1, None] + half * (1 + nodes)).ravel())
        k, weights = np.append(k, tail), np.append(weights, tail * (half * node_weights).ravel())
    law = PowerLaw(nu, kappa, 1.0, 1 / kappa)
    return Spectrum(k**-nu, k ** (-kappa - 1), weights, law, summable=not infinite or nu > 1)


def from_kernel(kernel: ArrayLike, error: ArrayLike) -> Spectrum:
    """Spectrum of a finite data set: ``lambda_k`` of ``K/N``, ``q_k = (u_k . d)^2 / N`` for the error ``d``; negative
    rounding is cut.

    Raises:
        ValueError: a kernel that is not square and symmetric, or an error of another length.
    """
    kernel, error = np.asarray(kernel, dtype=float), np.asarray(error, dtype=float)
    n = error.size
    if kernel.shape != (n, n) or not np.allclose(kernel, kernel.T, rtol=1e-8, atol=1e-10 * np.abs(kernel).max()):
        raise ValueError(f"the kernel must be symmetric of shape ({n}, {n})")
    eigenvalues, vectors = np.linalg.eigh(kernel / n)
    density = (vectors.T @ error) ** 2 / n
    return Spectrum(np.maximum(eigenvalues[::-1], 0.0), density[::-1].copy(), np.ones(n))


def clamp(spectrum: Spectrum, mode: int) -> Spectrum:
    """The same spectrum with ``q_k`` replaced by ``min(q_k, q_mode)``: the head of the signal is flattened, the tail
    law stays.
    """
    density = np.minimum(spectrum.density, spectrum.density[mode - 1])
    return Spectrum(spectrum.eigenvalues, density, spectrum.weights, spectrum.law, spectrum.summable)


def fit_power_law(spectrum: Spectrum, first: int, last: int) -> PowerLaw:
    """Least-squares lines in log-log for ``lambda_k`` and ``sum_{l >= k} q_l`` over ``first <= k < last`` (k counts
    from 1).
    """
    k = np.arange(first, last)
    tail = np.cumsum(spectrum.density[::-1])[::-1]
    slope, level = np.polyfit(np.log(k), np.log(spectrum.eigenvalues[k - 1]), 1)
    tail_slope, tail_level = np.polyfit(np.log(k), np.log(tail[k - 1]), 1)
    return PowerLaw(-slope, -tail_slope, math.exp(level), math.exp(tail_level))
