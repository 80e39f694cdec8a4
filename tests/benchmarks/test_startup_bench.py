"""What a job costs before it computes anything: CPU seconds of the runner and its kernel for notebooks that grow."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

RUNNER = Path(__file__).parents[2] / "workflow/scripts/run_notebook.py"
ROUNDS = 3

IMPORTS = """
import numpy as np
import pandas as pd
from optclaims import style
from optclaims.experiment import Experiment
"""
FIGURE = """
def draw(frame):
    figure, axes = style.subplots()
    axes.loglog(frame.t, frame.L, label="$t^{-1/2}$")
    axes.set(xlabel="step $t$", ylabel="loss $L$")
    axes.legend()
    return figure

t = np.arange(1, 100)
Experiment("paper", "start").figure("curve", pd.DataFrame({"t": t, "L": t**-0.5}), draw)
"""
KERNEL = """
from optclaims.science import moments
moments.losses([1.0], [1.0], [10], lr=0.1, momentum=0.5, gamma=0.1)
"""
EMPTY = "# %% [markdown]\n# # A job\n# %% tags=['parameters']\nT = 1\n# %%\n"
EVERY, LOADED, COMPILED = "imports of every notebook", "a kernel compiled before", "a kernel, compiled"
# What, the job that it is added to, and the notebook.
JOBS = [
    ("runner and kernel, an empty notebook", None, EMPTY),
    (EVERY, "runner and kernel, an empty notebook", EMPTY + IMPORTS),
    ("one figure", EVERY, EMPTY + IMPORTS + FIGURE),
    (LOADED, EVERY, EMPTY + IMPORTS + KERNEL),
    (COMPILED, EVERY, EMPTY + IMPORTS + KERNEL),
    ("import of torch", EVERY, EMPTY + IMPORTS + "import torch\n"),
]


def spent(folder, notebook, cache):
    """CPU seconds of one job, with its kernel."""
    path = folder / "start.py"
    path.write_text(notebook)
    job = {"paper": "paper", "experiment": "start", "scale": "quick", "seed": 0}
    job |= {"parameters": {"T": 1}, "claims": [], "figures": ["curve"], "sweep": [], "instructions": "fixed"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    files = ["--notebook", path, "--out", folder / "out", "--log", folder / "log"]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    subprocess.run([sys.executable, RUNNER, "--job", json.dumps(job), *files], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_start_of_a_job(benchmark, measured, tmp_path):
    def rounds():
        taken = {what: [] for what, _, _ in JOBS}
        for number in range(ROUNDS):
            for what, _, notebook in JOBS:
                cache = f"cache {number}" if what == COMPILED else "cache"
                taken[what].append(spent(tmp_path, notebook, tmp_path / cache))
        return {what: min(seconds) for what, seconds in taken.items()}

    best = benchmark.pedantic(rounds)
    for what, base, _ in JOBS:
        adds = best[what] - best.get(base, 0.0)
        measured("startup", part=what, **{"job (CPU s)": f"{best[what]:.2f}", "adds (CPU s)": f"{adds:.2f}"})
    assert best[EVERY] < best[LOADED] < best[COMPILED]
