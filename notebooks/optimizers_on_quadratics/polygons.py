# %% [markdown]
# # Cycles with corners in the plane
# Ours, after the cycle of three points on a line (`cycles`). The heavy ball with the parameters that are optimal on
# quadratics, $\alpha = 4/(\sqrt\mu+\sqrt L)^2$, $\beta = q^2$, circles on
# $f(x) = \frac L2 |x|^2 - \frac{L-\mu}{2}\mathrm{dist}(x, P)^2$ with a triangle $P$ for
# $\kappa \ge (2+\sqrt5)^2 = 9 + 4\sqrt5$; larger $\kappa$, more corners.

# %% tags=["parameters"]
polygons = [[25, 3], [100, 4], [100, 5]]  # condition number, corners
runs = 100
pairs = 20_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import cycles as figures
from optclaims.papers.optimizers_on_quadratics.measures import cycles as measures
from optclaims.papers.optimizers_on_quadratics.theory import cycles as theory
from optclaims.science.optimizers import SGD, HeavyBall, Nesterov
from optclaims.science.quadratics import optimal

experiment = Experiment("optimizers_on_quadratics", "polygons")
claim = experiment.claim("heavy-ball-polygon-cycles")
corners = range(3, 11)
thresholds = {K: (measures.threshold(K), theory.polygon_threshold(K)) for K in corners}
claim.exact(
    "condition number from which the triangle exists, relative to 9 + 4 sqrt 5",
    abs(thresholds[3][0] / theory.three_cycle_threshold() - 1),
    (None, 1e-9),
    origin="precision of the bisection",
    controls={"the threshold of the square": abs(thresholds[4][0] / theory.three_cycle_threshold() - 1)},
)
claim.exact(
    "the same for K = 3 .. 10 against the root of the normal cone condition, largest relative distance",
    max(abs(seen / root - 1) for seen, root in thresholds.values()),
    (None, 1e-9),
    origin="precision of the bisection",
    controls={"one corner more": [abs(thresholds[K + 1][0] / thresholds[K][1] - 1) for K in range(3, 10)]},
)
exists = [measures.gradient_gap(K, kappa) for kappa, K in [[18.5, 3], *polygons]]
claim.exact(
    "largest difference of gradient and wanted gradient on the cycle",
    max(exists),
    (None, 1e-12),
    origin="rounding",
    controls={"kappa = 17.5, below the threshold": measures.gradient_gap(3, 17.5)},
)


def slopes(f, pull=1.0):  # smallest and largest slope of the gradient between random points, as shares of mu and L
    x, y = experiment.rng("pairs", L=f.L, K=f.corners, pull=pull).normal(size=(2, pairs, 2))
    gradient = (f.L * z - (f.L - pull * f.mu) * (z - f.projection(z)) for z in (x, y))
    change, step = np.subtract(*gradient), x - y
    slope = np.sum(change * step, axis=1) / np.sum(step**2, axis=1)
    return max(1 - slope.min() / f.mu, (np.linalg.norm(change, axis=1) / np.linalg.norm(step, axis=1)).max() / f.L - 1)


functions = {(kappa, K): measures.best_polygon(K, float(kappa)) for kappa, K in polygons}
claim.exact(
    "by how much a slope between random points leaves [mu, L], relative",
    max(slopes(f) for f in functions.values()),
    (None, 1e-9),
    origin="rounding",
    controls={"L for L - mu": [slopes(f, pull=0.0) for f in functions.values()]},
)


def off_circle(rule):
    return [
        np.abs(
            measures.around_the_cycle(f, rule(k), experiment.rng("starts", kappa=k, K=K, rule=str(rule(k))), runs) - 1
        ).max()
        for (k, K), f in functions.items()
    ]


def heavy(kappa, faster=1.0, less=0.0):
    best = optimal.heavy_ball(1.0, kappa)
    return HeavyBall(best.lr * faster, best.momentum - less)


claim.exact(
    "largest distance from the circle at the end, all starts within 1 % of the cycle",
    max(off_circle(heavy)),
    (None, 1e-4),
    origin="contraction q^n to the cycle in 12 sqrt(kappa) steps",
    controls={
        "momentum less by 0.05": off_circle(lambda k: heavy(k, less=0.05)),
        "0.8 of the lr": off_circle(lambda k: heavy(k, faster=0.8)),
        "half the lr": off_circle(lambda k: heavy(k, faster=0.5)),
        "lr 1 / L": off_circle(lambda k: HeavyBall(1 / k, optimal.heavy_ball(1.0, k).momentum)),
        "gradient descent": off_circle(lambda k: SGD(2 / (1 + k))),
        "Nesterov": off_circle(lambda k: Nesterov(*optimal.nesterov(1.0, k)[:2])),
        "tuned Nesterov": off_circle(lambda k: Nesterov(*optimal.tuned_nesterov(1.0, k)[:2])),
    },
)
orbits = measures.orbit(functions[25, 3], heavy(25), 60, [(1.2, 0.6), (1.3, 0.2)])
experiment.figure("polygon_orbit", orbits, draw=figures.polygon_orbit)
frame = pd.DataFrame([(K, *pair) for K, pair in thresholds.items()], columns=["corners", "measured", "theory"])
experiment.figure("polygon_thresholds", frame, draw=figures.polygon_thresholds)

# %% [markdown]
# Not every start is caught: of the two that are drawn, both at rest, one ends in the triangle, one at the minimum.
# In the plane the cycle exists from $\kappa = 17.94$ on, for every number of corners from its own threshold. It needs
# the large step: with half of it, and with every other rule tried, all runs converge. The statements are about the
# constructed functions, not about most of $S(\mu, L)$.

# %%
experiment.finish()
