"""What a paper's notebook says of its method from the shared comparison of tuned optimizers on digits."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from optclaims import statistics, style
from optclaims.experiment import Experiment
from optclaims.science import tuning
from optclaims.statistics import Estimate

RIVALS = ("Adam", "Adam, half the rate", "AdamW", "AMSGrad", "SGD with momentum", "gradient descent")


def lead(frame: pd.DataFrame, method: str, baseline: str) -> Estimate:
    """Return ln(loss of method / loss of baseline), mean over paired runs: below 0 where the method is better.

    frame: the figure `tuned` of the comparison, for one network. Raises ValueError as `tuning.log_ratio`.
    """
    return statistics.mean(tuning.log_ratio(frame, "loss", method, baseline))


def judge(experiment: Experiment, claim: str, method: str, baseline: str, advantage: float) -> pd.DataFrame:
    """Judge whether a method's loss is lower than the baseline's by `advantage`; return its leads over all rivals.

    One check a network. The same measurement of two arms that differ by nothing but a grid shifted by half a step must
    not show the advantage, and must show one of thirty per cent where it is planted. The experiment reads
    `adam_family/digits`; what is returned is for `forest`: network, rival, log_ratio, low, high.
    """
    rows = []
    for network, frame in _networks(experiment):
        leads = {rival: lead(frame, method, rival) for rival in RIVALS}
        rows += [(network, rival, e.value, e.low, e.high) for rival, e in leads.items()]
        same = lead(frame, "AdamW, shifted grid", "AdamW")
        experiment.claim(claim).within(
            f"{network}: ln of the loss of {method} over that of {baseline}, each tuned",
            leads[baseline],
            (None, float(np.log(1 - advantage))),
            origin="at least a tenth less loss: more than a grid of this density decides",
            controls={"AdamW on a grid shifted by half a step, over AdamW": same},
            positive={"the same with 30 % less loss": same + float(np.log(0.7))},
        )
    return pd.DataFrame(rows, columns=["network", "rival", "log_ratio", "low", "high"])


def judge_equal(experiment: Experiment, claim: str, method: str, baseline: str, untuned: str, margin: float) -> None:
    """Judge whether the losses of two tuned methods agree within a part `margin`, one check a network.

    untuned: an arm at one common rate with the method, the mistake that must not agree
    """
    bound = float(-np.log(1 - margin))
    for network, frame in _networks(experiment):
        experiment.claim(claim).within(
            f"{network}: ln of the loss of {method} over that of {baseline}, each tuned",
            lead(frame, method, baseline),
            (-bound, bound),
            origin="a tenth, the effect that an advantage is judged by",
            controls={f"over {untuned}, at one common rate": lead(frame, method, untuned)},
        )


def _networks(experiment: Experiment) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from experiment.read("adam_family/digits", "tuned").groupby("network", sort=False)


def forest(frame: pd.DataFrame) -> Figure:
    """Draw intervals of one method's paired leads over its rivals: network, rival, log_ratio, low, high."""
    figure, axes = style.subplots(width=5.8, height=3.2)
    rivals = list(frame["rival"].unique())
    for i, (network, part) in enumerate(frame.groupby("network", sort=False)):
        places = [rivals.index(rival) + 0.2 * i - 0.1 for rival in part["rival"]]
        look = {"fmt": "os"[i], "color": style.COLORS[("blue", "orange")[i]], "label": network}
        errors = [part["log_ratio"] - part["low"], part["high"] - part["log_ratio"]]
        axes.errorbar(part["log_ratio"], places, xerr=errors, **look)
    axes.axvline(0, **style.THEORY)
    axes.set_yticks(range(len(rivals)), rivals)
    axes.invert_yaxis()
    axes.set(xlabel="ln of its training loss over that of the other")
    figure.legend(loc="outside upper right", ncols=2)
    return figure
