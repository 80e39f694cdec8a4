"""Sweeps: independent points of a grid that one notebook, or a job for each point, computes with the same bytes."""

import hashlib
import io
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

Point = dict[str, object]


def grid(axes: Mapping[str, Sequence[object]]) -> list[Point]:
    """Return the points of the product of the axes, the last one running fastest."""
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def key(point: Mapping[str, object]) -> str:
    """Return the file name of a point: readable, safe, and different for different values (``beta1=0.9,seed=3``)."""
    text = ",".join(f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in point.items())
    if re.fullmatch(r"[\w=.,+-]{1,100}", text):
        return text
    digest = hashlib.sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()[:12]
    return re.sub(r"[^\w=.,+-]+", "_", text)[:80] + "-" + digest


def as_text(result: pd.DataFrame | Mapping[str, object]) -> str:
    """Write the result of one point as CSV with 17 significant digits, which every float64 survives."""
    frame = result if isinstance(result, pd.DataFrame) else pd.DataFrame([dict(result)])
    return frame.to_csv(index=False, float_format="%.17g", lineterminator="\n")


def gather(results: Sequence[tuple[Point, str]]) -> pd.DataFrame:
    """Join the CSV texts of all points into one frame, each row preceded by the values of its point."""
    frames = []
    for point, text in results:
        frame = pd.read_csv(io.StringIO(text), float_precision="round_trip")
        clash = set(point) & set(frame.columns)
        if clash:
            raise ValueError(f"the swept function returns columns {sorted(clash)} that are also axes of the sweep")
        for position, (name, value) in enumerate(point.items()):
            frame.insert(position, name, value if isinstance(value, (int, float, str)) else json.dumps(value))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def read_points(folder: Path, points: Sequence[Point]) -> pd.DataFrame:
    """Join what the jobs of a split sweep have written."""
    return gather([(point, (folder / f"{key(point)}.csv").read_text()) for point in points])
