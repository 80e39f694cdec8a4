"""Eigenvalues of random matrices and batches, and SGD and Adam on Gaussian linear regression without its samples."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh

from optclaims.papers.granziol_batch_hessian.problems import Classifier, gaussian_samples, spiked_wigner
from optclaims.science import domain
from optclaims.science.optimizers import Rule

__all__ = ["adam_risk", "batch_tops", "sgd_losses", "trained", "wigner_tops", "wishart_tops"]


def wigner_tops(
    rng: np.random.Generator, spike: float, dimension: int, variance: float, draws: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues (draws,) of spiked noise and the squared overlaps with the spike's direction.

    Raises ValueError as `problems.spiked_wigner`, and for less than one draw.
    Domain: spike signed

    >>> tops, overlaps = wigner_tops(np.random.default_rng(0), 100.0, 5, 1e-6, 2)
    >>> bool(abs(tops - 100).max() < 0.1), bool(overlaps.min() > 0.999)
    (True, True)
    """
    found = []
    for _ in range(domain.integer("draws", draws, low=1, shape=())):
        matrix = spiked_wigner(rng, dimension, spike, variance)
        values, vectors = eigh(matrix, subset_by_index=[dimension - 1, dimension - 1])
        found.append((values[0], vectors[0, 0] ** 2))
    return tuple(np.array(found).T)


def wishart_tops(rng: np.random.Generator, spectrum: ArrayLike, batch: int, draws: int) -> np.ndarray:
    r"""Return the largest eigenvalues (draws,) of $\frac1b\sum_i x_i x_i^\top$ of Gaussian samples.

    Raises ValueError as `problems.gaussian_samples`, and for less than one draw.

    >>> wishart_tops(np.random.default_rng(0), [4.0, 1.0], 1000, 3).round(0)
    array([4., 4., 4.])
    """
    batch, draws = (domain.integer(name, n, low=1, shape=()) for name, n in (("batch", batch), ("draws", draws)))
    return np.array([_top(gaussian_samples(rng, batch, spectrum)) for _ in range(draws)])


def _top(samples: np.ndarray) -> float:
    """Return the largest eigenvalue of the second moment of samples (n, d), by the smaller of the two Gram matrices."""
    n, d = samples.shape
    gram = (samples @ samples.T if n < d else samples.T @ samples) / n
    last = len(gram) - 1
    return float(eigh(gram, eigvals_only=True, subset_by_index=[last, last])[0])


