"""The start of a new paper: a card, a notebook, its five rooms and tests, which run at once and pass."""

from importlib import resources
from pathlib import Path

from optclaims.pipeline.fields import CardError, require_key

# A paper has these rooms and no others; each may grow into a package.
ROOMS = ("problems", "theory", "simulation", "measures", "figures")
# The folder of templates and the notebook of each kind of start.
KINDS = {"quadratic": ("new_paper", "stationary_variance"), "network": ("new_paper/network", "effective_rate")}
# Where each template goes; __init__.py is made from the key.
PLACES = {
    "paper.yaml": "notebooks/{key}/paper.yaml",
    **{f"{room}.py": f"src/optclaims/papers/{{key}}/{room}.py" for room in ROOMS},
    "test_theory.py": "tests/papers/{key}/test_theory.py",
    "test_simulation.py": "tests/papers/{key}/test_simulation.py",
}


def new_paper(key: str, root: Path, kind: str = "quadratic") -> list[Path]:
    """Write the files of a new paper below a project folder and return them.

    kind: what it starts from, "quadratic" (exact theory against simulated runs) or "network" (training on digits).
    Raises CardError for a key that cannot be one or a paper that exists; nothing is overwritten.
    """
    require_key(key)
    folder, notebook = KINDS[kind]
    places = PLACES | {f"{notebook}.py": f"notebooks/{{key}}/{notebook}.py"}
    init = root / f"src/optclaims/papers/{key}/__init__.py"
    texts = {init: f'"""Problems, theory, simulation, measures and figures of the paper {key}."""\n'}
    for template, place in places.items():
        text = resources.files("optclaims.pipeline").joinpath(folder, template).read_text(encoding="utf-8")
        texts[root / place.format(key=key)] = text.replace("__KEY__", key)
    for path in texts:
        if path.exists():
            raise CardError(f"{path} exists already; choose another key or remove it")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)
