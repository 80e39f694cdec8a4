r"""Tuning of hyperparameters by one policy, for all methods of a comparison alike.

A frame of runs has one row a method, configuration, run and step, with the losses as columns. The policy:

1. every method has its own grid, but all grids are equally dense (ratio of neighbouring values);
2. the best configuration has the lowest geometric mean of the final loss over the runs; diverged runs count as the cap;
3. it lies inside the grid, or the grid is refused: a method is not judged at the edge of what was tried;
4. the runs that choose are not the runs that are judged: `halves` parts one frame, or run the chosen ones afresh;
5. plain baselines are among the arms: name them, and leaving one out is refused.

    tune, judge = halves(frame)
    best = choose(tune, by="loss", over="lr", baselines=["SGD"])
    lead = log_ratio(at(judge, best), by="loss", method="Adam", baseline="SGD")   # (runs,), paired
    experiment.claim(...).within("ln(Adam / SGD)", statistics.mean(lead), ...)
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims.science import divergence, domain

__all__ = ["at", "choose", "curves", "final", "halves", "landscape", "log_ratio", "long", "regret"]

Names = str | Sequence[str]
SAME_DENSITY = 1.25
"""Grids are equally dense if their mean ratios of neighbours agree within this power."""


def _checked(frame: pd.DataFrame, **columns: Names) -> None:
    """Raise ValueError for what is no frame, or for columns that it does not have."""
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"frame must be a pandas.DataFrame, got {type(frame).__name__}")
    for argument, names in columns.items():
        for name in _listed(names):
            if name not in frame:
                raise ValueError(f"{argument} must name columns of the frame ({', '.join(frame)}), got {name!r}")


def _listed(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def long(losses: ArrayLike, method: str = "method", **axes: Sequence) -> pd.DataFrame:
    """The frame of final losses (..., runs) that has one axis for each of the named hyperparameters, in their order.

    Domain: losses signed, infinite, NaN; lr signed; method any name.

    >>> long([[3.0, 1.0], [2.0, 2.0]], "SGD", lr=[0.1, 1.0])
      method   lr  run  loss
    0    SGD  0.1    0   3.0
    1    SGD  0.1    1   1.0
    2    SGD  1.0    0   2.0
    3    SGD  1.0    1   2.0
    """
    for name, values in axes.items():
        if np.asarray(values).dtype.kind in "fiu":
            domain.vector(name, values)
    losses = domain.shape("losses", np.asarray(losses, float), (*map(len, axes.values()), None))
    points = pd.MultiIndex.from_product([*axes.values(), range(losses.shape[-1])], names=[*axes, "run"])
    frame = points.to_frame(index=False)
    frame.insert(0, "method", method)
    return frame.assign(loss=losses.ravel())


def final(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last recorded step; all rows of a frame without steps.

    >>> len(final(pd.DataFrame({"step": [0, 5, 0, 5]})))
    2
    """
    _checked(frame)
    return frame[frame["step"] == frame["step"].max()] if "step" in frame else frame


def logs(losses: pd.Series) -> pd.Series:
    """Natural logarithms; what diverged counts as the cap."""
    values = losses.to_numpy(float)
    bad = ~(values <= divergence.CAP)
    if (values[~bad] <= 0).any():
        raise ValueError(f"losses must be positive, got {values[~bad].min():g}: floor them first")
    return pd.Series(np.log(np.where(bad, divergence.CAP, values)), losses.index)


