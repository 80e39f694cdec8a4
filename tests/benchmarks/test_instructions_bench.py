"""What the fixed level of instructions costs against this processor's own: the same kernels in processes of both."""

import json
import os
import subprocess
import sys
from pathlib import Path

from optclaims.pipeline.instructions import environment

ROUNDS = 3
SCRIPT = Path(__file__).with_name("at_level.py")


def seconds(level):
    """CPU seconds of every kernel in a process of its own."""
    run = subprocess.run([sys.executable, SCRIPT], env=os.environ | environment(level), capture_output=True, check=True)
    return json.loads(run.stdout)


def test_cost_of_the_fixed_level(benchmark, measured):
    def rounds():
        taken = {"native": [], "fixed": []}
        for _ in range(ROUNDS):
            for level, found in taken.items():
                found.append(seconds(level))
        return {level: {name: min(f[name] for f in found) for name in found[0]} for level, found in taken.items()}

    best = benchmark.pedantic(rounds)
    for name, native in best["native"].items():
        fixed = best["fixed"][name]
        row = {"native (ms)": f"{1e3 * native:.1f}", "fixed (ms)": f"{1e3 * fixed:.1f}"}
        measured("instructions", kernel=name, **row, **{"fixed / native": f"{fixed / native:.2f}"})
