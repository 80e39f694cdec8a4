"""Means with control variates, weak errors and their order, distances between training curves."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from optclaims import statistics
from optclaims.papers.adaptive_sde_scaling import simulation, theory
from optclaims.statistics import Estimate

__all__ = ["distance", "distance_ratio", "log_slope", "moments", "ratio", "weak_errors"]


def moments(setting: simulation.Setting, paths: int, rng: np.random.Generator, scale: float | None = None) -> dict:
    """Simulate a setting; return (mean, standard error) for theta, theta2, m, m2 and u = v / scale^2.

    mean = exact mean of the companion + mean of the difference path - companion. scale: sigma by default.
    """
    paths_mean, companion = simulation.ensemble(setting, paths, rng)
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
    unit = (setting.sigma if scale is None else scale) ** 2
    return found | {"u": (v / unit, error / unit)}


def weak_errors(found: Mapping[float, dict], truth: Mapping[str, float], names: Sequence[str], **keys) -> pd.DataFrame:
    """Table of eta2, moment, error = measured - truth and its standard error, one row per step time and moment."""
    rows = [
        {**keys, "eta2": eta2, "moment": name, "error": values[name][0] - truth[name], "stderr": values[name][1]}
        for eta2, values in found.items()
        for name in names
    ]
    return pd.DataFrame(rows)


def log_slope(x: ArrayLike, y: ArrayLike, stderr: ArrayLike) -> Estimate:
    """Least-squares slope of log |y| against log x, its interval from the standard errors of y (first order)."""
    x, y, stderr = (np.asarray(a, float) for a in (x, y, stderr))
    centred = np.log(x) - np.log(x).mean()
    weights = centred / (centred**2).sum()
    return statistics.from_stderr(
        float(weights @ np.log(np.abs(y))), float(np.sqrt(((weights * stderr / y) ** 2).sum())), np.inf
    )


def ratio(top: tuple[float, float], bottom: tuple[float, float]) -> Estimate:
    """Ratio of two independent (value, standard error) with its first-order interval."""
    value = top[0] / bottom[0]
    error = abs(value) * np.hypot(top[1] / top[0], bottom[1] / bottom[0])
    return statistics.from_stderr(value, float(error), np.inf)


def distance(curves: NDArray, base: NDArray) -> float:
    """Root mean square over checkpoints of the difference of seed means; curves and base (seeds, checkpoints)."""
    return float(np.sqrt(np.mean((curves.mean(0) - base.mean(0)) ** 2)))


def distance_ratio(own: NDArray, base: NDArray, *others: NDArray) -> float:
    """distance(own, base) over the smallest of the others' distances; all (seeds, checkpoints), seeds paired."""
    return distance(own, base) / min(distance(other, base) for other in others)
