"""Comparisons on digits: scaling rules against the base batch, and SVAG levels, as arrays of training curves."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters, scale_hyperparameters
from optclaims.papers.adaptive_sde_scaling.simulation import digits
from optclaims.science import domain

__all__ = ["Arms", "compare_rules", "run_svag"]

Arms = dict[tuple[str, int], tuple[NDArray, NDArray]]
"""(rule, kappa) -> log training loss and test accuracy, each (seeds, checkpoints)."""


def compare_rules(
    task: digits.Task,
    rngs: Sequence[np.random.Generator],
    base: Hyperparameters,
    batch: int,
    kappas: Sequence[int],
    rules: Sequence[str],
    *,
    epochs: int,
    noise: float,
    checkpoints: int,
) -> tuple[Arms, NDArray]:
    """Train at the base batch (rule "base", kappa 1) and under every rule and kappa from the same start.

    All arms of a seed see the same samples in the same order; checkpoints are equally spaced in samples.
    Returns the arms and the base run's weights (checkpoints, seeds, parameters).
    Raises ValueError where a checkpoint falls between two steps.

    >>> X = np.eye(4, 64, dtype=np.float32)
    >>> task, rngs = digits.Task(X, np.arange(4), X, np.arange(4)), [np.random.default_rng(0)]
    >>> hyper = Hyperparameters(lr=1e-3, beta2=0.9, eps=1e-8)
    >>> arms, weights = compare_rules(task, rngs, hyper, 1, [2], ["sqrt"], epochs=2, noise=0.0, checkpoints=2)
    >>> sorted(arms), arms["sqrt", 2][0].shape
    ([('base', 1), ('sqrt', 2)], (1, 2))
    """
    for name, number in {"batch": batch, "epochs": epochs, "checkpoints": checkpoints}.items():
        domain.integer(name, number, low=1, shape=())
    domain.integer("kappas", kappas, low=1, shape=(None,)), domain.probability("noise", noise, shape=())
    samples = epochs * len(task.y)
    theta = digits.initial(rngs)
    stream = digits.draw_samples(task, rngs, samples, noise)

    def run(hyper: Hyperparameters, size: int) -> tuple[tuple[NDArray, NDArray], NDArray]:
        if samples % (checkpoints * size):
            raise ValueError(f"{samples} samples at {checkpoints} checkpoints are no whole batches of {size}")
        records = np.arange(1, checkpoints + 1) * (samples // checkpoints // size)
        weights = digits.train(task, theta, *stream, hyper, size, records)
        return tuple(a.T for a in digits.statistics_of(task, weights)), weights

    curves, weights = run(base, batch)
    arms = {("base", 1): curves}
    for kappa in kappas:
        for rule in rules:
            arms[rule, kappa] = run(scale_hyperparameters(base, kappa, rule), kappa * batch)[0]
    return arms, weights


def run_svag(
    task: digits.Task,
    theta: NDArray,
    rngs: Sequence[np.random.Generator],
    hyper: Hyperparameters,
    weights: Sequence[float],
    batch: int,
    steps: int,
    *,
    noise: float,
    checkpoints: int,
) -> NDArray:
    """Log training loss (seeds, checkpoints) of `steps` steps with gradients combined by `weights` (one or two).

    Domain: theta, weights signed.

    >>> X = np.eye(4, 64, dtype=np.float32)
    >>> task, rngs = digits.Task(X, np.arange(4), X, np.arange(4)), [np.random.default_rng(0)]
    >>> hyper = Hyperparameters(lr=1e-3, beta2=0.9, eps=1e-8)
    >>> run_svag(task, digits.initial(rngs), rngs, hyper, [-3.0, 4.0], 1, 4, noise=0.0, checkpoints=2).shape
    (1, 2)
    """
    for name, number in {"batch": batch, "steps": steps, "checkpoints": checkpoints}.items():
        domain.integer(name, number, low=1, shape=())
    weights, noise = domain.vector("weights", weights), domain.probability("noise", noise, shape=())
    theta = domain.finite("theta", theta, (len(rngs), None))
    samples = steps * batch * len(weights)
    stream = digits.draw_samples(task, rngs, samples, noise)
    records = np.arange(1, checkpoints + 1) * steps // checkpoints
    return digits.statistics_of(task, digits.train(task, theta, *stream, hyper, batch, records, weights))[0].T
