"""Means with control variates, weak errors and their order, distances between training curves."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, DTypeLike, NDArray

from optclaims import statistics
from optclaims.papers.adaptive_sde_scaling import simulation, theory
from optclaims.science import domain
from optclaims.statistics import Estimate

__all__ = ["distance", "distance_gap", "distance_ratio", "log_slope", "moments", "ratio", "weak_errors"]


def moments(
    setting: simulation.Setting, paths: int, rng: np.random.Generator, dtype: DTypeLike | None = None
) -> dict[str, tuple[float, float]]:
    """Simulate a setting; return (mean, standard error) for theta, theta2, m, m2 and u = v over the noise variance.

    mean = exact mean of the companion + mean of the difference path - companion. dtype: as in `simulation.ensemble`.

    >>> from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
    >>> hyper, sigma = from_sde(0.1, sigma0=1.0, eps0=0.1, c2=1.0)
    >>> sorted(moments(simulation.Setting(hyper, sigma, 5, (1.5, 0.0, 5.0)), 20_000, np.random.default_rng(0)))
    ['m', 'm2', 'theta', 'theta2', 'u']
    """
    paths_mean, companion = simulation.ensemble(setting, paths, rng, dtype)
    hyper = setting.hyper
    exact = theory.companion_moments(
        setting.h,
        setting.drift,
        setting.noise,
        hyper.beta1,
        hyper.beta2,
        simulation.rates(setting),
        np.array(setting.start),
    )
    difference = paths_mean - companion
    errors = statistics.stderr(difference)
    found = {
        name: (exact[name] + difference[:, i].mean(), float(errors[i])) for i, name in enumerate(simulation.MOMENTS)
    }
    v, error = found.pop("v")
    unit = (setting.noise / setting.s) ** 2
    return found | {"u": (v / unit, error / unit)}


def weak_errors(found: Mapping[float, dict], truth: Mapping[str, float], names: Sequence[str], **keys) -> pd.DataFrame:
    """Table of eta2, moment, error = measured - truth and its standard error, one row per step time and moment.

    >>> weak_errors({0.1: {"theta": (1.25, 0.5)}}, {"theta": 1.0}, ["theta"])
       eta2 moment  error  stderr
    0   0.1  theta   0.25     0.5
    """
    rows = [
        {**keys, "eta2": eta2, "moment": name, "error": values[name][0] - truth[name], "stderr": values[name][1]}
        for eta2, values in found.items()
        for name in names
    ]
    return pd.DataFrame(rows)


def log_slope(x: ArrayLike, y: ArrayLike, stderr: ArrayLike) -> Estimate:
    """Least-squares slope of log |y| against log x, its interval from the standard errors of y (first order).

    Raises ValueError for an x that is not positive, a y of 0 and lengths that differ.
    Domain: y signed.

    >>> round(log_slope([1.0, 2.0], [1.0, 4.0], [0.1, 0.1]).value, 12)
    2.0
    """
    x = domain.positive("x", x, (None,))
    y, stderr = domain.vector("y", y, len(x)), domain.nonnegative("stderr", stderr, (len(x),))
    domain.positive("|y|", np.abs(y))
    centred = np.log(x) - np.log(x).mean()
    weights = centred / (centred**2).sum()
    return statistics.from_stderr(
        float(weights @ np.log(np.abs(y))), float(np.sqrt(((weights * stderr / y) ** 2).sum())), np.inf
    )


def ratio(top: tuple[float, float], bottom: tuple[float, float]) -> Estimate:
    """Ratio of two independent (value, standard error) with its first-order interval.

    Domain: top, bottom signed.

    >>> ratio((1.0, 0.1), (2.0, 0.0)).value
    0.5
    """
    top, bottom = domain.vector("top", top, 2).tolist(), domain.vector("bottom", bottom, 2).tolist()
    domain.positive("|bottom|", abs(bottom[0]))
    value = top[0] / bottom[0]
    error = abs(value) * np.hypot(top[1] / top[0], bottom[1] / bottom[0])
    return statistics.from_stderr(value, float(error), np.inf)


def distance(curves: NDArray, base: NDArray) -> Estimate:
    """Root mean square over checkpoints of the difference of true means, the seeds paired; (seeds, checkpoints).

    Domain: curves, base signed.

    >>> rng = np.random.default_rng(0)
    >>> base, near = rng.standard_normal((2, 8, 5))
    >>> round(distance(base + 1.0, base).value, 6)
    1.0
    """
    curves = domain.finite("curves", curves, (None, None))
    base = domain.finite("base", base, curves.shape)
    return statistics.rms(curves - base)


def distance_ratio(own: NDArray, base: NDArray, *others: NDArray) -> Estimate:
    """distance(own, base) over the smallest of the others' distances; all (seeds, checkpoints), seeds paired.

    Domain: own, base signed.

    >>> rng = np.random.default_rng(0)
    >>> base, near = rng.standard_normal((2, 8, 5))
    >>> far = near + 10
    >>> distance_ratio(near, base, far).high < 1
    True
    """
    own = domain.finite("own", own, (None, None))
    base = domain.finite("base", base, own.shape)
    found = [statistics.rms_ratio(own - base, other - base) for other in others]
    return max(found, key=lambda ratio: ratio.high)


def distance_gap(more: tuple[NDArray, NDArray], less: tuple[NDArray, NDArray]) -> Estimate:
    """Distance of more[0] from more[1] minus that of less[0] from less[1], each with an interval of 97.5 %.

    Domain: more, less signed.

    >>> rng = np.random.default_rng(0)
    >>> base, near = rng.standard_normal((2, 8, 5))
    >>> distance_gap((base + 10, base), (near, base)).low > 0
    True
    """
    more, less = (domain.finite(*pair, (2, None, None)) for pair in (("more", more), ("less", less)))
    high, low = (statistics.rms(curves - base, confidence=0.975) for curves, base in (more, less))
    return Estimate(high.value - low.value, high.low - low.high, high.high - low.low)


def stack(*tables: pd.DataFrame) -> pd.DataFrame:
    """Tables below each other."""
    return pd.concat(tables, ignore_index=True)


def slope_of(table: pd.DataFrame, name: str) -> Estimate:
    """Order of one moment's error in eta2."""
    part = table[table.moment == name]
    return log_slope(part.eta2, part.error, part.stderr)


