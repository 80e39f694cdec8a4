"""A project of two tiny papers with made-up results, for tests of what reads cards and results."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure
from nbformat import v4

from optclaims import checks, style
from optclaims.pipeline import cards, origins
from optclaims.pipeline.card import Card
from optclaims.statistics import Estimate
from optclaims.verdicts import verdict

COINS = """
title: On the Fairness of Coins with $p = 1/2$
authors: Ada Flip, Ben Toss
venue: Journal of Coins 1
url: https://example.org/coins
cover: flips/frequency
experiments:
  flips:
    title: Flipping one coin
    data: {quick: digits, default: MNIST}
    figures:
      frequency:
        caption: Frequency of heads over $n$ flips, with its standard error.
        tolerance: exact
        columns:
          frequency: sampled
          orbit: {kind: chaotic, k: 3, stderr: orbit_stderr}
          weather: {kind: chaotic, reason: the wind is not simulated}
    claims:
      fair:
        statement: The frequency of heads tends to $\\frac{1}{2}$, whatever $n < \\infty$.
        source: {locator: Theorem 1}
      law:
        statement: The error falls as $n^{-1/2}$.
        source: {locator: Theorem 2, confidence: from memory}
        expect: {quick: inconclusive, default: reproduced}
        reason: Few flips at the quick scale.
    parameters:
      quick: {n: 100}
      default: {n: 10000}
  edges:
    title: Standing on the edge
    figures:
      edge: {caption: Nothing to see.}
    claims:
      never-edge:
        statement: A coin never stands on its edge.
        source: {origin: ours}
    parameters:
      paper: {n: 1000000}
"""

DICE = """
title: Dice
authors: Cy Roll
venue: Journal of Dice 6
url: https://example.org/dice
cover: rolls/faces
experiments:
  rolls:
    title: Rolling
    figures:
      faces: {caption: Faces of a die.}
    claims:
      six-faces: {statement: A die has six faces., source: {locator: Figure 1}}
    parameters:
      quick: {n: 6}
"""

NOTEBOOK = """# %% tags=["parameters"]
n = 100

# %%
import synthetic

