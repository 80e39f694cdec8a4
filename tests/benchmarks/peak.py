"""Peak memory of kernels in a fresh process, as a function of the number of steps."""

import re
from pathlib import Path

import numpy as np

from optclaims.papers.amsgrad_counterexample import problems, simulation
from optclaims.science import moments, streaming

WARM = 300_000  # steps that bring every buffer to its final size
STEPS = (10**6, 3 * 10**6, 10**7)


def online(steps):
    simulation.run("adam", problems.periodic(4.0, 3), [steps], alpha=0.1, beta1=0.0, beta2=0.5)


def second_moments(steps):
    moments.losses(np.ones(4), np.ones(4), [steps], lr=0.1, momentum=0.5, gamma=0.1)


def stream(steps):
    """One run; its label noise and learning rates, one number a step each, are held by the caller."""
    noise = np.full((1, steps), 0.1, np.float32)
    streaming.run(streaming.diagonal(np.ones(32)), np.ones(32), noise, 0.1, "sign", [steps], np.random.default_rng(0))


KERNELS = {"online Adam": (online, 0), "second moments": (second_moments, 0), "streaming signSGD": (stream, 8)}
"""Each with the bytes that a step may take."""


def growth(kernel):
    """By how many MB the peak of this process exceeds, after each number of STEPS, what WARM steps needed."""
    function, _ = KERNELS[kernel]
    function(WARM)
    before, more = _peak(), {}
    for steps in STEPS:
        function(steps)
        more[steps] = _peak() - before
    return more


def _peak():
    # The rusage of a process starts from what its parent held, which here is more than the kernels need.
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024
