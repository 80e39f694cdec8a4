"""Names and arguments of fingerprinted optimizers, as they are typed. Needs nothing that is slow to import."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

__all__ = ["arguments_of", "name_of"]


def name_of(spec: str, arguments: Mapping[str, Any] | None = None) -> str:
    """Return the name of an optimizer with its arguments, fit for a folder.

    >>> name_of("torch.optim.NAdam", {"lr": 0.001})
    'NAdam-lr=0.001'
    """
    last = re.split(r"[.:]", spec)[-1] or "optimizer"
    parts = [last, *(f"{key}={value}" for key, value in sorted((arguments or {}).items()))]
    return re.sub(r"[^\w=.+-]+", "_", "-".join(parts)).strip("_")


def arguments_of(text: str | Mapping[str, Any] | None) -> dict[str, Any]:
    """Return keywords that were typed as YAML; raises ValueError where they are none.

    >>> arguments_of("{lr: 1e-3, betas: [0.9, 0.99]}")
    {'lr': 0.001, 'betas': [0.9, 0.99]}
    """
    try:
        found = yaml.safe_load(text) if isinstance(text, str) else text
    except yaml.YAMLError:
        found = text
    if found is None:
        return {}
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise ValueError(f"arguments must be keywords such as {{lr: 1e-3}}, got {text!r}")
    return {key: _number(value) for key, value in found.items()}


def _number(value: Any) -> Any:
    """Return a number for what YAML takes for text, as 1e-3, also within lists."""
    if isinstance(value, list):
        return [_number(part) for part in value]
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
