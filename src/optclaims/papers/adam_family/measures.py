"""The policy of the comparison: every arm has its own rate, chosen on other runs than those that are judged."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from numpy.typing import ArrayLike

from optclaims.papers.adam_family.problems import PLAIN, UNTUNED
from optclaims.science import domain, tuning

__all__ = ["compared"]

Finals = Callable[[str, ArrayLike, Sequence[int]], pd.DataFrame]


def compared(
    finals: Finals, grids: Mapping[str, ArrayLike], *, tune: int, judge: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the runs that choose, the chosen rates, and the judged runs of all arms at their rates and of `UNTUNED`.

    finals: (arm, rates, runs) -> frame of method, lr, run, loss, as `simulation.digits.finals`
    grids: learning rates by arm;  tune, judge: how many runs choose, and how many others are judged

    >>> import numpy as np
    >>> from optclaims.papers.adam_family.problems import ARMS
    >>> def finals(arm, rates, runs):
    ...     lr, run = (part.ravel() for part in np.meshgrid(rates, runs))
    ...     return pd.DataFrame({"method": arm, "lr": lr, "run": run, "loss": 1 + np.log(lr) ** 2})
    >>> _, chosen, judged = compared(finals, dict.fromkeys(ARMS, [0.1, 1.0, 10.0]), tune=2, judge=3)
    >>> chosen.lr.unique(), judged.run.unique()
    (array([1.]), array([2, 3, 4]))
    """
    domain.function("finals", finals)
    tune, judge = domain.integer("tune", tune, low=1, shape=()), domain.integer("judge", judge, low=1, shape=())
    choosing = pd.concat([finals(arm, rates, range(tune)) for arm, rates in grids.items()], ignore_index=True)
    chosen = tuning.choose(choosing, by="loss", over="lr", baselines=PLAIN)
    rate, runs = dict(zip(chosen.method, chosen.lr, strict=True)), range(tune, tune + judge)
    judged = [finals(arm, [rate[arm]], runs) for arm in grids]
    judged += [finals(arm, [rate[other]], runs).assign(method=name) for name, (arm, other) in UNTUNED.items()]
    return choosing, chosen, pd.concat(judged, ignore_index=True)
