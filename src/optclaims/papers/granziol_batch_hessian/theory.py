r"""Outliers of batch matrices, and the largest stable step of SGD, Adam and a damped second-order method.

Granziol, Zohren and Roberts, "Learning rates as a function of batch size" (2022). Its body was not at hand: what it
claims is recalled, and every formula derived anew. A batch of B out of N samples acts like b independent ones,
$1/b = 1/B - 1/N$.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from optclaims.science import domain, moments
from optclaims.science.quadratics import mean_square

__all__ = [
    "adam_step",
    "effective_batch",
    "largest_stable_step",
    "least_damping",
    "mean_loss",
    "resolved_shift",
    "wigner_overlap",
    "wigner_top",
    "wishart_top",
]

# Mean and standard deviation of the Tracy-Widom law for real symmetric matrices.
TRACY_WIDOM = (-1.2065335745820, 1.2680340580)


def effective_batch(batch: ArrayLike, samples: float = np.inf) -> np.ndarray:
    r"""Return b with $1/b = 1/B - 1/N$ for batches drawn without replacement; N infinite: b = B.

    Raises ValueError for a batch that is not positive, or not smaller than N.
    Domain: batch any shape; samples infinite

    >>> float(effective_batch(50, 100))
    100.0
    """
    samples = domain.positive("samples", samples, (), infinite=True)
    batch = domain.positive("batch", batch)
    if np.any(batch >= samples):
        raise ValueError(f"batch must be smaller than the {samples:g} samples, got {batch}")
    return 1 / (1 / batch - 1 / samples)


def wigner_top(spike: float, sigma: float, dimension: int, batch: float) -> tuple[float, float]:
    r"""Return mean and standard deviation of the largest eigenvalue of a spike plus Gaussian noise.

    Symmetric noise with entries of variance $\sigma^2/b$; with the threshold $\theta = \sigma\sqrt{P/b}$
    $$\lambda' = \lambda + \theta^2/\lambda, \quad \mathrm{s.d.}\ \sigma\sqrt{\tfrac2b (1 - \theta^2/\lambda^2)}
    \qquad (\lambda > \theta),$$
    and $2\theta$ with the Tracy-Widom law of width $\theta P^{-2/3}$ below. The paper's main theorem is of this form
    (recalled; Benaych-Georges and Nadakuditi 2011). Raises ValueError for arguments that are not positive.

    >>> [round(value, 3) for value in wigner_top(4.0, 1.0, 400, 400)]
    [4.25, 0.068]
    """
    spike, sigma, batch = (
        domain.positive(name, x, ()) for name, x in (("spike", spike), ("sigma", sigma), ("batch", batch))
    )
    dimension = domain.integer("dimension", dimension, low=2, shape=())
    edge = sigma * np.sqrt(dimension / batch)
    if spike > edge:
        deviation = sigma * np.sqrt(2 / batch * (1 - (edge / spike) ** 2))
        return float(spike + edge**2 / spike), float(deviation)
    mean, deviation = (edge * dimension ** (-2 / 3) * value for value in TRACY_WIDOM)
    return float(2 * edge + mean), float(deviation)


def wigner_overlap(spike: float, sigma: float, dimension: int, batch: float) -> float:
    r"""Return $(1 - P\sigma^2 / b\lambda^2)_+$, the squared overlap of the top eigenvector with the spike's.

    As in `wigner_top`. Raises ValueError for arguments that are not positive.

    >>> wigner_overlap(2.0, 1.0, 400, 400)
    0.75
    """
    spike, sigma, batch = (
        domain.positive(name, x, ()) for name, x in (("spike", spike), ("sigma", sigma), ("batch", batch))
    )
    dimension = domain.integer("dimension", dimension, low=2, shape=())
    return float(max(1 - dimension * sigma**2 / (batch * spike**2), 0.0))


def wishart_top(spike: float, dimension: int, batch: float) -> tuple[float, float]:
    r"""Return mean and standard deviation of the largest eigenvalue of $\frac1b\sum_i x_i x_i^\top$ with one spike.

    Gaussian samples, covariance one but for the spike; with $\gamma = P/b$ (P - 1 directions have variance one)
    $$\lambda' = \lambda\Bigl(1 + \frac{P-1}{b(\lambda-1)}\Bigr), \quad
    \mathrm{s.d.}\ \lambda\sqrt{\tfrac2b\bigl(1 - \tfrac{P}{b(\lambda-1)^2}\bigr)} \qquad (\lambda > 1 + \sqrt\gamma),$$
    and below it $(\mu + s\,\mathrm{TW})/b$, $\mu = (\sqrt{b-1}+\sqrt P)^2$,
    $s = \sqrt\mu\,(1/\sqrt{b-1} + 1/\sqrt P)^{1/3}$ (Baik and Silverstein 2006; Johnstone 2001).
    Raises ValueError for a spike or a batch that is not positive.

    >>> [round(value, 3) for value in wishart_top(20.0, 300, 600)]
    [20.525, 1.154]
    """
    spike, batch = domain.positive("spike", spike, ()), domain.at_least("batch", batch, 2, ())
    dimension = domain.integer("dimension", dimension, low=2, shape=())
    if spike > 1 + np.sqrt(dimension / batch):
        mean = spike * (1 + (dimension - 1) / (batch * (spike - 1)))
        deviation = spike * np.sqrt(2 / batch * (1 - dimension / (batch * (spike - 1) ** 2)))
        return float(mean), float(deviation)
    center = (np.sqrt(batch - 1) + np.sqrt(dimension)) ** 2
    width = np.sqrt(center) * (1 / np.sqrt(batch - 1) + 1 / np.sqrt(dimension)) ** (1 / 3)
    return float((center + TRACY_WIDOM[0] * width) / batch), float(TRACY_WIDOM[1] * width / batch)


def resolved_shift(samples: np.ndarray, *, resolved: bool = True) -> float:
    r"""Return C of $E\lambda_1' \approx \lambda_1 + C/b$ for matrices $x_i x_i^\top$ of a population (N, P).

    $$C = \sum_{j>1} \frac{\frac1N\sum_i (\phi_j^\top x_i)^2 (\phi_1^\top x_i)^2}{\lambda_1 - \lambda_j} :$$
    second-order perturbation theory, whatever the law of the samples; samples must be given in their own eigenbasis,
    the largest eigenvalue first. resolved: False sets every denominator to $\lambda_1$, which suits a dominant spike.
    Derived here. Raises ValueError for samples in another basis.

    >>> round(resolved_shift(np.array([[2.0, 1.0], [2.0, -1.0]])), 4)
    1.3333
    """
    samples = domain.finite("samples", samples, (None, None))
    moment = samples.T @ samples / len(samples)
    spectrum = moment.diagonal()
    if np.abs(moment - np.diag(spectrum)).max() > 1e-6 * spectrum[0] or np.any(np.diff(spectrum) > 1e-9 * spectrum[0]):
        raise ValueError(f"samples must be in the eigenbasis of their second moment, the largest first, got {spectrum}")
    products = (samples[:, 1:] ** 2 * samples[:, :1] ** 2).mean(axis=0)
    return float((products / (spectrum[0] - spectrum[1:] * resolved)).sum())


def largest_stable_step(spectrum: ArrayLike, batch: float, scaling: ArrayLike = 1.0) -> float:
    r"""Return the largest $\eta$ at which SGD on Gaussian linear regression is stable in mean square.

    With $x_i = \eta p_i \lambda_i$ stable iff $x_i (1 + 1/B) < 2$ and
    $$\sum_i \frac{x_i}{B\,(2 - x_i (1 + 1/B))} < 1 .$$
    spectrum: $\lambda$ (d,); scaling: p, the preconditioner in the eigenbasis (d,) or a number. Exact; derived here.
    Raises ValueError for values that are not positive and a batch below 1.
    Domain: scaling any shape

    >>> round(largest_stable_step([1.0], 1), 9)  # (1 - x)^2 + 2 x^2 = 1
    0.666666667
    """
    x = domain.positive("spectrum", spectrum, (None,)) * domain.positive("scaling", scaling)
    return mean_square.largest_stable_lr(x, gamma=1 / domain.at_least("batch", batch, 1, ()), tau2=-1.0)


def mean_loss(spectrum: ArrayLike, lr: float, batch: float, start: ArrayLike, steps: int, *, fourth: bool = True):
    r"""Return the mean of $\frac12\sum\lambda_i D_i^2$ after 0, 1, ..., steps of SGD on linear regression (steps + 1,).

    $m_i = E D_i^2$ follows $m' = (1 - \eta\lambda)^2 m + \frac{\eta^2}{B}(\lambda^2 m + \lambda \sum_j\lambda_j m_j)$
    for Gaussian samples without label noise. fourth: False drops $\lambda^2 m$, as if the samples' fourth moments
    were those of independent factors. Exact; derived here. Raises ValueError for values that are not positive and a
    batch below 1.
    Domain: start signed

    >>> mean_loss([1.0], 0.5, 1.0, [1.0], 1)  # 1/4 + 1/4 + 1/4
    array([0.5  , 0.375])
    """
    spectrum, batch = domain.positive("spectrum", spectrum, (None,)), domain.at_least("batch", batch, 1, ())
    density = spectrum * domain.finite("start", start, spectrum.shape) ** 2
    times = np.arange(domain.integer("steps", steps, low=1, shape=()) + 1)
    noise = {"gamma": 1 / batch, "tau2": -float(domain.one_of("fourth", fourth, (True, False)))}
    return moments.losses(spectrum, density, times, lr=domain.positive("lr", lr, ()), momentum=0.0, **noise)


def adam_step(spectrum: ArrayLike, batch: ArrayLike, risk: float, *, factor: float = 0.5) -> np.ndarray:
    r"""Return the step at which Adam's stationary risk is risk times the noise variance, to leading order.

    $$\eta = 2 (R - \sigma^2) \sqrt{B/R} \Big/ \sum_i\sqrt{\lambda_i} :$$
    where the gradient noise dominates, $v_i = R\lambda_i/B$ and Adam is the power -1/2 of the Hessian with a step
    that grows as $\sqrt B$. factor: the half of $R - \sigma^2 = \frac\eta2 (\sum\sqrt{\lambda_i})\sqrt{R/B}$. Derived
    here. Raises ValueError for a spectrum, batch or factor that is not positive and a risk below 1.
    Domain: batch any shape

    >>> round(float(adam_step([1.0, 4.0], 1.0, 2.25)), 4)
    0.5556
    """
    roots = np.sqrt(domain.positive("spectrum", spectrum, (None,))).sum()
    batch, risk = domain.positive("batch", batch), domain.at_least("risk", risk, 1, ())
    return (risk - 1) * np.sqrt(batch / risk) / (domain.positive("factor", factor, ()) * roots)


def least_damping(spectrum: ArrayLike, resolved: int, lr: float, batch: float, *, power: float = 1.0) -> float:
    r"""Return the least $\delta$ at which a damped second-order step is stable in mean square.

    Preconditioner $1/(\hat\lambda_i + \delta)$, with $\hat\lambda = \lambda$ on the first `resolved` eigenvalues and 0
    on the others; the root of the condition of `largest_stable_step`. To leading order
    $\delta = \frac{\eta}{2B}\,\mathrm{tr}(\text{bulk})$. power: of the damped curvature, 1/2 as in Adam. Derived here.
    Raises ValueError for values that are not positive, and where the step is stable without any damping.

    >>> round(least_damping([0.4] * 2000, 0, 0.01, 16), 4)  # leading order: 0.25
    0.2521
    """
    spectrum = domain.positive("spectrum", spectrum, (None,))
    known = np.where(np.arange(len(spectrum)) < domain.integer("resolved", resolved, low=0, shape=()), spectrum, 0.0)
    lr, batch = domain.positive("lr", lr, ()), domain.positive("batch", batch, ())

    def spare(log_delta: float) -> float:
        return np.log(largest_stable_step(spectrum, batch, 1 / (known + np.exp(log_delta)) ** power) / lr)

    domain.positive("power", power, ())
    low, high = (np.log(lr * size) / power for size in (spectrum.max() * 1e-12, spectrum.sum() * 10))
    if spare(low) > 0:
        raise ValueError(f"lr must be so large that damping is needed, got {lr:g}")
    return float(np.exp(brentq(spare, low, high, xtol=1e-12)))