def choose(
    frame: pd.DataFrame, by: str, over: Names, per: str = "method", edge: str = "refuse",
    baselines: Sequence[str] = (), ends: Names = (),
) -> pd.DataFrame:  # fmt: skip
    """The best configuration of each method: one row each, with per, the columns `over`, and `by`, the geometric mean.

    by: loss to minimise after the last step;  over: columns of hyperparameters
    per: "run" tunes every run of one method for itself, where each is a problem without noise
    edge: "refuse" raises ValueError if the best value of a column with three or more values, where the others are the
        best ones, is its smallest or largest; "allow" where an end is a natural one
    ends: columns whose ends are natural ones, beside others whose ends are refused
    baselines: methods that have to be in the frame
    Raises ValueError also for methods of which every configuration diverged, and for grids of unequal density.

    >>> rates, losses = [0.01, 0.1, 1.0], [3.0, 1.0, 2.0]
    >>> frame = pd.DataFrame({"method": "SGD", "lr": rates, "run": 0, "loss": losses})
    >>> choose(frame, "loss", "lr")
      method   lr  loss
    0    SGD  0.1   1.0
    """
    _checked(frame, by=by, over=over, per=per)
    over, inner = _listed(over), [name for name in _listed(over) if name not in _listed(ends)]
    domain.one_of("edge", edge, ("refuse", "allow"))
    missing = set(baselines) - set(frame[per])
    if missing:
        raise ValueError(f"frame must hold the baselines, got none of {', '.join(sorted(missing))}")
    rows = final(frame)
    _same_density(rows, over, per)
    scores = logs(rows[by]).groupby([rows[name] for name in [per, *over]]).mean()
    best = scores.groupby(per, sort=False).idxmin()
    chosen = pd.DataFrame(list(best), columns=[per, *over])
    chosen[by] = np.exp(scores.loc[list(best)].to_numpy())
    for row in chosen.to_dict("records"):
        if row[by] >= 0.99 * divergence.CAP:
            raise ValueError(f"every configuration of {_called(row, per)} diverges")
        if edge == "refuse":
            _refuse_edge(scores.loc[row[per]], row, over, inner, per)
    return chosen


def _called(row: dict, per: str) -> str:
    return str(row[per]) if per == "method" else f"{per} {row[per]}"


def _refuse_edge(scores: pd.Series, row: dict, over: list[str], inner: list[str], per: str) -> None:
    table = scores.reset_index()
    for name in inner:
        others = [other for other in over if other != name]
        line = table[(table[others] == [row[other] for other in others]).all(axis=1)] if others else table
        values = np.sort(line[name].unique())
        if len(values) > 2 and row[name] in (values[0], values[-1]):
            raise ValueError(
                f"the best {name} {row[name]:g} of {_called(row, per)} lies at the edge of the grid: extend it"
            )


def _same_density(rows: pd.DataFrame, over: list[str], per: str) -> None:
    """Raise ValueError unless the grids of all methods have the same mean log ratio of neighbouring values."""
    for name in over:
        if not pd.api.types.is_numeric_dtype(rows[name]) or (rows[name] <= 0).any():
            continue
        spacing = {}
        for method, values in rows.groupby(per)[name]:
            grid = np.unique(values)
            if len(grid) > 2:
                spacing[method] = np.log(grid[-1] / grid[0]) / (len(grid) - 1)
        if spacing and max(spacing.values()) > SAME_DENSITY * min(spacing.values()):
            listed = ", ".join(f"{method} {np.exp(step):.3g}" for method, step in spacing.items())
            raise ValueError(f"grids of {name} must be equally dense, got ratios of neighbours {listed}")


def at(frame: pd.DataFrame, chosen: pd.DataFrame, over: Names, per: str = "method") -> pd.DataFrame:
    """The rows of every method at its chosen configuration; chosen as `choose` returns it.

    Raises ValueError if the frame holds a chosen configuration not at all.

    >>> frame = pd.DataFrame({"method": "SGD", "lr": [0.1, 1.0], "run": 0, "loss": [1.0, 2.0]})
    >>> at(frame, pd.DataFrame({"method": ["SGD"], "lr": [1.0]}), "lr")["loss"].tolist()
    [2.0]
    """
    _checked(frame, over=over, per=per), _checked(chosen, over=over, per=per)
    keys = [per, *_listed(over)]
    found = frame.merge(chosen[keys], on=keys)
    lost = set(chosen[per]) - set(found[per])
    if lost:
        raise ValueError(f"frame must hold the chosen configurations, got none of {', '.join(sorted(lost))}")
    return found


