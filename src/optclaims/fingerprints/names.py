"""Names of fingerprinted optimizers: folders of results, labels of figures. Needs nothing that is slow to import."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["name_of"]


def name_of(spec: str, arguments: Mapping[str, Any] | None = None) -> str:
    """Return the name of an optimizer with its arguments, fit for a folder.

    >>> name_of("torch.optim.NAdam", {"lr": 0.001})
    'NAdam-lr=0.001'
    """
    last = re.split(r"[.:]", spec)[-1] or "optimizer"
    parts = [last, *(f"{key}={value}" for key, value in sorted((arguments or {}).items()))]
    return re.sub(r"[^\w=.+-]+", "_", "-".join(parts)).strip("_")
