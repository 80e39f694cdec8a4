"""Gradient descent on the thesis's paraboloid: eigenvalues 1 and 2, the first eigenvector (sin 1, cos 1)."""

import numpy as np
import pandas as pd

from optclaims.science import domain

__all__ = ["EIGENVALUES", "EIGENVECTORS", "paraboloid"]

EIGENVALUES = np.array([1.0, 2.0])
EIGENVECTORS = np.array([[np.sin(1), np.cos(1)], [np.cos(1), -np.sin(1)]])  # rows


def paraboloid(start: tuple[float, float] = (-1.7, 1.2), steps: int = 12, cells: int = 25) -> pd.DataFrame:
    """Return levels of the loss on a grid, and paths of three constant steps: columns kind, step, x, y, loss.

    Domain: start signed.

    >>> sorted(paraboloid(steps=1, cells=2).kind.unique())
    ['1 / L', '1.9 / L', '2 / (mu + L)', 'loss']
    """
    start = domain.finite("start", start, (2,))
    steps, cells = domain.integer("steps", steps, low=0, shape=()), domain.integer("cells", cells, low=2, shape=())
    hessian = EIGENVECTORS.T @ np.diag(EIGENVALUES) @ EIGENVECTORS
    x, y = (axis.ravel() for axis in np.meshgrid(*[np.linspace(-2, 2, cells)] * 2))
    frames = [pd.DataFrame({"kind": "loss", "step": 0, "x": x, "y": y})]
    for name, lr in {"2 / (mu + L)": 2 / 3, "1 / L": 1 / 2, "1.9 / L": 0.95}.items():
        shrink = (1 - lr * EIGENVALUES) ** np.arange(steps + 1)[:, None]
        points = shrink * (EIGENVECTORS @ start) @ EIGENVECTORS
        frames.append(pd.DataFrame({"kind": name, "step": np.arange(steps + 1), "x": points[:, 0], "y": points[:, 1]}))
    frame = pd.concat(frames, ignore_index=True)
    points = frame[["x", "y"]].to_numpy()
    return frame.assign(loss=0.5 * np.sum(points @ hessian * points, axis=1))
