"""Arms of the comparison on digits: stacked runs of a small network, their final loss and accuracy."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.adam_family.problems import ARMS, Digits
from optclaims.papers.adam_family.simulation.models import MODELS, Model
from optclaims.papers.adam_family.simulation.training import evaluate, trained
from optclaims.science import domain, training

__all__ = ["Setting", "finals", "setting"]

RECORDS = np.array([0.8, 0.9, 1.0])  # parts of a run over which its final loss is averaged
LOST = 1e3


class Setting(NamedTuple):
    """What all arms share: the network, the data, a start (runs, parameters) and batches (runs, steps, batch)."""

    model: Model
    data: Digits
    start: NDArray[np.float32]
    rows: NDArray[np.int64]


def setting(
    network: str, data: Digits, starts: np.random.Generator, batches: np.random.Generator, *, runs: int, steps: int,
    batch: int,
) -> Setting:  # fmt: skip
    """Return starts and batches of so many runs of a network, a generator a run; 20 steps at least.

    >>> from optclaims.papers.adam_family.problems import digits
    >>> data, rngs = digits(np.random.default_rng(0)), [np.random.default_rng(1), np.random.default_rng(2)]
    >>> setting("perceptron", data, *rngs, runs=2, steps=40, batch=4).rows.shape
    (2, 40, 4)
    """
    model = MODELS[domain.one_of("network", network, tuple(MODELS))]
    runs = domain.integer("runs", runs, low=1, shape=())
    start = model.network.initial(domain.generator("starts", starts).spawn(runs)).numpy()
    steps = domain.integer("steps", steps, low=20, shape=())  # half of them have three records in the last fifth
    drawn = training.drawn(domain.generator("batches", batches).spawn(runs), len(data.y), batch)
    return Setting(model, data, start, training.stacked(drawn, steps))


def finals(setting: Setting, arm: str, rates: ArrayLike, runs: ArrayLike) -> pd.DataFrame:
    """Train an arm at every rate (rates,) for the runs (runs,) of the setting: method, lr, run, loss, accuracy.

    loss: geometric mean of the training loss over the last fifth of the run;  accuracy: on the test images at the end
    All arms take equally many gradients.

    Domain: rates, runs any length.

    >>> from optclaims.papers.adam_family.problems import digits
    >>> data, rngs = digits(np.random.default_rng(0)), [np.random.default_rng(1), np.random.default_rng(2)]
    >>> few = setting("convolutional", data, *rngs, runs=2, steps=40, batch=4)
    >>> finals(few, "Adam", [0.01, 0.02], [0, 1]).run.tolist()
    [0, 1, 0, 1]
    """
    made = ARMS[domain.one_of("arm", arm, tuple(ARMS))]
    rates = domain.vector("rates", domain.positive("rates", rates))
    runs = domain.integer("runs", np.asarray(domain.vector("runs", runs)), 0, len(setting.start) - 1)
    model, data, points = setting.model, setting.data, len(rates)
    steps = setting.rows.shape[1] // made.gradients
    rows = np.tile(setting.rows[runs, :steps], (points, 1, 1))
    rule = made.make(np.repeat(rates, len(runs))[:, None])
    start, x = np.tile(setting.start[runs], (points, 1)), model.inputs(data.x)
    found = trained(model, start, x, data.y, rows, rule, np.round(steps * RECORDS).astype(int))
    losses = [np.minimum(evaluate(model, theta, x, data.y)[0], LOST) for theta in found]
    _, accuracy = evaluate(model, found[-1], model.inputs(data.test_x), data.test_y)
    axes = {"method": arm, "lr": np.repeat(rates, len(runs)), "run": np.tile(runs, points)}
    return pd.DataFrame(axes | {"loss": np.exp(np.mean(np.log(losses), axis=0)), "accuracy": accuracy})
