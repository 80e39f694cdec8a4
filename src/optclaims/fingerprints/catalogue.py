"""Known optimizers with their usual parameters, that a new one is held against. Nothing slow is imported.

Torch's own are asked as rules where there is one, which tests tie to torch: rules take half the time."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

__all__ = ["KNOWN", "available"]

TORCH, OURS, PACKAGE = "torch.optim", "optclaims.science.optimizers", "pytorch_optimizer"

KNOWN: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "SGD": (f"{OURS}.SGD", {"lr": 0.01}),
    "momentum": (f"{OURS}.HeavyBall", {"lr": 0.01}),
    "Nesterov": (f"{OURS}.Nesterov", {"lr": 0.01}),
    "signSGD": (f"{OURS}.SignSGD", {}),
    "Signum": (f"{OURS}.Signum", {}),
    "Lion": (f"{OURS}.Lion", {}),
    "EF-signSGD": ("optclaims.fingerprints.instances:ef_sign_sgd", {}),
    "Rprop": (f"{TORCH}.Rprop", {}),
    "AdaGrad": (f"{OURS}.AdaGrad", {"lr": 0.01}),
    "Adadelta": (f"{TORCH}.Adadelta", {}),
    "RMSprop": (f"{OURS}.RMSprop", {"eps": 1e-8}),
    "Adam": (f"{OURS}.Adam", {}),
    "AdamW": (f"{OURS}.AdamW", {}),
    "AMSGrad": (f"{OURS}.Adam", {"amsgrad": True}),
    "Nadam": (f"{OURS}.Nadam", {}),
    "RAdam": (f"{TORCH}.RAdam", {}),
    "Adamax": (f"{TORCH}.Adamax", {}),
    "AdaBelief": (f"{OURS}.AdaBelief", {}),
    "ACProp": (f"{OURS}.ACProp", {}),
    "diffGrad": (f"{OURS}.DiffGrad", {}),
    "Adan": (f"{OURS}.Adan", {}),
    "Muon": (f"{TORCH}.Muon", {"weight_decay": 0.0}),
    "AdEMAMix": (f"{PACKAGE}.AdEMAMix", {}),
    "LAMB": (f"{PACKAGE}.Lamb", {}),
    "schedule-free AdamW": (f"{PACKAGE}.ScheduleFreeAdamW", {}),
}
"""Name -> specification and arguments."""


def available() -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return the known optimizers whose package is installed; pytorch_optimizer comes with the tests only.

    >>> "Adam" in available()
    True
    """
    absent = find_spec(PACKAGE) is None
    return {name: entry for name, entry in KNOWN.items() if not (absent and entry[0].startswith(PACKAGE))}


def folder(name: str) -> str:
    """Return the name of a known optimizer as a folder.

    >>> folder("schedule-free AdamW")
    'schedule-free_AdamW'
    """
    return name.replace(" ", "_")
