"""Results of sweep points as text, so that one notebook, or a job for each point, computes the same bytes."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from optclaims.pipeline import reading
from optclaims.pipeline.grids import Point, key


def as_text(result: pd.DataFrame | Mapping[str, object]) -> str:
    """Write the result of one point as CSV with 17 significant digits, which every float64 survives."""
    frame = result if isinstance(result, pd.DataFrame) else pd.DataFrame([dict(result)])
    return frame.to_csv(index=False, float_format="%.17g", lineterminator="\n")


def gather(results: Sequence[tuple[Point, str]]) -> pd.DataFrame:
    """Join the CSV texts of all points into one frame, each row preceded by the values of its point."""
    frames = []
    for point, text in results:
        frame = pd.read_csv(io.StringIO(text))
        clash = set(point) & set(frame.columns)
        if clash:
            raise ValueError(f"the swept function returns columns {sorted(clash)} that are also axes of the sweep")
        for position, (name, value) in enumerate(point.items()):
            frame.insert(position, name, value if isinstance(value, (int, float, str)) else json.dumps(value))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def read_points(folder: Path, points: Sequence[Point]) -> pd.DataFrame:
    """Join what the jobs of a split sweep have written."""
    files = [folder / f"{key(point)}.csv" for point in points]
    for file in files:
        reading.table(file)  # names one that is damaged
    return gather([(point, file.read_text(encoding="utf-8")) for point, file in zip(points, files, strict=True)])
