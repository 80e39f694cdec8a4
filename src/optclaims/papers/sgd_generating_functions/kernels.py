"""Kernels and targets: real images under the two-layer ReLU tangent kernel, random-orthogonal and circulant ones.

A kernel K is the Gram matrix of N samples; ``K/N`` has the eigenvalues of the Hessian.  All kernels are scaled so that
the largest eigenvalue of ``K/N`` is 1: learning rates are in units of ``1/lambda_max``.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.linalg import eigsh

__all__ = ["circulant", "normalised", "random_orthogonal", "regression", "relu_ntk", "uncorrected_ntk"]

Array = NDArray[np.float64]


def _angles(inputs: ArrayLike) -> tuple[Array, Array, Array]:
    """Covariance ``S = X X'/d + 1`` of the first layer, its ``n_i n_j`` and the angle between units of two samples."""
    inputs = np.asarray(inputs, dtype=float)
    covariance = inputs @ inputs.T / inputs.shape[1] + 1
    norms = np.sqrt(np.diag(covariance))
    size = np.outer(norms, norms)
    return covariance, size, np.arccos(np.clip(covariance / size, -1, 1))


def relu_ntk(inputs: ArrayLike) -> Array:
    """Tangent kernel of ``a' relu(W x / sqrt(d) + b) / sqrt(h)`` for infinite width h, standard normal W, b, a; shape
    (N, N).

    ``Theta = S J0 + n_i n_j J1``, ``J0 = (pi - th) / (2 pi)``, ``J1 = (sin th + (pi - th) cos th) / (2 pi)``, S the
    covariance of the hidden units, ``n_i = sqrt(S_ii)``, th the angle.  The authors' analytic kernel omits ``n_i n_j``,
    see `uncorrected_ntk`.
    """
    covariance, size, angle = _angles(inputs)
    j0 = (np.pi - angle) / (2 * np.pi)
    j1 = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    return covariance * j0 + size * j1


def uncorrected_ntk(inputs: ArrayLike) -> Array:
    """`relu_ntk` without the factor ``n_i n_j``, as in the authors' code: 1.3 to 1.4 times too small."""
    covariance, _, angle = _angles(inputs)
    j0 = (np.pi - angle) / (2 * np.pi)
    return covariance * j0 + (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)


def normalised(kernel: ArrayLike) -> Array:
    """The kernel times ``N / lambda_max(K)``."""
    kernel = np.asarray(kernel, dtype=float)
    return kernel * (len(kernel) / _largest(kernel))


def _largest(kernel: Array) -> float:
    """Largest eigenvalue; by Lanczos from a fixed start where the full decomposition would take a minute."""
    if len(kernel) <= 2000:
        return float(np.linalg.eigvalsh(kernel)[-1])
    return float(eigsh(kernel, k=1, v0=np.ones(len(kernel)), return_eigenvectors=False)[0])


def regression(images: ArrayLike, labels: ArrayLike, samples: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """A random subset as a regression on the digit: inputs (samples, d) and targets (samples,).

    Inputs are standardised by their common mean and standard deviation (not pixel by pixel), targets likewise.

    Raises:
        ValueError: more samples than there are.
    """
    images, labels = np.asarray(images, dtype=float), np.asarray(labels, dtype=float)
    if samples > len(images):
        raise ValueError(f"{samples} samples wanted, {len(images)} available")
    chosen = rng.permutation(len(images))[:samples]
    inputs, targets = images[chosen].reshape(samples, -1), labels[chosen]
    return (inputs - inputs.mean()) / inputs.std(), (targets - targets.mean()) / targets.std()


def random_orthogonal(samples: int, nu: float, kappa: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Kernel with ``lambda_k = k^-nu`` in a uniformly random orthogonal basis and the error ``d`` with ``q_k =
    k^(-kappa-1)``.
    """
    basis, triangle = np.linalg.qr(rng.standard_normal((samples, samples)))
    basis *= np.sign(np.diag(triangle))
    k = np.arange(1.0, samples + 1)
    return samples * (basis * k**-nu) @ basis.T, basis @ np.sqrt(samples * k ** (-kappa - 1))


def circulant(samples: int, nu: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Translation-invariant kernel on a ring with eigenvalues ``(1 + |frequency|)^-nu``, and a random standard normal
    error.
    """
    frequency = np.abs(np.fft.fftfreq(samples, 1 / samples))
    first_row = samples * np.fft.ifft((1 + frequency) ** -nu).real
    shift = (np.arange(samples)[:, None] - np.arange(samples)) % samples
    return first_row[shift], rng.standard_normal(samples)
