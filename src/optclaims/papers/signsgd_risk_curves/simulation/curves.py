"""Risk curves of signSGD, SGD and Adam by direct simulation, in the paper's time t = k / d."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.signsgd_risk_curves.simulation.noise import Sampler, draw
from optclaims.science import streaming
from optclaims.science.domain import increasing, integer, nonnegative, one_of, positive, probability
from optclaims.science.streaming import Features

__all__ = ["risk_curves", "time_average"]

Rate = float | Callable[[NDArray[np.float64]], ArrayLike]


def risk_curves(
    features: Features,
    start: ArrayLike,
    noise: Sampler,
    lr: Rate,
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

    start: delta at time 0, (d,) or (runs, d). lr: eta, or a function of the times (steps,). times: increasing, of which
    0 is the start. method, beta1, beta2 and residual_scaled as in `streaming.run`. Adam's averages start stationary,
    after 8 / (1 - beta2) steps at rate 0. Run i does not depend on the number of runs.

    Domain: start signed; start any shape; times, start any length

    Raises ValueError as `streaming.run`, and for times less than a step apart.

    >>> from optclaims.papers.signsgd_risk_curves.simulation.noise import gaussian
    >>> features, rng = streaming.diagonal(np.ones(50)), np.random.default_rng(0)
    >>> risks = risk_curves(features, np.full(50, 0.1), gaussian(0.5), 0.3, "sign", [0.0, 0.5, 1.0], 4, rng)
    >>> risks.shape, float(risks[0, 0].round(6))
    ((4, 3), 0.25)
    """
    times, runs = increasing("times", times, low=0), integer("runs", runs, low=1, shape=())
    method = one_of("method", method, streaming.METHODS)
    beta1, beta2 = probability("beta1", beta1, "[)", shape=()), probability("beta2", beta2, "[)", shape=())
    if not callable(lr):
        lr = nonnegative("lr", lr, shape=())
    d = features.scales.size
    warm = int(np.ceil(8 / (1 - max(beta1, beta2)))) if method == "adam" else 0
    record = np.rint(times * d).astype(int)
    steps = int(record[-1])
    rates = np.zeros(warm + steps)
    rates[warm:] = lr(np.arange(steps) / d) if callable(lr) else lr
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
    lr: float,
    horizon: float,
    runs: int,
    rng: np.random.Generator,
    *,
    method: str = "sign",
) -> NDArray[np.float64]:
    """Average risk (runs,) of each run over the last three quarters of [0, horizon], ten records a unit of time.

    Domain: start signed; start any shape

    >>> from optclaims.papers.signsgd_risk_curves.simulation.noise import gaussian
    >>> features, rng = streaming.diagonal(np.ones(50)), np.random.default_rng(0)
    >>> time_average(features, np.full(50, 0.1), gaussian(0.5), lr=0.3, horizon=4.0, runs=3, rng=rng).shape
    (3,)
    """
    horizon, lr = positive("horizon", horizon, shape=()), positive("lr", lr, shape=())
    times = np.linspace(horizon / 4, horizon, max(2, int(7.5 * horizon)))
    return risk_curves(features, start, noise, lr, method, times, runs, rng).mean(axis=1)
