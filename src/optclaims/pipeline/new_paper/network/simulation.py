"""Training of many small networks at once (replace by what the paper trains)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch

from optclaims.papers.__KEY__.problems import Task
from optclaims.science import domain, networks, perceptrons, training
from optclaims.science.optimizers import HeavyBall

HIDDEN = 16


def compare(
    task: Task,
    arms: Mapping[str, tuple[float, float]],
    rngs: Sequence[np.random.Generator],
    *,
    steps: int,
    batch: int,
) -> pd.DataFrame:
    """Train a tanh perceptron in every arm, method -> (lr, momentum), and from every generator by the compiled loop.

    Returns one row an arm and run: method, run, the final losses train and test. The arms of a run share its initial
    weights and its batches.

    >>> task = Task(np.eye(4), np.arange(4), np.eye(4), np.arange(4))
    >>> compare(task, {"SGD": (0.1, 0.0)}, [np.random.default_rng(0)], steps=2, batch=2).columns.tolist()
    ['method', 'run', 'train', 'test']
    """
    steps, batch = domain.integer("steps", steps, low=1, shape=()), domain.integer("batch", batch, low=1, shape=())
    widths = (task.x.shape[1], HIDDEN, int(task.y.max()) + 1)
    network = networks.perceptron(widths, "tanh")
    theta = network.initial(rngs).numpy()
    rows = training.stacked(training.drawn(rngs, len(task.y), batch), steps)
    frames = []
    for name, (lr, momentum) in arms.items():
        rule = HeavyBall(float(lr), momentum)
        w = perceptrons.train(widths, theta, task.x, task.y, rows, rule, [steps], activation="tanh")[0]
        parts = {"train": (task.x, task.y), "test": (task.test_x, task.test_y)}
        losses = {part: _loss(network, w, *data) for part, data in parts.items()}
        frames.append(pd.DataFrame({"method": name, "run": range(len(w)), **losses}))
    return pd.concat(frames, ignore_index=True)


@torch.no_grad()
def _loss(network: networks.Network, w: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean cross-entropy of every run, (runs,)."""
    mean = networks.mean_loss(network, networks.CROSS_ENTROPY)
    return mean(torch.as_tensor(w), torch.as_tensor(x, dtype=torch.float32)[None], torch.as_tensor(y)[None]).numpy()
