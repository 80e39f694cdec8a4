"""What is kept in git: data, verdicts and origin of one scale, small enough to review; renewed whole or not at all."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from optclaims.pipeline import origins, reading
from optclaims.pipeline.card import Card, Experiment
from optclaims.pipeline.reading import Damaged
from optclaims.pipeline.results import REFERENCE, failed_notebook, require, scale_of

LARGEST_CSV = 60_000
LARGEST_PAPER = 1_000_000


class Refused(Exception):  # noqa: N818 - nothing broke: the results are not fit to be kept
    """Results that may not become the reference; the message has one line per reason."""


@dataclass(frozen=True)
class Renewal:
    """What a renewal did: files written anew or changed, files removed, and the bytes that each paper takes."""

    changed: list[Path]
    removed: list[Path]
    sizes: dict[str, int]


def renew(cards: Mapping[str, Card], folder: Path, target: Path, known_papers: Collection[str]) -> Renewal:
    """Keep the results of the cards' papers as reference, with a picture of each cover and each finding.

    folder: ``results/<scale>``. target: ``results/reference/<scale>``. Removed are figures and experiments that the
    cards no longer declare, and papers that are not among ``known_papers``; the other papers stay as they are.
    Raises ResultsError for a missing folder and Refused, with nothing changed, for a target that is no such folder,
    missing or failed experiments, verdicts older than the card, a CSV above 60 kB and a paper above 1 MB.
    """
    scale = scale_of(require(folder))
    if target.parent.name != REFERENCE.name or target.name != folder.name:
        raise Refused(f"{folder} is kept in .../{REFERENCE.name}/{folder.name}, not in {target}")
    wanted, mistakes = {}, []
    for paper, card in cards.items():
        for name, experiment in card.experiments.items():
            if scale in experiment.parameters:
                files = {Path(paper, name, file) for file in _files(card, name)}
                wanted |= {file: folder / file for file in sorted(files)}
                mistakes += _mistakes(folder, paper, name, experiment, [folder / file for file in sorted(files)])
    if mistakes:
        raise Refused("\n".join(mistakes))
    contents = {file: _kept_form(source) for file, source in wanted.items()}
    sizes = {paper: sum(len(data) for file, data in contents.items() if file.parts[0] == paper) for paper in cards}
    too_large = [
        f"{paper} would take {size / 1e6:.2f} MB; at most {LARGEST_PAPER / 1e6:.0f} MB a paper are kept"
        for paper, size in sizes.items()
        if size > LARGEST_PAPER
    ]
    if too_large:
        raise Refused("\n".join(too_large))
    stays = {
        path.relative_to(target): path.read_bytes()
        for path in sorted(target.rglob("*"))
        if path.is_file() and (other := path.relative_to(target).parts[0]) in known_papers and other not in cards
    }
    return _replace(target, contents | stays, sizes)


def _kept_form(path: Path) -> bytes:
    """Return a file as it is kept: of a picture 256 colours, which looks the same in a third of the bytes."""
    if path.suffix != ".png":
        return path.read_bytes()
    kept = io.BytesIO()
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _files(card: Card, name: str) -> Iterator[str]:
    yield "verdicts.json"
    yield origins.FILE
    experiment = card.experiments[name]
    shown = {claim.finding.figure for claim in experiment.claims.values() if claim.finding}
    for figure in experiment.figures:
        yield f"{figure}.csv"
        if card.cover == f"{name}/{figure}" or figure in shown:
            yield f"{figure}.png"


def _mistakes(folder: Path, paper: str, name: str, experiment: Experiment, files: list[Path]) -> Iterator[str]:
    verdicts = folder / paper / name / "verdicts.json"
    if not verdicts.exists():
        failed = failed_notebook(folder, paper, name).exists()
        yield f"{paper}/{name}: {'its notebook raised' if failed else 'no results'} in {folder}"
        return
    try:
        judged = reading.verdicts(verdicts)["claims"]
    except Damaged as error:
        yield str(error)
        return
    yield from reading.complaints(verdicts.parent)
    if set(judged) != set(experiment.claims):
        differing = ", ".join(sorted(set(judged) ^ set(experiment.claims)))
        yield f"{verdicts}: not the claims of the card ({differing}); run the experiment again"
    for path in files:
        if not path.exists():
            yield f"{path} is missing; run the experiment again"
        elif path.suffix == ".csv" and path.stat().st_size > LARGEST_CSV:
            size = path.stat().st_size / 1e3
            yield f"{path}: {size:.0f} kB; at most {LARGEST_CSV / 1e3:.0f} kB a CSV are kept, thin its series out"


def _replace(target: Path, contents: Mapping[Path, bytes], sizes: dict[str, int]) -> Renewal:
    """Build the new tree beside the old one, then exchange them by renaming."""
    old = {path.relative_to(target): path for path in sorted(target.rglob("*")) if path.is_file()}
    changed = [file for file, data in sorted(contents.items()) if file not in old or old[file].read_bytes() != data]
    removed = sorted(set(old) - set(contents))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as work:
        fresh = Path(work, "new")
        fresh.mkdir()
        for file, data in contents.items():
            (fresh / file).parent.mkdir(parents=True, exist_ok=True)
            (fresh / file).write_bytes(data)
        if target.exists():
            target.rename(Path(work, "old"))
        fresh.rename(target)
    return Renewal(changed, removed, sizes)