experiment.figure("frequency", frame, draw=synthetic.draw_frequency)
experiment.figure("faces", frame, draw=synthetic.draw_faces)
"""


def project(root: Path) -> dict[str, Card]:
    """Write cards and notebooks under a folder and return the cards."""
    for paper, text in {"coins": COINS, "dice": DICE}.items():
        folder = root / "notebooks" / paper
        folder.mkdir(parents=True)
        (folder / "paper.yaml").write_text(text)
        for name in Card.model_validate(yaml.safe_load(text)).experiments:
            (folder / f"{name}.py").write_text(NOTEBOOK)
    return cards.load_all(root / "notebooks")


def results(folder: Path) -> Path:
    """Write made-up results of both papers, all as expected at the quick scale, and return the folder."""
    n = np.arange(1, 9)
    frame = pd.DataFrame({"n": n, "frequency": 0.5 + 0.1 / n, "orbit": 1.0 / n, "orbit_stderr": 0.01, "weather": n % 3})
    frame["status"] = ["ok"] * 8
    write(folder / "coins" / "flips", {"frequency": frame}, {"fair": fair(0.5), "law": law()})
    faces = pd.DataFrame({"face": range(1, 7), "count": 1})
    six = checks.exact("faces of a die", 6, (6, 6), origin="counted", controls={"a coin": 2})
    write(folder / "dice" / "rolls", {"faces": faces}, {"six-faces": [six]})
    return folder


def draw_frequency(frame: pd.DataFrame) -> Figure:
    """Draw the figure of the first paper."""
    figure, axes = style.subplots()
    axes.plot(frame["n"], frame["frequency"])
    return figure


def draw_faces(frame: pd.DataFrame) -> Figure:
    """Draw the figure of the second paper."""
    figure, axes = style.subplots()
    axes.bar(frame["face"], frame["count"])
    return figure


def fair(frequency: float) -> list[checks.Check]:
    """Return the checks of a claim that is reproduced for a frequency near 1/2."""
    measured = Estimate(frequency, frequency - 0.01, frequency + 0.01)
    controls = {"a coin of lead": Estimate(0.8, 0.79, 0.81)}
    agree = checks.consistent("mean", [frequency, 0.5], 0.5, 0.01, controls={"p = 1": {"predicted": 1.0}})
    within = checks.within(
        "frequency of heads", measured, (0.45, 0.55), origin="half a tenth around 1/2", controls=controls
    )
    return [within, agree]


def law() -> list[checks.Check]:
    """Return the checks of a claim that is inconclusive, as a control passes; one check could not be run."""
    planted = {"a planted -1/2": Estimate(-0.5, -0.52, -0.48)}
    slope = checks.within(
        "slope",
        Estimate(-0.5, -0.6, -0.4),
        (None, 0),
        origin="order of the error",
        null=0,
        controls={"no slope [flat]": Estimate(-0.01, -0.03, -0.005)},
        positive=planted,
    )
    return [slope, checks.not_run("slope on MNIST", "MNIST is not in the data directory")]


def write(folder: Path, figures: dict[str, pd.DataFrame], claims: dict[str, list[checks.Check]]) -> None:
    """Write one experiment's files as `Experiment` would."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in figures.items():
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g")
        (folder / f"{name}.png").write_bytes(png(60, 40))
        (folder / f"{name}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"/>')
    record = {
        claim: {
            "verdict": verdict([check.outcome for check in results]),
            "checks": [check.record() for check in results],
        }
        for claim, results in claims.items()
    }
    save_verdicts(folder, record)
    write_notebook(folder, figures)
    origin = {"started": "2026-01-02T03:04:05Z", "seconds": 12.3, "peak_memory_mb": 345, "commit": "abc1234"}
    (folder / "provenance.json").write_text(json.dumps(origin))
    made_with = {"python": "3.11.7", "packages": {"numpy": "2.4.6"}, "instructions": {"numpy": "X86_V3"}}
    (folder / origins.FILE).write_text(json.dumps(made_with))


def write_notebook(folder: Path, figures: Iterable[str]) -> None:
    """Write an executed notebook of one experiment: prose, parameters, code, what it printed and drew."""
    drawn = [v4.new_output("display_data", {"text/markdown": f"![{name}]({name}.svg)"}) for name in figures]
    printed = v4.new_output("stream", name="stdout", text="p < 1 & p > 0" + " ok" * 60 + "\n")
    wide = " + ".join(map(str, range(100)))
    cells = [
        v4.new_markdown_cell("# Tosses\nEach with $p = 1/2$, so <b>fair</b>:\n$$\\sum_i x_i \\approx n p$$"),
        v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
        v4.new_code_cell("n = 100", metadata={"tags": ["injected-parameters"]}),
        v4.new_code_cell(f"print('p < 1 & p > 0{' ok' * 60}')  # always", outputs=[printed, *drawn]),
        v4.new_markdown_cell(f"$${wide}$$\nor ${wide}$"),
    ]
    nbformat.write(v4.new_notebook(cells=cells), folder / "notebook.ipynb")


def not_run(folder: Path, reason: str) -> None:
    """Turn the results of an experiment into those of `Experiment.not_run`."""
    for path in folder.glob("*.csv"):
        path.write_text("status\n")
    claims = json.loads((folder / "verdicts.json").read_text())["claims"]
    save_verdicts(folder, {claim: {"verdict": "not-run", "reason": reason, "checks": []} for claim in claims})


def fail(folder: Path, paper: str, experiment: str) -> None:
    """Turn the results of an experiment into what is left after its notebook raised."""
    for path in (folder / paper / experiment).iterdir():
        path.unlink()
    logs = folder / "logs" / paper
    logs.mkdir(parents=True)
    (logs / f"{experiment}.failed.ipynb").write_text("{}")
    (logs / f"{experiment}.log").write_text("flipping\nZeroDivisionError: <no> coins\n")


def change(folder: Path) -> None:
    """Change a verdict, a curve, numbers within their tolerance, and remove the experiment of the paper ``lots``."""
    flips, faces = folder / "coins/flips", folder / "dice/rolls/faces.csv"
    frame = pd.read_csv(flips / "frequency.csv")
    frame.loc[3:, "frequency"] *= [1.02, 1.04, 1.08, 1.16, 1.2]
    write(flips, {"frequency": frame}, {"fair": fair(0.7), "law": law()})
    pd.read_csv(faces).assign(count=1 + 5e-7).to_csv(faces, index=False)
    (folder / "lots/rolls/verdicts.json").unlink()


def save_verdicts(folder: Path, claims: dict[str, object]) -> None:
    """Write verdicts.json."""
    head = {"paper": folder.parts[-2], "experiment": folder.name, "scale": folder.parts[-3], "seed": 0}
    (folder / "verdicts.json").write_text(json.dumps({**head, "claims": claims}))


def png(width: int, height: int) -> bytes:
    """Return a grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x99" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
