"""What a notebook talks to: named random streams, figures drawn from tidy data, claims and their checks.

The runner describes the job in the environment variable ``OPTCLAIMS_JOB``. Without it (a notebook opened by hand) the
declared claims and figures come from the card beside the notebook and results go to ``results/draft``.
"""

from __future__ import annotations

import inspect
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Concatenate, NoReturn, ParamSpec, TypeVar

import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure
from tqdm import tqdm

from optclaims import checks, style, sweeps
from optclaims.checks import Check
from optclaims.pipeline import grids, instructions
from optclaims.science.missing import Missing
from optclaims.streams import stream
from optclaims.verdicts import Outcome, verdict

JOB = "OPTCLAIMS_JOB"
T = TypeVar("T")
P = ParamSpec("P")
SIGNIFICANT_DIGITS = "%.10g"


class ExperimentError(Exception):
    """A notebook that disagrees with its card, or data that may not be written."""


class StopNotebook(Exception):  # noqa: N818 - it ends a notebook early, nothing went wrong
    """Ends a notebook whose work is done before its last cell; the runner does not count it as a failure."""


class Experiment:
    """One experiment of a paper: draws its declared figures and judges its declared claims.

    paper, name: as in the card; the runner's job must be the same one. Raises ExperimentError for a card that lacks it.
    """

    def __init__(self, paper: str, name: str) -> None:
        described = os.environ.get(JOB)
        job = json.loads(described) if described else _draft(paper, name)
        if (job["paper"], job["experiment"]) != (paper, name):
            raise ExperimentError(f"the notebook says {paper}/{name}, the job {job['paper']}/{job['experiment']}")
        self.paper, self.name, self.scale, self.seed = paper, name, job["scale"], job["seed"]
        self._by_hand = described is None
        self._out = Path(job["out"])
        self._out.mkdir(parents=True, exist_ok=True)
        self._figures: dict[str, bool] = dict.fromkeys(job["figures"], False)
        self._claims: dict[str, Checks] = {claim: Checks() for claim in job["claims"]}
        self._sweep: list[str] = job["sweep"]
        self._points: dict[str, str] = job.get("points", {})
        self._reads: list[str] = job.get("reads", [])
        self._results = Path(job["results"]) if "results" in job else self._out.parents[1]
        self._streams: set[str] = set()
        if "torch" in sys.modules:  # one thread, also where a notebook is opened by hand: equal seeds, equal numbers
            sys.modules["torch"].set_num_threads(1)
        self._finished = False
        self._global_state = _global_random_state()
        style.apply()

    def rng(self, name: str, **keys: object) -> np.random.Generator:
        """Return the named random stream of this experiment; keys tell points of a sweep or configurations apart.

        Raises ExperimentError when the same stream is asked for twice, since its numbers would repeat.
        """
        address = json.dumps([name, keys], sort_keys=True)
        if address in self._streams:
            raise ExperimentError(f"the random stream {address} was used before; give each use a name of its own")
        self._streams.add(address)
        return stream(self.seed, self.paper, self.name, name, keys)

    def figure(self, name: str, frame: pd.DataFrame, draw: Callable[[pd.DataFrame], Figure]) -> None:
        """Write ``<name>.csv`` with 10 significant digits and draw SVG and PNG from the file that was written.

        Raises ExperimentError for an undeclared or repeated name, an empty frame, infinity, or NaN in a frame
        without a ``status`` column that says why.
        """
        if name not in self._figures:
            raise ExperimentError(f"figure {name!r} is not in the card; declared: {', '.join(self._figures)}")
        if self._figures[name]:
            raise ExperimentError(f"figure {name!r} was drawn before")
        self._require_open(f"figure {name!r}")
        _require_drawable(name, frame)
        path = self._out / f"{name}.csv"
        frame.to_csv(path, index=False, float_format=SIGNIFICANT_DIGITS, lineterminator="\n")
        drawn = style.drawn(draw, pd.read_csv(path))
        style.save(drawn, path.with_suffix(""))
        self._figures[name] = True
        self._show(name, drawn)

    def claim(self, claim: str) -> Claim:
        """Return the claim to check; raises ExperimentError unless the card declares it."""
        if claim not in self._claims:
            raise ExperimentError(f"claim {claim!r} is not in the card; declared: {', '.join(self._claims)}")
        self._require_open(f"claim {claim!r}")
        return Claim(self._claims[claim])

    def sweep(
        self, function: Callable[..., pd.DataFrame | Mapping[str, object]], **axes: Sequence[object]
    ) -> pd.DataFrame:
        """Return ``function(**point)`` for every point of the product of the axes as one frame, point columns first.

        The axes are those that the card names under ``sweep``. A point must not depend on another one: it may be
        computed in a job of its own, which re-runs the cells above. Results pass through text with 17 digits either
        way, so the frame is the same.
        """
        if list(axes) != self._sweep:
            raise ExperimentError(f"the notebook sweeps {list(axes)}, the card declares sweep: {self._sweep}")
        points = grids.grid(axes)
        if "compute" in self._points:
            point = next(p for p in points if grids.key(p) == self._points["compute"])
            (self._out / f"{grids.key(point)}.csv").write_text(sweeps.as_text(function(**point)), encoding="utf-8")
            raise StopNotebook(f"computed the point {grids.key(point)}")
        if "folder" in self._points:
            return sweeps.read_points(Path(self._points["folder"]), points)
        return sweeps.gather([(p, sweeps.as_text(function(**p))) for p in self.progress(points, "sweep")])

    def progress(self, steps: Iterable[T], label: str) -> Iterable[T]:
        """Return the same steps, with a bar for those who watch a long loop: ``for run in experiment.progress(...)``.

        It goes to stderr: to the log of the job, and never into the saved notebook. A loop of a second has none.
        """
        return tqdm(steps, desc=label, delay=1, mininterval=2, file=sys.stderr)

    def data(self, load: Callable[..., T], *arguments: object, **keywords: object) -> T:
        """Return what ``load(...)`` returns; where its data set is not to be had, all claims are not-run for that."""
        try:
            return load(*arguments, **keywords)
        except Missing as missing:
            self.not_run(str(missing))

    def read(self, address: str, figure: str) -> pd.DataFrame:
        """Return the data of a figure of another experiment, ``<paper>/<experiment>``, at this scale and seed.

        Raises ExperimentError unless the card names that experiment under ``reads``, and where it drew no such figure.
        Where its claims are not-run for a reason, these are too.
        """
        if address not in self._reads:
            raise ExperimentError(f"{address!r} is not under `reads` in the card; declared: {self._reads}")
        path = self._results / address / f"{figure}.csv"
        if not path.exists():
            raise ExperimentError(f"{path} is missing: {address} has no figure {figure!r}, or has not been run")
        frame = pd.read_csv(path)
        if list(frame) == ["status"]:
            self.not_run(f"{address} was not run")
        return frame

    def not_run(self, reason: str) -> NoReturn:
        """End the notebook: all claims are not-run with this reason, all figures placeholders that show it."""
        for name in self._figures:
            (self._out / f"{name}.csv").write_text("status\n", encoding="utf-8")
            style.save(style.placeholder(f"not run: {reason}"), self._out / name)
        self._write({claim: {"verdict": Outcome.NOT_RUN, "reason": reason, "checks": []} for claim in self._claims})
        raise StopNotebook(f"not run: {reason}")

    def finish(self) -> None:
        """Write ``verdicts.json``; nothing can be added after that.

        Raises ExperimentError for a declared claim or figure that the notebook forgot, and for numbers drawn from
        NumPy's global random stream, which no seed of the run reaches.
        """
        self._require_open("finish")
        if _global_random_state() != self._global_state:
            raise ExperimentError("something drew from (or seeded) np.random itself; use experiment.rng(name)")
        unchecked = [claim for claim, results in self._claims.items() if not results]
        undrawn = [name for name, drawn in self._figures.items() if not drawn]
        if unchecked or undrawn:
            forgotten = [f"claim {claim} has no check" for claim in unchecked] + [
                f"figure {n} not drawn" for n in undrawn
            ]
            raise ExperimentError(f"{self.paper}/{self.name}: {'; '.join(forgotten)}")
        verdicts = {}
        for claim, results in self._claims.items():
            outcome = verdict([check.outcome for check in results])
            print(f"{claim}: {outcome}")
            verdicts[claim] = {"verdict": outcome, "checks": [check.record() for check in results]}
        self._write(verdicts)
        self._finished = True
        for results in self._claims.values():
            results.closed = True

    def _require_open(self, what: str) -> None:
        if self._finished:
            raise ExperimentError(f"{what} comes after experiment.finish(), where it does not count")

    def _write(self, claims: Mapping[str, object]) -> None:
        head = {"paper": self.paper, "experiment": self.name, "scale": self.scale, "seed": self.seed}
        text = json.dumps(_rounded({**head, "claims": claims}), indent=1, allow_nan=False)
        (self._out / "verdicts.json").write_text(text + "\n", encoding="utf-8")
        if not self._by_hand:
            instructions.record(self._out)

    def _show(self, name: str, drawn: Figure) -> None:
        """In Jupyter show the figure itself; in the saved notebook a link to the file, which stays small and equal."""
        if "IPython" not in sys.modules:
            return
        from IPython.display import Markdown, display

        display(drawn if self._by_hand else Markdown(f"![{name}]({name}.svg)"))


