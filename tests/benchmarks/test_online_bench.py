"""Scalar online problems: the compiled Adam and AMSGrad, with all that they record, against Python and torch.optim.

Unit: one step of one run on the period-3 problem (gradient C every third step, else -1) on [-1, 1].
"""

import pytest
import torch

from optclaims.papers.amsgrad_counterexample import problems, simulation

C, ALPHA, BETA1 = 4.0, 0.1, 0.0
BETA2 = 1 / (1 + C**2)


def compiled(algorithm, steps):
    run = simulation.run(algorithm, problems.periodic(C, 3), [steps], alpha=ALPHA, beta1=BETA1, beta2=BETA2, x1=0.0)
    return run.final[0]


def floats(algorithm, steps):
    """Plain Python, one float after the other."""
    x = m = v = vhat = 0.0
    for t in range(1, steps + 1):
        g = C if t % 3 == 1 else -1.0
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        vhat = max(vhat, v) if algorithm == "amsgrad" else v
        x = min(1.0, max(-1.0, x - ALPHA / t**0.5 * m / vhat**0.5))
    return x


def torch_optim(algorithm, steps):
    """The stock optimizer, one step at a time; it corrects biases, so it does not do quite the same."""
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=ALPHA, betas=(BETA1, BETA2), amsgrad=algorithm == "amsgrad")
    for t in range(1, steps + 1):
        optimizer.param_groups[0]["lr"] = ALPHA / t**0.5
        optimizer.zero_grad()
        ((C if t % 3 == 1 else -1.0) * x).sum().backward()
        optimizer.step()
        with torch.no_grad():
            x.clamp_(-1, 1)
    return x.item()


@pytest.mark.parametrize("algorithm", ["adam", "amsgrad"])
def test_one_long_run(race, algorithm):
    assert compiled(algorithm, 3000) == pytest.approx(floats(algorithm, 3000), abs=1e-12)

    def candidate(function, steps):
        def run():
            function(algorithm, steps)
            return steps

        return run

    ratio = race(
        f"online {algorithm}",
        "one scalar run",
        "steps",
        {
            "compiled": candidate(compiled, 2_000_000),
            "plain Python": candidate(floats, 100_000),
            "torch.optim, step by step": candidate(torch_optim, 500),
        },
    )
    assert ratio["plain Python"] >= 10
    assert ratio["torch.optim, step by step"] >= 1000
