"""A kernel compiled in this process and the same kernel loaded from the cache give the same bytes.

They need not: a function that a kernel calls, but that is not inlined into it, is compiled with the kernel and alone,
and which of the two runs depends on where the kernel came from.
"""

import os
import subprocess
import sys

KERNELS = """
import hashlib
import numpy as np
from optclaims.science import perceptrons, streaming
from optclaims.science.optimizers import SGD, Adam
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
from optclaims.papers.adaptive_sde_scaling.simulation import Setting, coupled, ensemble

rng, hyper, sigma = np.random.default_rng, *from_sde(0.05, 1.0, 0.1, 1.0)
noise = rng(1).standard_normal((3, 200))
problems = [streaming.diagonal(np.ones(9)), streaming.autoregressive(np.ones(9), 0.5), streaming.dense(np.eye(9) + 0.2)]
theta, rows = 0.3 * rng(3).standard_normal((2, 79)), rng(4).integers(9, size=(2, 30, 6))
network = (8, 7, 2), theta, rng(5).standard_normal((9, 8)), np.arange(9) % 2, rows
results = {
    "perceptrons": [perceptrons.train(*network, rule(0.1), [3, 30], activation="tanh") for rule in (SGD, Adam)],
    "streaming": [streaming.run(p, np.ones(9), noise, 0.5, "sign", [50, 200], rng(2)) for p in problems],
    "ensemble": ensemble(Setting(hyper, sigma, 40, (1.5, 0.0, 0.5 * sigma**2)), 20_000, rng(0)),
    "coupled": coupled(0.1, 2.0, (0.3, 0.5), 20_000, rng(0), sigma0=1.0, eps0=0.1, c2=2.0, dt=0.004),
}
for name, arrays in results.items():
    print(name, *(hashlib.md5(np.ascontiguousarray(a).tobytes()).hexdigest() for a in arrays))
"""


def test_compiled_now_or_loaded_from_the_cache(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    run = lambda: subprocess.run(  # noqa: E731
        [sys.executable, "-c", KERNELS], env=environment, check=True, capture_output=True, text=True
    )
    compiled = run().stdout
    assert compiled.count("\n") == 4
    assert list(tmp_path.rglob("*.nbc"))
    assert run().stdout == compiled