class Checks(list[Check]):
    """The checks of a claim; once the verdicts are written, none can be added."""

    closed = False

    def append(self, check: Check) -> None:
        """Add a check; raises ExperimentError where it would not count."""
        if self.closed:
            raise ExperimentError(
                f"the check {check.quantity!r} comes after experiment.finish(), where it does not count"
            )
        super().append(check)


def _judged(judge: Callable[P, Check]) -> Callable[Concatenate[Claim, P], None]:
    """Make a check a method that records it, with the check's own signature and documentation for editors."""

    @wraps(judge)
    def method(self: Claim, *arguments: P.args, **keywords: P.kwargs) -> None:
        self._add(judge(*arguments, **keywords))

    own = inspect.signature(judge)
    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = own.replace(parameters=[first, *own.parameters.values()], return_annotation=None)
    return method


class Claim:
    """One claim of an experiment; each method judges one quantity and records its check, see `optclaims.checks`."""

    def __init__(self, results: list[Check]) -> None:
        self._results = results

    within = _judged(checks.within)
    consistent = _judged(checks.consistent)
    exact = _judged(checks.exact)

    def not_run(self, quantity: str, reason: str) -> None:
        """Record a single check that could not be run."""
        self._add(checks.not_run(quantity, reason))

    def _add(self, check: Check) -> None:
        if check.quantity in [earlier.quantity for earlier in self._results]:
            raise ExperimentError(f"the quantity {check.quantity!r} was checked before in this claim")
        self._results.append(check)
        print(checks.sentence(check))


