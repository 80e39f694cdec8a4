"""The atlas: the fingerprints of known optimizers as one table, one heat map, and their distances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform

from optclaims import style
from optclaims.fingerprints import catalogue, comparison, saved
from optclaims.pipeline.markdown import table as markdown_table

__all__ = ["KEPT", "known", "write"]

KEPT = Path("docs/atlas.csv")
SHOWN = (
    ("equivariance", "degree"), ("equivariance", "rotation"), ("equivariance", "coordinatewise"),
    ("stability", "largest step"), ("stability", "full batch"), ("stability", "small batch"), ("batch", "exponent"),
    ("heavy_tails", "exponent"), ("online", "wrong"), ("sign_trap", "left"), ("edge", "plateau"), ("saddle", "slope"),
    ("bias", "2-norm, 4"), ("bias", "max-norm, 1"), ("memory", "impulse"), ("memory", "silence"),
    ("risk", "gap to SGD"), ("risk", "gap to signSGD"), ("cost", "state"),
)  # fmt: skip


def known(path: Path = KEPT) -> pd.DataFrame | None:
    """Return the kept fingerprints of known optimizers, None where there are none yet."""
    return pd.read_csv(path) if path.exists() else None


def write(folder: Path, docs: Path = KEPT.parent) -> list[Path]:
    """Make atlas.csv, atlas.png and atlas.md in `docs` from the fingerprints below a folder; return their paths."""
    files = sorted(folder.glob(f"*/{saved.FILE}"))
    if not files:
        raise FileNotFoundError(f"there is no {saved.FILE} below {folder}; snakemake atlas makes them")
    table = saved.table(saved.read(file) for file in files)
    csv, png, page = (docs / f"atlas.{kind}" for kind in ("csv", "png", "md"))
    table.to_csv(csv, index=False, float_format="%.6g", lineterminator="\n")
    table = pd.read_csv(csv)
    names, distances = comparison.matrix(table)
    style.apply()
    figure = heat_map(names, distances[0])
    figure.savefig(png, metadata={"Software": None})
    page.write_text(_text(table, names, distances), encoding="utf-8")
    return [csv, png, page]


def tree(distances: np.ndarray) -> np.ndarray:
    """Return the average-linkage tree of a matrix of distances."""
    return linkage(squareform(distances, checks=False), "average", optimal_ordering=True)


def heat_map(names: Sequence[str], distances: np.ndarray) -> Figure:
    """Return distances as a heat map, neighbours in the tree side by side."""
    order = dendrogram(tree(distances), no_plot=True)["leaves"]
    ordered = [names[i] for i in order]
    side = 0.3 * len(names)
    figure, axes = style.subplots(width=side + 2.6, height=side + 1.4)
    image = axes.imshow(distances[np.ix_(order, order)], cmap="viridis", vmin=0)
    axes.set_xticks(range(len(names)), ordered, rotation=90)
    axes.set_yticks(range(len(names)), ordered)
    axes.grid(visible=False)
    figure.colorbar(image, ax=axes, label="distance (0: alike in all that was measured)", shrink=0.8)
    return figure


def _text(table: pd.DataFrame, names: Sequence[str], distances: np.ndarray) -> str:
    order = dendrogram(tree(distances[0]), no_plot=True)["leaves"]
    near = []
    for i in order:
        rest = [j for j in np.argsort(distances[0, i], kind="stable") if j != i][:3]
        cells = [
            f"{names[j]} {distances[0, i, j]:.2f} [{distances[1, i, j]:.2f}, {distances[2, i, j]:.2f}]" for j in rest
        ]
        near.append([names[i], *cells])
    values = {(r.optimizer, r.probe, r.quantity): (r.value, r.unit) for r in table.itertuples()}
    answers = [[names[i], *(_cell(values.get((names[i], *key))) for key in SHOWN)] for i in order]
    left = [name for name in catalogue.KNOWN if name not in names]
    heads = ["optimizer", *(f"{probe.replace('_', ' ')}: {key}" for probe, key in SHOWN)]
    return "\n".join(
        [
            "# Atlas of optimizers",
            "",
            f"The [fingerprints](fingerprints.md) of {len(names)} known optimizers with their usual parameters, made by"
            " `snakemake atlas --cores 8`. All answers with their intervals, and the reasons where there is none, are"
            " in [atlas.csv](atlas.csv).",
            "",
            "![Distances of all pairs](atlas.png)",
            "",
            "A distance is the mean, over twelve probes, of differences in units of the difference that matters, at"
            " most 1 each; the brackets are 95 % intervals from those of the answers.",
            "",
            "## The three nearest of each",
            "",
            markdown_table(["optimizer", "nearest", "second", "third"], near),
            "",
            *([f"In the catalogue, and not asked yet: {', '.join(left)}.", ""] if left else []),
            "## Answers",
            "",
            "Blank: not measurable, the reason is in the table.",
            "",
            markdown_table(heads, answers),
            "",
        ]
    )


def _cell(found: tuple[float, str] | None) -> str:
    if found is None or not np.isfinite(found[0]):
        return ""
    return comparison.shown(comparison.Quantity("", "", str(found[1])), found[0])
