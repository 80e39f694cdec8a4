"""Risk curves of signSGD, SGD and Adam by direct simulation, in the paper's time t = k / d."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.signsgd_risk_curves.simulation.noise import Sampler, draw
from optclaims.science import streaming
from optclaims.science.streaming import Features

__all__ = ["risk_curves", "time_average"]

Rate = float | Callable[[NDArray[np.float64]], ArrayLike]


def risk_curves(
    features: Features,
    start: ArrayLike,
    noise: Sampler,
    rate: Rate,
    method: str,
    times: ArrayLike,
    runs: int,
    rng: np.random.Generator,
    *,
    beta1: float = 0.0,
    beta2: float = 0.0,
    residual_scaled: float | None = None,
) -> NDArray[np.float64]:
    """Excess risks (runs, times) of independent runs at the given times (rounded to whole steps).

    start: delta at time 0, (d,) or (runs, d). rate: eta, or a function of the times (steps,). method, betas and
    residual_scaled as in `streaming.run`. Adam's averages start stationary, after 8 / (1 - beta2) steps at rate 0.
    Run i does not depend on the number of runs.
    """
    d = features.scales.size
    warm = int(np.ceil(8 / (1 - max(beta1, beta2)))) if method == "adam" else 0
    record = np.rint(np.asarray(times, float) * d).astype(int)
    steps = int(record[-1])
    rates = np.zeros(warm + steps)
    rates[warm:] = rate(np.arange(steps) / d) if callable(rate) else rate
    for_noise, for_data = rng.spawn(2)
    labels = draw(noise, for_noise.spawn(runs), warm + steps)
    return streaming.run(
        features,
        start,
        labels,
        rates,
        method,
        record + warm,
        for_data,
        beta1=beta1,
        beta2=beta2,
        residual_scaled=residual_scaled,
    )


def time_average(
    features: Features,
    start: ArrayLike,
    noise: Sampler,
    rate: float,
    horizon: float,
    runs: int,
    rng: np.random.Generator,
    *,
    method: str = "sign",
) -> NDArray[np.float64]:
    """Average risk (runs,) of each run over the last three quarters of [0, horizon], ten records a unit of time."""
    times = np.linspace(horizon / 4, horizon, max(2, int(7.5 * horizon)))
    return risk_curves(features, start, noise, rate, method, times, runs, rng).mean(axis=1)
