"""SGD on a noisy quadratic (replace by what the paper simulates)."""

import numpy as np

from optclaims.science.domain import integer, nonnegative, positive, vector


def sgd_on_noisy_quadratic(lr: np.ndarray, sigma: float, runs: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Return the iterates after some steps from 0 on f(x) = x^2/2 with Gaussian gradient noise.

    lr: (rates,). Returns (runs, rates); the runs are independent, the rates share no noise.

    >>> sgd_on_noisy_quadratic([0.1, 0.5], 1.0, runs=3, steps=5, rng=np.random.default_rng(0)).shape
    (3, 2)
    """
    lr, sigma = vector("lr", positive("lr", lr)), nonnegative("sigma", sigma, shape=())
    runs, steps = integer("runs", runs, low=1, shape=()), integer("steps", steps, low=0, shape=())
    x = np.zeros((runs, len(lr)))
    for _ in range(steps):
        x -= lr * (x + sigma * rng.standard_normal(x.shape))
    return x
