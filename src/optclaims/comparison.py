"""What a paper's notebook says of its method from the shared comparison of tuned optimizers on digits."""

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

    frame: the figure `tuned` of the comparison. Raises ValueError as `tuning.log_ratio`.
    """
    return statistics.mean(tuning.log_ratio(frame, "loss", method, baseline))


def judge(experiment: Experiment, claim: str, method: str, baseline: str, advantage: float) -> None:
    """Draw the method's leads over its rivals, and judge whether its loss is lower than the baseline's by `advantage`.

    The same measurement of two arms that differ by nothing but a grid shifted by half a step must not show the
    advantage, and must show one of thirty per cent where it is planted. The experiment reads `adam_family/digits` and
    declares the figure `comparison`.
    """
    frame = experiment.read("adam_family/digits", "tuned")
    leads = {rival: lead(frame, method, rival) for rival in RIVALS}
    table = pd.DataFrame([(rival, e.value, e.low, e.high) for rival, e in leads.items()])
    experiment.figure("comparison", table.set_axis(["rival", "log_ratio", "low", "high"], axis=1), draw=forest)
    same = lead(frame, "AdamW, shifted grid", "AdamW")
    experiment.claim(claim).within(
        f"ln of the loss of {method} over that of {baseline}, each tuned",
        leads[baseline],
        (None, float(np.log(1 - advantage))),
        origin="at least a tenth less loss: more than a grid of this density decides",
        controls={"AdamW on a grid shifted by half a step, over AdamW": same},
        positive={"the same with 30 % less loss": same + float(np.log(0.7))},
    )


def forest(frame: pd.DataFrame) -> Figure:
    """Draw intervals of one method's paired leads over its rivals: rival, log_ratio, low, high."""
    figure, axes = style.subplots(width=5.4, height=2.8)
    errors = [frame["log_ratio"] - frame["low"], frame["high"] - frame["log_ratio"]]
    axes.errorbar(frame["log_ratio"], frame.index, xerr=errors, fmt="o", color=style.COLORS["blue"])
    axes.axvline(0, **style.THEORY)
    axes.set_yticks(frame.index, frame["rival"])
    axes.invert_yaxis()
    axes.set(xlabel="ln of its training loss over that of the other")
    return figure
