"""Tolerances of kind ``sampled`` separate what they should: another seed exceeds them, another processor does not."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features

from optclaims.pipeline import cards, workflow
from optclaims.pipeline.compare import compare

ROOT = Path(__file__).parents[2]
# Compiled kernels with normals, a compiled online algorithm, linear algebra of numpy: a few seconds each.
EXPERIMENTS = [
    ("signsgd_risk_curves", "effective_rate"),
    ("amsgrad_counterexample", "theorem_3"),
    ("adam_vs_gauss_newton", "eigen_full_batch"),
]


def plain_processor(folder):
    """What lets compiled code, numpy, BLAS and torch do without the instructions that only newer processors have."""
    newer = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    blas = {"OPENBLAS_CORETYPE": "Prescott"} if platform.machine() in ("x86_64", "AMD64") else {}
    return {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CACHE_DIR": str(folder),
        "NPY_DISABLE_CPU_FEATURES": " ".join(newer),
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_CBWR": "COMPATIBLE",
        **blas,
    }


def run(paper, name, folder, environment):
    """Run one experiment into a results folder, whose name tells the seed."""
    declared = cards.load(paper, ROOT / "notebooks").experiments[name]
    job = workflow.job({"scale": folder.name}, paper=paper, name=name, experiment=declared)
    options = {
        "--notebook": ROOT / "notebooks" / paper / f"{name}.py",
        "--job": job,
        "--out": folder / paper / name,
        "--log": folder / "logs" / f"{name}.log",
    }
    command = [
        sys.executable,
        ROOT / "workflow/scripts/run_notebook.py",
        *(x for pair in options.items() for x in pair),
    ]
    subprocess.run(command, env=os.environ | environment, check=True)


def numbers(folder):
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".csv" or path.stem == "verdicts"
    }


@pytest.mark.parametrize(("paper", "name"), EXPERIMENTS)
def test_another_seed_is_beyond_the_tolerance_and_another_processor_is_not(tmp_path, paper, name):
    here, there, reseeded = (
        tmp_path / place for place in ("here/quick-seed0", "there/quick-seed0", "here/quick-seed1")
    )
    for folder, environment in ((here, {}), (reseeded, {}), (there, plain_processor(tmp_path / "compiled"))):
        run(paper, name, folder, environment)
    card = cards.load(paper, ROOT / "notebooks")
    alone = {paper: card.model_copy(update={"experiments": {name: card.experiments[name]}})}

    assert compare(alone, there, here).differences == []
    flagged = {(change.figure, change.column) for change in compare(alone, reseeded, here).columns}
    for figure, declared in card.experiments[name].figures.items():
        sampled = {column for column, tolerance in declared.columns.items() if tolerance.kind == "sampled"}
        assert {(figure, column) for column in sampled} <= flagged

    # Otherwise nothing was tried: on a processor with more than the plain one, rounding must have differed somewhere.
    if get_host_cpu_features().get("fma"):
        assert numbers(here / paper / name) != numbers(there / paper / name)