def batch_tops(
    rng: np.random.Generator, samples: np.ndarray, batch: int, draws: int, *, replace: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return $\lambda_{\max}(H_B)$ and $\phi_1^\top H_B \phi_1$, each (draws,), for batches of a population (N, P).

    $H_B$ is the second moment of a batch, $\phi_1$ the first axis: samples as `problems.population` gives them. The
    second has the mean $\lambda_1$ and most of the first one's fluctuation. Drawn without replacement unless replace.
    Raises ValueError for a batch that does not fit.
    Domain: samples signed

    >>> tops, along = batch_tops(np.random.default_rng(0), np.eye(4)[:, :2], 3, 2)
    >>> bool((tops >= along).all())
    True
    """
    domain.generator("rng", rng)
    samples = domain.finite("samples", samples, (None, None))
    batch = domain.integer("batch", batch, low=1, high=len(samples), shape=())
    chosen = [
        samples[rng.choice(len(samples), batch, replace=replace)]
        for _ in range(domain.integer("draws", draws, low=1, shape=()))
    ]
    return np.array([_top(part) for part in chosen]), np.array([(part[:, 0] ** 2).mean() for part in chosen])


def _gradient(rng: np.random.Generator, spectrum: np.ndarray, batch: float, D: np.ndarray, noise: float) -> np.ndarray:
    r"""Return exact gradients (runs, d) of a batch of Gaussian samples at distances D (runs, d).

    Given D the residuals are Gaussian with variance $R = D^\top\Lambda D + \sigma^2$, so
    $g = \frac1B(\frac{s}{R}\Lambda D + \sqrt s\, z)$ with $s \sim R\chi^2_B$ and
    $z \sim \mathcal N(0, \Lambda - \Lambda D D^\top\Lambda/R)$.
    """
    LD = spectrum * D
    R = ((LD * D).sum(-1) + noise)[:, None]
    s = R * rng.chisquare(batch, len(D))[:, None]
    # z: independent of the residual, by taking its part of a Gaussian with covariance Lambda away.
    u = np.sqrt(spectrum) * rng.standard_normal(D.shape)
    along = (u * D).sum(-1, keepdims=True) + np.sqrt(noise) * rng.standard_normal((len(D), 1))
    return (s / R * LD + np.sqrt(s) * (u - LD * along / R)) / batch


def sgd_losses(
    rng: np.random.Generator, spectrum: ArrayLike, lr: float, batch: int, start: ArrayLike, steps: int, runs: int
) -> np.ndarray:
    r"""Return $\frac12\sum\lambda_i D_i^2$ of SGD on linear regression without label noise (runs, steps + 1).

    Exact in law: gradients are drawn given the distance D, without drawing samples. Raises ValueError for values that
    are not positive.
    Domain: start signed

    >>> sgd_losses(np.random.default_rng(0), [1.0, 0.5], 0.1, 2, [1.0, 1.0], 3, 4).shape
    (4, 4)
    """
    domain.generator("rng", rng), domain.positive("lr", lr, ())
    spectrum = domain.positive("spectrum", spectrum, (None,))
    batch, runs = domain.integer("batch", batch, low=1, shape=()), domain.integer("runs", runs, low=1, shape=())
    D = np.tile(domain.finite("start", start, spectrum.shape), (runs, 1))
    losses = [(spectrum * D**2).sum(-1) / 2]
    for _ in range(domain.integer("steps", steps, low=1, shape=())):
        D = D - lr * _gradient(rng, spectrum, batch, D, 0.0)
        losses.append((spectrum * D**2).sum(-1) / 2)
    return np.stack(losses, axis=1)


def adam_risk(
    rng: np.random.Generator,
    spectrum: ArrayLike,
    lr: float,
    batch: int,
    steps: int,
    runs: int,
    *,
    power: float = 0.5,
) -> np.ndarray:
    r"""Return the stationary risk $E[D^\top\Lambda D] + 1$ of each run (runs,), for label noise of variance one.

    The step is $\eta g / v^{\mathrm{power}}$ with $v_i = E[g_i^2 | D]$, which Adam's second moment follows in a small
    step: power 1/2 is Adam, 0 is SGD. Starts at D = 0; the mean over the second half of the steps. Raises ValueError
    for values that are not positive and a power outside [0, 1].

    >>> adam_risk(np.random.default_rng(0), [1.0, 0.5], 0.01, 2, 10, 3).shape
    (3,)
    """
    domain.generator("rng", rng), domain.positive("lr", lr, ()), domain.probability("power", power, "[]", ())
    spectrum = domain.positive("spectrum", spectrum, (None,))
    batch, runs = domain.integer("batch", batch, low=1, shape=()), domain.integer("runs", runs, low=1, shape=())
    steps = domain.integer("steps", steps, low=2, shape=())
    D, total = np.zeros((runs, len(spectrum))), np.zeros(runs)
    for step in range(steps):
        excess = (spectrum * D**2).sum(-1)
        total += excess * (step >= steps // 2)
        v = (spectrum * D) ** 2 * (1 + 1 / batch) + (excess + 1)[:, None] * spectrum / batch
        D = D - lr * _gradient(rng, spectrum, batch, D, 1.0) / v**power
    return 1 + total / (steps - steps // 2)


def trained(net: Classifier, rule: Rule, w: ArrayLike, ages: Sequence[int]) -> dict[int, np.ndarray]:
    """Return the weights after each of the numbers of full-batch steps in `ages`, from w (parameters,).

    Domain: w signed; ages any length

    >>> from optclaims.papers.granziol_batch_hessian.problems import classifier
    >>> from optclaims.science.optimizers import SGD
    >>> list(trained(classifier(np.eye(3), np.array([0, 1, 1]), 2), SGD(0.1), np.ones(14), [1, 5]))
    [1, 5]
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    w, kept = domain.finite("w", w, (net.parameters,)), {}
    ages = [int(age) for age in domain.increasing("ages", np.asarray(ages), low=1)]
    state = rule.start(w)
    for t in range(1, ages[-1] + 1):
        w, state = rule.step(w, net.gradient(w), state, t)
        kept |= {t: w} if t in ages else {}
    return kept
