"""The points of a sweep: the product of its axes, and the file name of each point."""

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence

Point = dict[str, object]


def grid(axes: Mapping[str, Sequence[object]]) -> list[Point]:
    """Return the points of the product of the axes, the last one running fastest."""
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def key(point: Mapping[str, object]) -> str:
    """Return the file name of a point: readable, safe, and different for different values (``beta1=0.9+seed=3``).

    No comma: Snakemake ends the value of a wildcard there when it hands a job to a cluster.
    """
    text = "+".join(f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in point.items())
    if re.fullmatch(r"[\w=.+-]{1,100}", text):
        return text
    digest = hashlib.sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()[:12]
    return re.sub(r"[^\w=.+-]+", "_", text)[:80] + "-" + digest
