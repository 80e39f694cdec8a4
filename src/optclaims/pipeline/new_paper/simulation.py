"""SGD on a noisy quadratic (replace by what the paper simulates)."""

import numpy as np


def sgd_on_noisy_quadratic(lr: np.ndarray, sigma: float, runs: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Return the iterates after some steps from 0 on f(x) = x^2/2 with Gaussian gradient noise.

    lr: (rates,). Returns (runs, rates); the runs are independent, the rates share no noise.
    """
    x = np.zeros((runs, len(lr)))
    for _ in range(steps):
        x -= lr * (x + sigma * rng.standard_normal(x.shape))
    return x
