"""Known optimizers with their usual parameters, that a new one is held against. Nothing slow is imported."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

__all__ = ["KNOWN", "available"]

TORCH, OURS, PACKAGE = "torch.optim", "optclaims.science.optimizers", "pytorch_optimizer"

KNOWN: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "SGD": (f"{TORCH}.SGD", {"lr": 0.01}),
    "momentum": (f"{TORCH}.SGD", {"lr": 0.01, "momentum": 0.9}),
    "Nesterov": (f"{TORCH}.SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    "signSGD": (f"{OURS}.SignSGD", {}),
    "Signum": (f"{OURS}.Signum", {}),
    "Lion": (f"{OURS}.Lion", {}),
    "EF-signSGD": ("optclaims.fingerprints.instances:ef_sign_sgd", {}),
    "Rprop": (f"{TORCH}.Rprop", {}),
    "Adagrad": (f"{TORCH}.Adagrad", {}),
    "Adadelta": (f"{TORCH}.Adadelta", {}),
    "RMSprop": (f"{TORCH}.RMSprop", {}),
    "Adam": (f"{TORCH}.Adam", {}),
    "AdamW": (f"{TORCH}.AdamW", {}),
    "AMSGrad": (f"{TORCH}.Adam", {"amsgrad": True}),
    "NAdam": (f"{TORCH}.NAdam", {}),
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