def worst_slope(table: pd.DataFrame) -> Estimate:
    """The smallest order over the moments of a table of weak errors."""
    return min((slope_of(table, name) for name in table.moment.unique()), key=lambda slope: slope.value)


def over_eta2(table: pd.DataFrame, names: Sequence[str]) -> tuple[NDArray, NDArray]:
    """Errors and standard errors divided by eta2, each (moments, eta2)."""
    parts = [table[table.moment == name] for name in names]
    return tuple(np.array([part[column] / part.eta2 for part in parts]) for column in ("error", "stderr"))


def pair(table: pd.DataFrame, name: str, *eta2: float) -> list[tuple[float, float]]:
    """(error, standard error) of one moment at each eta2."""
    part = table[table.moment == name].set_index("eta2")
    return [(part.error[step], part.stderr[step]) for step in eta2]


def variance(found: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Var theta = E theta^2 - (E theta)^2 and its first-order standard error, the two means taken as independent."""
    (mean, mean_error), (second, second_error) = found["theta"], found["theta2"]
    return second - mean**2, float(np.hypot(second_error, 2 * mean * mean_error))


def difference_table(blocks: NDArray, names: Sequence[str], **keys: object) -> pd.DataFrame:
    """Table of weak errors from block means of a difference, blocks (blocks, moments)."""
    columns = {"moment": list(names), "error": blocks.mean(0), "stderr": statistics.stderr(blocks)}
    return pd.DataFrame({**keys, **columns})


def ratio_columns(top: tuple[float, float], bottom: tuple[float, float]) -> dict[str, float]:
    """A ratio as the columns ratio and stderr."""
    value = ratio(top, bottom)
    return {"ratio": value.value, "stderr": (value.high - value.value) / 1.959964}


def estimates(table: pd.DataFrame) -> list[Estimate]:
    """The rows of a table with columns ratio and stderr."""
    return [statistics.from_stderr(row.ratio, row.stderr, np.inf) for row in table.itertuples()]


def change(found: Mapping, reference: Mapping, names: Sequence[str]) -> dict[str, float]:
    """Differences of means and their standard errors, as columns name and name_stderr."""
    columns = {}
    for name in names:
        columns[name] = found[name][0] - reference[name][0]
        columns[f"{name}_stderr"] = float(np.hypot(found[name][1], reference[name][1]))
    return columns


def change_of(table: pd.DataFrame, rule: str, kappa: float, name: str) -> Estimate:
    """One entry of a table of changes."""
    row = table[(table.rule == rule) & (table.kappa == kappa)].iloc[0]
    return statistics.from_stderr(row[name], row[f"{name}_stderr"], np.inf)


def growth(table: pd.DataFrame, rule: str, name: str) -> Estimate:
    """Exponent in kappa of a change."""
    part = table[table.rule == rule]
    return log_slope(part.kappa, part[name], part[f"{name}_stderr"])


def skewness(samples: NDArray) -> tuple[float, float]:
    """Sample skewness and its standard error, from 100 blocks (as many samples as divide evenly)."""
    centred = (samples - samples.mean()) / samples.std()
    blocks = (centred[: len(centred) // 100 * 100] ** 3).reshape(100, -1).mean(1)
    return float((centred**3).mean()), float(statistics.stderr(blocks))


def curve_columns(name: str, curves: NDArray) -> dict[str, NDArray]:
    """Mean over seeds and its standard error of curves (seeds, checkpoints), as columns name and name_stderr."""
    return {name: curves.mean(0), f"{name}_stderr": statistics.stderr(curves)}
