r"""Runs on the counterexamples as tables, the mistaken ones beside the others: a row a run, `slip` names its mistake.

On smooth problems signs take steps $0.05/\sqrt t$, SGD and error feedback 0.02. Streams are functions of a name and of
keys that return a generator, as `Experiment.rng`.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optclaims.papers.ef_signsgd import problems, simulation, theory
from optclaims.papers.ef_signsgd.problems import ARMS, Arm, Forms
from optclaims.papers.ef_signsgd.simulation import FormsRun
from optclaims.science import domain
from optclaims.science.optimizers import SGD, ErrorFeedback, Rule, SignSGD
from optclaims.science.optimizers.compressors import Sign

__all__ = ["mistakes", "nonsmooth_runs", "pair_curves", "shared_runs", "smooth_run", "smooth_runs", "walks"]

SIGNS = ("sign", "scaled sign")
METHODS = (*SIGNS, "SGD", "EF, scaled sign")
Streams = Callable[..., np.random.Generator]


def smooth_run(
    forms: Forms, method: str, steps: int, rng: np.random.Generator | None, records: Sequence[int] = ()
) -> FormsRun:
    """Run "sign", "scaled sign", "SGD" or "EF, scaled sign" on squared forms with its steps; rng, records: `on_forms`.

    Domain: records any length.

    >>> round(smooth_run(problems.smooth_pair(0.3), "sign", 100, np.random.default_rng(0)).smallest, 9)
    0.72
    """
    domain.one_of("method", method, METHODS)
    own = {"lr": 0.05, "decay": True} if method in SIGNS else {"lr": 0.02}
    return simulation.on_forms(forms, ARMS[method], steps=steps, rng=rng, records=records, **own)


def walks(streams: Streams, runs: int, times: Sequence[int]) -> dict[str, NDArray[np.float64]]:
    """Positions (runs, times) on [-1, 1] from 0 with steps 0.01 under gradients 4 (probability 1/4) and -1.

    By "sign", "SGD" and "EF, sign"; and by "sign, q = 0.55" (runs, 1), at the end, under gradients 0.7/0.55
    (probability 0.55) and -1, whose mean is the same.

    Domain: times any length.

    >>> found = walks(lambda name, **keys: np.random.default_rng(0), 2, [1, 5])
    >>> {name: positions.shape for name, positions in found.items()}
    {'sign': (2, 2), 'SGD': (2, 2), 'EF, sign': (2, 2), 'sign, q = 0.55': (2, 1)}
    """
    domain.function("streams", streams)
    times = domain.integer("times", np.asarray(domain.increasing("times", times, low=1), float))
    rules = {"sign": SignSGD(0.01), "SGD": SGD(0.01), "EF, sign": ErrorFeedback(SGD(0.01), Sign(0.01))}

    def positions(rule: Rule, q: float, large: float, records: Sequence[int]) -> NDArray[np.float64]:
        rng = streams("gradients", rule=repr(rule), q=q, first=int(records[0]))
        return simulation.drift_on_interval(rule, large, q, rng, runs=runs, records=records)

    found = {name: positions(rule, 0.25, 4.0, times) for name, rule in rules.items()}
    return found | {"sign, q = 0.55": positions(rules["sign"], 0.55, 0.7 / 0.55, times[-1:])}


def pair_curves(streams: Streams, steps: int) -> pd.DataFrame:
    r"""Loss along runs on the non-smooth pair (problem 2) and on the smooth one (3), $\epsilon = 0.3$.

    Columns problem, method, t, value; the smooth loss is cut off at $10^{-12}$.

    >>> pair_curves(lambda name, **keys: np.random.default_rng(0), 1).groupby("problem").size().to_dict()
    {2: 4, 3: 4}
    """
    steps = domain.integer("steps", steps, low=1, shape=())
    domain.function("streams", streams)
    times = np.unique(np.geomspace(1, steps, 60).round())
    parts = []
    for method in METHODS:
        sharp = simulation.on_forms(problems.nonsmooth_pair(0.3), ARMS[method], 0.002, steps, None, records=times)
        smooth = smooth_run(problems.smooth_pair(0.3), method, steps, streams("figure", eps=0.3, method=method), times)
        for problem, values in ((2, sharp.losses), (3, np.maximum(smooth.losses, 1e-12))):
            parts.append(pd.DataFrame({"problem": problem, "method": method, "t": times, "value": values}))
    return pd.concat(parts)


def mistakes(table: pd.DataFrame, column: str, *slips: str) -> dict[str, list[float]]:
    """Values of a column by slip, as controls of a check.

    >>> mistakes(pd.DataFrame({"slip": ["", "none sent"], "last": [0.0, 1.0]}), "last", "none sent")
    {'none sent': [1.0]}
    """
    domain.one_of("column", column, table.columns)
    return {domain.one_of("slips", slip, set(table.slip)): list(table[table.slip == slip][column]) for slip in slips}


def nonsmooth_runs(steps: int) -> pd.DataFrame:
    r"""Four methods on the non-smooth pair, $\epsilon$ = 0.1, 0.3, 0.9, $\gamma = 0.002$, signs also $0.05/\sqrt t$.

    Columns method, slip, change (largest, of x1 + x2), above (smallest f minus that of the start), over_bound (f at the
    mean point over the bound of Theorem III with $\delta = 1/2$, or 1 for SGD, at constant steps).

    >>> nonsmooth_runs(10).query("slip == ''").groupby("method", sort=False).size().to_dict()
    {'sign': 6, 'scaled sign': 6, 'SGD': 3, 'EF, scaled sign': 3}
    """
    steps = domain.integer("steps", steps, low=1, shape=())

    def row(eps: float, method: str, slip: str = "", lr: float = 0.002, **own: float) -> dict:
        forms = problems.nonsmooth_pair(eps)
        run = simulation.on_forms(forms, ARMS[method], lr, steps, None, **own)
        delta = 1.0 if method == "SGD" else 0.5
        bound = theory.convex_bound(np.sqrt(2), lr, 2 * (1 + eps**2), delta, steps - 1) if not own else np.nan
        found = {"change": run.off_line * np.sqrt(2), "above": run.smallest - 2 * eps}
        return {
            "eps": eps,
            "method": method,
            "slip": slip,
            **found,
            "over_bound": problems.loss(forms, run.mean) / bound,
        }

    rows = [row(eps, method) for eps in (0.1, 0.3, 0.9) for method in METHODS]
    rows += [row(eps, method, lr=0.05, decay=True) for eps in (0.1, 0.3, 0.9) for method in SIGNS]
    rows += [row(0.3, method, "derivative 0 at 0", at_zero=0.0) for method in SIGNS]
    return pd.DataFrame([*rows, row(1.05, "sign", "eps = 1.05")])


def smooth_runs(streams: Streams, steps: int) -> pd.DataFrame:
    r"""Four methods on the smooth pair with batch 1, $\epsilon$ = 0.1, 0.3, 0.6.

    Columns eps, method, slip, above (smallest f minus that of the start, $8\epsilon^2$), last (f at the last point).

    >>> found = smooth_runs(lambda name, **keys: np.random.default_rng(0), 10)
    >>> found.slip.nunique(), len(found)
    (4, 16)
    """
    steps = domain.integer("steps", steps, low=1, shape=())
    domain.function("streams", streams)

    def row(eps: float, method: str, slip: str = "", run: FormsRun | None = None) -> dict:
        forms = problems.smooth_pair(eps)
        run = run or smooth_run(forms, method, steps, streams("pair", eps=eps, method=method))
        found = {"above": run.smallest - 8 * eps**2, "last": problems.loss(forms, run.x)}
        return {"eps": eps, "method": method, "slip": slip} | found

    rows = [row(eps, method) for eps in (0.1, 0.3, 0.6) for method in METHODS]
    full = [smooth_run(problems.smooth_pair(0.3), method, steps, None) for method in SIGNS]
    rows += [row(0.3, method, "full gradient", run) for method, run in zip(SIGNS, full, strict=True)]
    forgets = simulation.on_forms(problems.smooth_pair(0.1), Arm(keep=0.9), 0.02, steps, streams("decayed"))
    rows.append(row(0.1, "EF, scaled sign", "memory decayed by 0.9", forgets))
    return pd.DataFrame([*rows, row(1.05, "sign", "eps = 1.05")])


def shared_runs(streams: Streams, steps: int, draws: int) -> pd.DataFrame:
    """Four methods with batch 1 on random forms that share their signs, and "sign" with one entry of the other sign.

    Columns draw, method, slip, off_line (largest distance from the line that the signs span), over_line (smallest f
    over the smallest on that line), last (f at the last point).

    >>> shared_runs(lambda name, **keys: np.random.default_rng(0), 10, 2).groupby("slip").size().to_dict()
    {'': 8, 'one entry of one a_i with the other sign': 2}
    """
    steps = domain.integer("steps", steps, low=1, shape=())
    draws = domain.integer("draws", draws, low=1, shape=())
    domain.function("streams", streams)

    def row(draw: int, forms: Forms, method: str, slip: str = "") -> dict:
        rng = streams("batches", method=method, draw=draw, first=float(forms.rows[0, 0]))
        run = smooth_run(forms, method, steps, rng)
        best = theory.smallest_on_line(forms.rows, forms.start)
        found = {"off_line": run.off_line, "over_line": run.smallest / best, "last": problems.loss(forms, run.x)}
        return {"draw": draw, "method": method, "slip": slip} | found

    instances = [problems.random_forms(streams("forms", draw=draw)) for draw in range(draws)]
    rows = [row(k, forms, method) for method in METHODS for k, forms in enumerate(instances)]
    other = [forms._replace(rows=forms.rows * _flip(forms.rows)) for forms in instances]
    slip = "one entry of one a_i with the other sign"
    return pd.DataFrame(rows + [row(k, forms, "sign", slip) for k, forms in enumerate(other)])


def _flip(rows: np.ndarray) -> np.ndarray:
    """1 everywhere but at the first entry, where it is -1."""
    return 1 - 2.0 * (np.arange(rows.size).reshape(rows.shape) == 0)
