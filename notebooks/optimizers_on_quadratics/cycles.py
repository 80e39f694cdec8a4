# %% [markdown]
# # The best momentum on quadratics can run in circles elsewhere
# The heavy ball with the parameters that are optimal on quadratics, $\alpha = 4/(\sqrt\mu+\sqrt L)^2$, $\beta = q^2$,
# need not converge on a function of $S(\mu, L)$. Lessard, Recht and Packard: for $f'$ with slopes 25, 1, 25 it has an
# attractive cycle of three points, of which `polygons` has the plane's version.

# %% tags=["parameters"]
grids = [6001, 12001, 48001]  # starts in [-6, 6]

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import cycles as figures
from optclaims.papers.optimizers_on_quadratics.measures import cycles as measures
from optclaims.papers.optimizers_on_quadratics.problems.scalar import pieces
from optclaims.papers.optimizers_on_quadratics.simulation.descent import path
from optclaims.papers.optimizers_on_quadratics.theory import cycles as theory
from optclaims.science.optimizers import SGD, HeavyBall, Nesterov

experiment = Experiment("optimizers_on_quadratics", "cycles")
claim = experiment.claim("heavy-ball-cycle")
ball = HeavyBall(1 / 9, 4 / 9)
starts = {n: np.linspace(-6, 6, n) for n in grids}

orbit = path(ball, pieces(), 3.2, 600).ravel()


def away_from_cycle(rule):
    return np.abs(np.sort(path(rule, pieces(), 3.2, 600)[-3:].ravel()) - np.sort(theory.three_cycle())).max()


def share(rule, n=12001):
    return measures.caught(rule, np.linspace(-6, 6, n)).mean()


neighbours = {"momentum 0.43": HeavyBall(1 / 9, 0.43), "momentum 0.42": HeavyBall(1 / 9, 0.42)}
neighbours |= {
    "momentum 0.40": HeavyBall(1 / 9, 0.4),
    "lr 0.11": HeavyBall(0.11, 4 / 9),
    "lr 0.1, momentum 0.4": HeavyBall(0.1, 0.4),
}
safe = {
    "gradient descent": SGD(2 / 26),
    "Nesterov": Nesterov(1 / 25, 2 / 3),
    "heavy ball, lr below 2 (1 - beta) / (mu + L)": HeavyBall(0.99 * 2 * (5 / 9) / 26, 4 / 9),
}
claim.exact(
    "distance of the last three points from the cycle of theory, start 3.2",
    away_from_cycle(ball),
    (None, 1e-6),
    origin="contraction (2/3)^600, double root; rounding",
    controls={name: away_from_cycle(rule) for name, rule in (neighbours | safe).items()},
)
claim.exact(
    "share of starts in [-6, 6] that are caught",
    share(ball),
    (0.1155, 0.1175),
    origin="0.1165 in a pilot on other grids; 0.001 for the ends of the intervals of starts",
    controls={name: share(rule) for name, rule in (neighbours | safe).items()},
)
spread = [share(ball, n) for n in grids]
claim.exact(
    "difference of that share between grids of starts",
    max(spread) - min(spread),
    (None, 0.0005),
    origin="half the bound on the share",
    controls={"61 starts": abs(share(ball, 61) - spread[-1])},
)
interval, beside = np.linspace(3.062, 3.463, 402), [3.0, 3.061, 3.464, 3.5]
claim.exact(
    "share of the starts 3.062, 3.063 .. 3.463 that are caught, less that of 3.0, 3.061, 3.464 and 3.5",
    measures.caught(ball, interval).mean() - measures.caught(ball, beside).mean(),
    (1, None),
    origin="every one, and none",
    controls={
        name: measures.caught(rule, interval).mean() - measures.caught(rule, beside).mean()
        for name, rule in neighbours.items()
        if name != "lr 0.11"
    },
)
w = np.linspace(-2, 4, 121)
curve = pd.DataFrame({"kind": "function", "step": 0, "w": w, "value": pieces().value(w)})
cycle = pd.DataFrame({"kind": "cycle", "step": range(19), "w": orbit[:19], "value": pieces().value(orbit[:19])})
experiment.figure("three_cycle", pd.concat([curve, cycle]), draw=figures.three_cycle)

# %% [markdown]
# An eighth of the starts on the line is lost to the cycle. It needs the large step and momentum: at momentum 0.40, with
# less than half of the step, and with every other rule tried no start is caught; at momentum 0.43 and 0.42 neighbouring
# cycles still catch 8 and 4 %. The statement is about this function: the heavy ball has no guarantee on $S(\mu, L)$.

# %%
experiment.finish()
