"""Tolerances separate what they should: another seed exceeds a ``sampled`` one, another processor none.

The other processor is this one at a lower level: no fused multiply-add, half the width, another library code path.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from optclaims.pipeline import cards, workflow
from optclaims.pipeline.compare import compare
from optclaims.pipeline.instructions import environment

ROOT = Path(__file__).parents[2]
# Compiled kernels with normals, a compiled online algorithm, linear algebra of numpy: a few seconds each.
SEEDED = [
    ("signsgd_risk_curves", "effective_rate"),
    ("amsgrad_counterexample", "theorem_3"),
    ("adam_vs_gauss_newton", "eigen_full_batch"),
]
# What rounding is fed back into, of every paper's kind, at sizes that take seconds.
SENSITIVE = [
    ("acprop", "independent", {"steps": 100_000}),  # long recursions
    (
        "adam_vs_gauss_newton",
        "second_moments",
        {"batches": 20_000, "draws": 4_000},
    ),  # eigenvectors, degenerate ones too
    ("adaptive_sde_scaling", "digits", {"seeds": 8, "epochs": 4}),  # compiled networks
    ("amsgrad_counterexample", "theorem_1", {}),  # a long recursion
    ("normalization_sharpness", "matrix_completion", {"seeds": 2}),  # factors in torch
    ("normalization_sharpness", "edge_oscillation", {}),  # a long recursion at the edge of stability
    ("sgd_generating_functions", "power_laws", {}),  # long recursions over spectra
    ("signsgd_risk_curves", "adam_coefficients", {}),
    ("adam_local_stability", "linearisation", {}),  # eigenvectors
    ("adam_local_stability", "no_convergence", {}),  # a long recursion
    ("gan_convergence", "toy_gan", {"steps": 100}),  # networks
    ("optimizers_on_quadratics", "krylov", {}),  # conjugate directions, which lose their angles by rounding
    ("theopoula", "vanishing_gradients", {"seeds": 2}),  # sigmoids that leave a plateau
    ("gtadam", "threshold", {"seeds": 2}),  # networks at the edge of stability
    ("weight_norm_implicit_bias", "two_phase", {"seeds": 1, "rate_seeds": 3}),  # eigenvalues of a spectrum, long runs
    ("granziol_batch_hessian", "sgd_steps", {}),  # largest stable steps, long recursions
    ("inertial_newton_saddles", "networks", {}),
    ("iterate_averaging", "decorrelation", {}),  # long recursions
    ("glm_asymptotics", "ridge", {}),  # fixed points, linear algebra
    ("adan", "stability", {}),  # eigenvalues, long recursions
    ("aida", "two_cycle", {}),  # long recursions
    ("adaptive_edge_of_stability", "thresholds", {}),  # companion matrices
    ("diffgrad", "half_rate", {}),  # runs beside a ridge
    ("ef_signsgd", "memory", {}),  # long recursions
    ("gradient_flow_vs_descent", "first_order", {}),  # an integrator
    ("pdmp_momentum", "no_subsampling", {}),
    ("super_adam", "rates", {}),  # long recursions
]


def run(paper, name, folder, instructions="fixed", **sizes):
    """Run one experiment into a results folder, whose name tells the seed."""
    declared = cards.load(paper, ROOT / "notebooks").experiments[name]
    wildcards = {"scale": folder.name}
    job = json.loads(workflow.job(wildcards, paper=paper, name=name, experiment=declared, instructions=instructions))
    options = {
        "--notebook": ROOT / "notebooks" / paper / f"{name}.py",
        "--job": json.dumps(job | {"parameters": job["parameters"] | sizes}),
        "--out": folder / paper / name,
        "--log": folder / "logs" / f"{name}.log",
    }
    command = [
        sys.executable,
        ROOT / "workflow/scripts/run_notebook.py",
        *(x for pair in options.items() for x in pair),
    ]
    subprocess.run(command, check=True)


def card_of(paper, name):
    """Return the card of a paper with this experiment alone."""
    card = cards.load(paper, ROOT / "notebooks")
    return {paper: card.model_copy(update={"experiments": {name: card.experiments[name]}})}


def numbers(folder):
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".csv" or path.stem == "verdicts"
    }


@pytest.mark.parametrize(("paper", "name"), SEEDED)
def test_another_seed_is_beyond_the_tolerance_and_another_processor_is_not(tmp_path, paper, name):
    here, there, reseeded = (
        tmp_path / place for place in ("here/quick-seed0", "there/quick-seed0", "here/quick-seed1")
    )
    for folder, instructions in ((here, "fixed"), (reseeded, "fixed"), (there, "v2")):
        run(paper, name, folder, instructions)
    alone = card_of(paper, name)

    assert compare(alone, there, here).differences == []
    flagged = {(change.figure, change.column) for change in compare(alone, reseeded, here).columns}
    for figure, declared in alone[paper].experiments[name].figures.items():
        sampled = {column for column, tolerance in declared.columns.items() if tolerance.kind == "sampled"}
        assert {(figure, column) for column in sampled} <= flagged

    # Otherwise nothing was tried: on a processor with more than the lower level, rounding must have differed somewhere.
    if environment("v2") != environment("fixed"):
        assert numbers(here / paper / name) != numbers(there / paper / name)


@pytest.mark.parametrize(("paper", "name", "sizes"), SENSITIVE)
def test_what_feeds_rounding_back_has_the_same_verdicts_on_another_processor(tmp_path, paper, name, sizes):
    here, there = tmp_path / "here/quick-seed0", tmp_path / "there/quick-seed0"
    run(paper, name, here, "fixed", **sizes)
    run(paper, name, there, "v2", **sizes)
    assert compare(card_of(paper, name), there, here).differences == []