def halves(frame: pd.DataFrame, tune: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs that choose, and the others, which are judged; tune: how many choose, half of them unless given.

    >>> first, second = halves(pd.DataFrame({"run": [0, 1, 2, 3]}))
    >>> first["run"].tolist(), second["run"].tolist()
    ([0, 1], [2, 3])
    """
    _checked(frame, run="run")
    runs = np.sort(frame["run"].unique())
    tune = domain.integer("tune", len(runs) // 2 if tune is None else tune, low=1, high=len(runs) - 1)
    choosing = frame["run"].isin(runs[:tune])
    return frame[choosing], frame[~choosing]


def log_ratio(frame: pd.DataFrame, by: str, method: str, baseline: str, per: str = "method") -> NDArray[np.float64]:
    """ln(final loss of method / final loss of baseline), one number a run, in the order of the runs: below 0 where the
    method is better. Raises ValueError unless both have the same runs, each once: they are paired.

    >>> frame = pd.DataFrame({"method": ["A", "A", "B", "B"], "run": [0, 1, 0, 1], "loss": [1.0, 2.0, 1.0, 1.0]})
    >>> log_ratio(frame, "loss", "A", "B").round(3)
    array([0.   , 0.693])
    """
    _checked(frame, by=by, per=per)
    rows = final(frame)
    for argument, name in (("method", method), ("baseline", baseline)):
        domain.one_of(argument, name, tuple(rows[per].unique()))
    left, right = (rows[rows[per] == name].set_index("run")[by].sort_index() for name in (method, baseline))
    if not left.index.is_unique or not left.index.equals(right.index):
        raise ValueError(
            f"{method} and {baseline} must have the same runs, each once, got {len(left)} and {len(right)}"
        )
    return (logs(left) - logs(right)).to_numpy()


def regret(frame: pd.DataFrame, by: str, over: Names, method: str, per: str = "method") -> NDArray[np.float64]:
    """What an untuned configuration costs a method: mean over its grid of ln(final loss / best final loss), (runs,).

    >>> frame = pd.DataFrame({"method": "A", "lr": [0.1, 1.0], "run": 0, "loss": [1.0, np.e]})
    >>> regret(frame, "loss", "lr", "A")
    array([0.5])
    """
    _checked(frame, by=by, over=over, per=per)
    rows = final(frame)
    rows = rows[rows[per] == domain.one_of("method", method, tuple(rows[per].unique()))]
    table = rows.assign(log=logs(rows[by])).pivot(index="run", columns=_listed(over), values="log")
    return (table.mean(axis=1) - table.min(axis=1)).to_numpy()


def landscape(frame: pd.DataFrame, by: Names, over: Names, per: str = "method") -> pd.DataFrame:
    """Final losses at every configuration in long format: per, loss (its name), the columns `over`, mean, stderr.

    >>> frame = pd.DataFrame({"method": "A", "lr": [0.1, 0.1], "run": [0, 1], "loss": [1.0, 3.0]})
    >>> landscape(frame, "loss", "lr")
      method  loss   lr  mean  stderr
    0      A  loss  0.1   2.0     1.0
    """
    _checked(frame, by=by, over=over, per=per)
    return _summary(final(frame), _listed(by), [*_listed(over)], per)


def curves(frame: pd.DataFrame, by: Names, over: Names, per: str = "method") -> pd.DataFrame:
    """Losses along the runs of a frame, at its chosen configurations, in long format: per, loss, over, step, mean,
    stderr.

    >>> frame = pd.DataFrame({"method": "A", "lr": 0.1, "run": [0, 1], "step": 5, "loss": [1.0, 3.0]})
    >>> curves(frame, "loss", "lr")
      method  loss   lr  step  mean  stderr
    0      A  loss  0.1     5   2.0     1.0
    """
    _checked(frame, by=by, over=over, per=per)
    return _summary(frame, _listed(by), [*_listed(over), "step"], per)


def _summary(frame: pd.DataFrame, by: list[str], axes: list[str], per: str) -> pd.DataFrame:
    parts = []
    for loss in by:
        groups = frame.groupby([per, *axes], sort=True)[loss]
        parts.append(groups.agg(mean="mean", stderr="sem").reset_index().assign(loss=loss))
    return pd.concat(parts, ignore_index=True)[[per, "loss", *axes, "mean", "stderr"]]