def _draft(paper: str, name: str) -> dict[str, object]:
    """Describe the job of a notebook that was opened by hand."""
    here = Path.cwd()
    for root in (here, *here.parents):
        card = root / "notebooks" / paper / "paper.yaml"
        if card.exists():
            experiments = yaml.safe_load(card.read_text(encoding="utf-8"))["experiments"]
            if name not in experiments:
                raise ExperimentError(f"{card}: no experiment {name!r}; declared: {', '.join(experiments)}")
            declared = experiments[name]
            return {
                "paper": paper,
                "experiment": name,
                "scale": "draft",
                "seed": 0,
                "out": root / "results" / "draft" / paper / name,
                "claims": list(declared["claims"]),
                "figures": list(declared["figures"]),
                "sweep": declared.get("sweep", []),
                "reads": declared.get("reads", []),
            }
    raise ExperimentError(f"no notebooks/{paper}/paper.yaml in {here} or above")


def _require_drawable(name: str, frame: pd.DataFrame) -> None:
    if frame.empty:
        raise ExperimentError(f"figure {name!r}: the frame is empty")
    infinite = [column for column in frame if frame[column].map(_is_infinite).any()]
    if infinite:
        raise ExperimentError(f"figure {name!r}: infinity in {infinite}")
    numbers = frame.infer_objects().select_dtypes("number")
    if numbers.isna().any().any() and "status" not in frame:
        raise ExperimentError(
            f"figure {name!r}: NaN in {[c for c in numbers if numbers[c].isna().any()]} without a `status` column"
        )


def _is_infinite(value: object) -> bool:
    """Tell whether a cell is infinite, also as a text that is read back as infinity."""
    if isinstance(value, str):
        return value.strip().lower().lstrip("+-") in ("inf", "infinity")
    return isinstance(value, (float, np.floating)) and bool(np.isinf(value))


def _global_random_state() -> tuple[object, ...]:
    """Return the state of the stream behind ``np.random.normal`` and its like."""
    kind, key, *rest = np.random.get_state(legacy=True)
    return (kind, key.tobytes(), *rest)


def _rounded(value: object) -> object:
    """Round every float to 10 significant digits, as in the CSV files."""
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    if isinstance(value, float) and math.isfinite(value):
        return float(SIGNIFICANT_DIGITS % value)
    return value
