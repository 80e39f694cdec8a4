"""Kernels and targets: real images under the two-layer ReLU tangent kernel, random-orthogonal and circulant ones.

A kernel K is the Gram matrix of N samples; ``K/N`` has the eigenvalues of the Hessian.  All kernels are scaled so that
the largest eigenvalue of ``K/N`` is 1: learning rates are in units of ``1/lambda_max``.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.linalg import eigsh

from optclaims.science.domain import finite, integer, positive, shape, symmetric

__all__ = ["circulant", "normalised", "random_orthogonal", "regression", "relu_ntk", "uncorrected_ntk"]

Array = NDArray[np.float64]


def _angles(inputs: ArrayLike) -> tuple[Array, Array, Array]:
    """Covariance ``S = X X'/d + 1`` of the first layer, its ``n_i n_j`` and the angle between units of two samples."""
    inputs = finite("inputs", inputs, shape=(None, None))
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

    Domain: inputs signed

    >>> relu_ntk(inputs=[[1.0, 0.0], [-1.0, 0.0]]).round(3)  # on the diagonal S = 1.5, J0 = J1 = 1/2
    array([[1.5  , 0.529],
           [0.529, 1.5  ]])
    """
    covariance, size, angle = _angles(inputs)
    j0 = (np.pi - angle) / (2 * np.pi)
    j1 = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    return covariance * j0 + size * j1


def uncorrected_ntk(inputs: ArrayLike) -> Array:
    """`relu_ntk` without the factor ``n_i n_j``, as in the authors' code: 1.3 to 1.4 times too small.

    Domain: inputs signed

    >>> np.diag(uncorrected_ntk(inputs=[[1.0, 0.0], [-1.0, 0.0]]))
    array([1.25, 1.25])
    """
    covariance, _, angle = _angles(inputs)
    j0 = (np.pi - angle) / (2 * np.pi)
    return covariance * j0 + (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)


def normalised(kernel: ArrayLike) -> Array:
    """The kernel times ``N / lambda_max(K)``.

    Raises:
        ValueError: a kernel that is not symmetric or has no positive eigenvalue.

    >>> normalised([[2.0, 1.0], [1.0, 2.0]])
    array([[1.33333333, 0.66666667],
           [0.66666667, 1.33333333]])
    """
    kernel = symmetric("kernel", shape("kernel", kernel, ("N", "N")))
    largest = _largest(kernel)
    if largest <= 0:
        raise ValueError(f"kernel must have a positive eigenvalue, got a largest one of {largest:g}")
    return kernel * (len(kernel) / largest)


def _largest(kernel: Array) -> float:
    """Largest eigenvalue; by Lanczos from a fixed start where the full decomposition would take a minute."""
    if len(kernel) <= 2000:
        return float(np.linalg.eigvalsh(kernel)[-1])
    return float(eigsh(kernel, k=1, v0=np.ones(len(kernel)), return_eigenvectors=False)[0])


def regression(images: ArrayLike, labels: ArrayLike, samples: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """A random subset as a regression on the digit: inputs (samples, d) and targets (samples,).

    Inputs are standardised by their common mean and standard deviation (not pixel by pixel), targets likewise.

    Domain: images, labels signed; images any shape

    Raises:
        ValueError: more samples than there are, as many labels as images, or all alike.

    >>> images, labels = [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]], [3.0, 1.0, 2.0]
    >>> inputs, targets = regression(images, labels, samples=2, rng=np.random.default_rng(0))
    >>> inputs.shape, float(targets.std())
    ((2, 2), 1.0)
    """
    images = finite("images", shape("images", images, (..., None, None)))
    labels = finite("labels", labels, shape=(len(images),))
    samples = integer("samples", samples, low=2, high=len(images), shape=())
    chosen = rng.permutation(len(images))[:samples]
    inputs, targets = images[chosen].reshape(samples, -1), labels[chosen]
    for name, values in (("images", inputs), ("labels", targets)):
        if values.std() == 0:
            raise ValueError(f"{name} must differ among the samples, got {values.flat[0]:g} only")
    return (inputs - inputs.mean()) / inputs.std(), (targets - targets.mean()) / targets.std()


def random_orthogonal(samples: int, nu: float, kappa: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Kernel with ``lambda_k = k^-nu`` in a uniformly random orthogonal basis and the error ``d`` with ``q_k =
    k^(-kappa-1)``.

    >>> kernel, error = random_orthogonal(samples=3, nu=1.0, kappa=1.0, rng=np.random.default_rng(0))
    >>> np.linalg.eigvalsh(kernel / 3).round(6)
    array([0.333333, 0.5     , 1.      ])
    """
    samples = integer("samples", samples, low=1, shape=())
    nu, kappa = positive("nu", nu, shape=()), positive("kappa", kappa, shape=())
    basis, triangle = np.linalg.qr(rng.standard_normal((samples, samples)))
    basis *= np.sign(np.diag(triangle))
    k = np.arange(1.0, samples + 1)
    return samples * (basis * k**-nu) @ basis.T, basis @ np.sqrt(samples * k ** (-kappa - 1))


def circulant(samples: int, nu: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Translation-invariant kernel on a ring with eigenvalues ``(1 + |frequency|)^-nu``, and a random standard normal
    error.

    >>> kernel, error = circulant(samples=4, nu=1.0, rng=np.random.default_rng(0))
    >>> np.linalg.eigvalsh(kernel / 4).round(6)
    array([0.333333, 0.5     , 0.5     , 1.      ])
    """
    samples, nu = integer("samples", samples, low=1, shape=()), positive("nu", nu, shape=())
    frequency = np.abs(np.fft.fftfreq(samples, 1 / samples))
    first_row = samples * np.fft.ifft((1 + frequency) ** -nu).real
    shift = (np.arange(samples)[:, None] - np.arange(samples)) % samples
    return first_row[shift], rng.standard_normal(samples)
