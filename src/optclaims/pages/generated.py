"""Files that are made from others: schemas of the models, the conda environment, the tables in the documentation."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from optclaims.fingerprints import saved
from optclaims.pages import card_keys, claims_table, error_rates, findings, functions, performance, questions
from optclaims.pipeline import cards, config, margins, robustness
from optclaims.pipeline.results import REFERENCE

LOCK = Path("requirements.lock")
PYTHON = "3.11"


def conda_environment(lock: str) -> str:
    """Return a conda environment file with the very pins of the lock."""
    pins = [line for line in lock.splitlines() if line and not line.startswith("#")]
    environment = {
        "name": "optclaims",
        "channels": ["conda-forge", "nodefaults"],
        "dependencies": [f"python={PYTHON}", "pip", {"pip": pins}],
    }
    return f"# Made from {LOCK} by `optclaims generate`.\n" + yaml.safe_dump(environment, sort_keys=False)


def filled(text: str, tables: Mapping[str, str]) -> str:
    """Return a Markdown text with each table put between its markers ``<!-- table: NAME -->`` and ``<!-- end -->``.

    Raises KeyError for a marker that names no table.
    """

    def put(marker: re.Match[str]) -> str:
        return f"{marker[1]}\n{tables[marker[2]]}\n<!-- end -->"

    return re.sub(r"(<!-- table: (.+?) -->).*?<!-- end -->", put, text, flags=re.DOTALL)


def files(root: Path = Path()) -> dict[Path, str]:
    """Return every generated file of a project with what it should hold."""
    workflow, papers, kept = root / "workflow", cards.load_all(root / cards.NOTEBOOKS), REFERENCE / "quick"
    tables = {
        "README.md": {
            "papers": claims_table.papers(papers, kept, root),
            "questions": questions.markdown(papers, kept, root),
            "example": questions.example(papers, kept, root),
        },
        "docs/cards.md": {"keys": card_keys.markdown()},
        "docs/checks.md": error_rates.tables(),
        "docs/claims.md": {"claims": claims_table.claims(papers, kept, root)},
        "docs/findings.md": {"findings": findings.markdown(papers, kept, root)},
        "docs/functions.md": {"functions": functions.markdown(papers, root)},
        "docs/performance.md": performance.tables(root / performance.FOLDER),
        "docs/robustness.md": robustness.tables(root / robustness.KEPT)
        | {"close calls": margins.markdown(papers, kept, root)},
    }
    return {root / page: filled((root / page).read_text(encoding="utf-8"), found) for page, found in tables.items()} | {
        workflow / "schemas/card.schema.json": cards.schema(),
        workflow / "schemas/config.schema.json": config.schema(),
        workflow / "schemas/fingerprint.schema.json": saved.schema(),
        workflow / "envs/optclaims.yaml": conda_environment((root / LOCK).read_text(encoding="utf-8")),
    }


def write(root: Path = Path()) -> list[Path]:
    """Bring the generated files up to date and return those that changed."""
    changed = [
        path for path, text in files(root).items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files(root)[path], encoding="utf-8")
    return changed
