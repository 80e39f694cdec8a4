"""What people ask about optimizers, and the claim that answers it; an example of a verdict."""

from collections.abc import Mapping
from pathlib import Path

from optclaims.pages.claims_table import MARKS, PAGE
from optclaims.pages.findings import checks
from optclaims.pipeline.card import Card
from optclaims.pipeline.markdown import table
from optclaims.pipeline.results import Row, collect

EXAMPLE = "amsgrad_counterexample/thm1-linear-regret"
ASKED = {
    "Does Adam diverge, and where?": "amsgrad_counterexample/thm1-linear-regret",
    "Does AMSGrad train networks better than Adam?": "amsgrad_counterexample/mlp-adam-vs-amsgrad",
    "Does Adam's learning rate scale with the root of the batch?": "adaptive_sde_scaling/sqrt-rule-toy",
    "Does signSGD precondition?": "signsgd_risk_curves/preconditioning-sqrt-spectrum",
    "Is Adam a Gauss-Newton method to the power -1/2?": "adam_vs_gauss_newton/exponent-crossover",
    "Where does Adam's sharpness settle?": "adaptive_edge_of_stability/adam-aeos-38",
    "Does normalization lower sharpness?": "normalization_sharpness/bn-mlp-digits",
    "Can negative momentum help?": "sgd_generating_functions/negative-momentum-optimum",
    "Why does compressed SGD need error feedback?": "ef_signsgd/general-span-stuck",
    "Which GAN training converges?": "gan_convergence/dirac-eigenvalues",
    "Is diffGrad more than a smaller learning rate?": "diffgrad/tuned-half-rate",
    "Which solution does weight normalization find?": "weight_norm_implicit_bias/wn-limit-formula",
}


def markdown(cards: Mapping[str, Card], folder: Path, root: Path) -> str:
    """Return a table of the questions, the claims that answer them, and their kept verdicts.

    folder: the kept results, relative to root, the folder of the README.
    """
    rows = _rows(cards, root / folder)
    lines = [
        [question, f"[`{name}`]({PAGE}#{name.partition('/')[0]})", f"{MARKS[rows[name].verdict]} {rows[name].verdict}"]
        for question, name in ASKED.items()
        if name in rows
    ]
    return table(["question", "claim", "verdict"], lines)


def example(cards: Mapping[str, Card], folder: Path, root: Path) -> str:
    """Return one claim with its verdict, source, and each check with what was accepted."""
    row = _rows(cards, root / folder).get(EXAMPLE)
    if row is None:
        return ""
    parts = [
        f"> **{MARKS[row.verdict]} {row.verdict}** {row.statement} ({row.source} of *{cards[row.paper].title}*)",
        table(["measured", "value", "accepted"], checks(row)),
    ]
    return "\n\n".join(parts)


def _rows(cards: Mapping[str, Card], folder: Path) -> dict[str, Row]:
    return {f"{row.paper}/{row.claim}": row for row in collect(cards, folder)}
