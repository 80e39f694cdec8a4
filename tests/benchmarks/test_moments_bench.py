"""Second-moment recursion of SGD with momentum: compiled against numpy and torch, all rows at once, float64.

Unit: one step of one eigenvalue of one setting.
"""

import numpy as np
import pytest
import torch

from optclaims.science import moments

BETA, GAMMA = 0.6, 0.5


def batched(eigenvalues, density, steps, lr, zeros_like):
    """Losses after the steps, one call per term, for arrays of numpy or tensors of torch; lr: (rows, 1)."""
    x = lr * eigenvalues
    c = density + zeros_like(x)
    j, p, square = zeros_like(c), zeros_like(c), x * x
    for _ in range(steps):
        total = c.sum(-1)[:, None]
        m = square * c - 2 * BETA * x * j + BETA**2 * p + GAMMA * square * (total - c)
        c, j, p = c - 2 * x * c + 2 * BETA * j + m, BETA * j - x * c + m, m
    return c.sum(-1) / 2


@pytest.mark.parametrize(("modes", "rows", "steps"), [(1000, 16, 200), (10_000, 1, 400)])
def test_recursion(race, modes, rows, steps):
    k = np.arange(1.0, modes + 1)
    problem = k**-1.5, k**-2.0
    lr = np.linspace(0.05, 0.5, rows)
    tensors = [torch.from_numpy(array) for array in (*problem, lr[:, None])]
    losses = {}

    def candidate(name, function):
        def run():
            losses[name] = np.asarray(function())
            return modes * rows * steps

        return run

    candidates = {
        "compiled": lambda: moments.losses(*problem, [steps], lr=lr, momentum=BETA, gamma=GAMMA)[:, 0],
        "numpy": lambda: batched(*problem, steps, lr[:, None], np.zeros_like),
        "torch": lambda: batched(*tensors[:2], steps, tensors[2], torch.zeros_like),
    }
    ratio = race(
        "second moments",
        f"{modes} eigenvalues, {rows} setting{'s' if rows > 1 else ''}",
        "eigenvalue-steps",
        {name: candidate(name, function) for name, function in candidates.items()},
    )
    for name in ("numpy", "torch"):
        np.testing.assert_allclose(losses["compiled"], losses[name], rtol=1e-10)
        assert ratio[name] >= 6
