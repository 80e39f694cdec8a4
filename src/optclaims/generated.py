"""Files of the workflow that are made from others: JSON Schemas of the models, the conda environment from the lock."""

from pathlib import Path

import yaml

from optclaims import cards, config

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


def files(root: Path = Path()) -> dict[Path, str]:
    """Return every generated file of a project with what it should hold."""
    workflow = root / "workflow"
    return {
        workflow / "schemas/card.schema.json": cards.schema(),
        workflow / "schemas/config.schema.json": config.schema(),
        workflow / "envs/optclaims.yaml": conda_environment((root / LOCK).read_text()),
    }


def write(root: Path = Path()) -> list[Path]:
    """Bring the generated files up to date and return those that changed."""
    changed = [path for path, text in files(root).items() if not path.exists() or path.read_text() != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files(root)[path])
    return changed
