"""What the bytes of a result depend on besides its code: versions of libraries, and which instructions they used."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from optclaims.pipeline import reading
from optclaims.pipeline.reading import Damaged

FILE = "made_with.json"
RECORDED = (
    "optclaims",
    "numpy",
    "scipy",
    "pandas",
    "numba",
    "matplotlib",
    "torch",
    "scikit-learn",
    "snakemake",
    "papermill",
)


def made_with(instructions: Mapping[str, str]) -> dict[str, object]:
    """Return versions of Python, the C library and what is installed, with the instructions that were in force."""
    return {
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()),
        "packages": {name: installed for name in RECORDED if (installed := _version(name))},
        "instructions": dict(instructions),
    }


def _version(distribution: str) -> str | None:
    """Return the installed version, or None: the package itself may run from its sources."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def read(folder: Path) -> dict[str, object] | None:
    """Return what the results of an experiment's folder were made with, None if that was not kept."""
    path = folder / FILE
    return reading.origin(path) if path.exists() else None


def changes(old: Mapping[str, object] | None, new: Mapping[str, object] | None) -> list[str]:
    """Return what differs between two origins, one text each; an unknown origin may differ in anything.

    >>> changes({"python": "3.11", "packages": {"numpy": "2.4"}}, {"python": "3.11", "packages": {"numpy": "2.5"}})
    ['numpy 2.4 -> 2.5']
    """
    if old is None or new is None:
        return ["not recorded in " + " and ".join(side for side, of in (("old", old), ("new", new)) if of is None)]
    before, after = (dict(_flat(side)) for side in (old, new))
    names = dict.fromkeys([*before, *after])
    return [
        f"{name} {before.get(name, 'none')} -> {after.get(name, 'none')}"
        for name in names
        if before.get(name) != after.get(name)
    ]


def _flat(origin: Mapping[str, object]) -> list[tuple[str, str]]:
    pairs = []
    for key, value in origin.items():
        if isinstance(value, Mapping):
            pairs += [
                (f"{name}'s instructions" if key == "instructions" else name, text) for name, text in value.items()
            ]
        else:
            pairs.append((key, str(value)))
    return pairs


def other_versions(papers: Mapping[str, object], folder: Path) -> list[str]:
    """Return a line for each version that results of the papers were made with and that is not the installed one.

    What is not installed here, and what was not recorded, is passed over.
    """
    here = _versions(made_with({}))
    found: Counter[str] = Counter()

    def differs(made: Mapping[str, str], name: str) -> bool:
        return name in here and made[name] != here[name]

    for paper in papers:
        for path in sorted((folder / paper).glob(f"*/{FILE}")):
            with suppress(Damaged):
                made = _versions(reading.origin(path))
                found.update(f"{name} {made[name]}, now {here[name]}" for name in made if differs(made, name))
    return [f"{line}: {number} experiment{'' if number == 1 else 's'}" for line, number in sorted(found.items())]


def _versions(origin: Mapping[str, object]) -> dict[str, str]:
    return {"python": str(origin.get("python")), **dict(origin.get("packages", {}))}
