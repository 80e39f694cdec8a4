# %% [markdown]
# # High-dimensional saddles
# Of the critical points of an isotropic Gaussian field (covariance $e^{-r^2/2}$) minima are a share that vanishes with
# the dimension, and they sit low: exactly, the share with $k$ negative eigenvalues is proportional to
# $E\,e^{-x_{(k+1)}^2/4}$ over the eigenvalues of a $(d+1)$-dimensional random matrix. At a quadratic saddle gradient
# descent needs $\log(1/\varepsilon)/\log(1+h|\lambda|)$ steps from a distance $\varepsilon$ of the stable direction,
# Newton's method lands on the saddle, and dividing by $|\lambda|$ instead escapes.

# %% tags=["parameters"]
samples = {"4": 40_000, "6": 40_000, "10": 40_000}
fields = 0  # random fields whose critical points are searched; 0 leaves them out
features = 500
starts = 1200

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import fields as figures
from optclaims.papers.optimizers_on_quadratics.measures import fields as measures
from optclaims.papers.optimizers_on_quadratics.simulation import fields as simulation
from optclaims.papers.optimizers_on_quadratics.theory import fields as theory
from optclaims.science.quadratics import two_step
from optclaims.statistics import stderr

experiment = Experiment("optimizers_on_quadratics", "saddles")
claim = experiment.claim("high-dimensional-saddles")

# %% [markdown]
# ## One saddle: eigenvalues $-1$ and $2$, $h = 0.34$
# %%
distances = np.array([1e-1, 1e-2, 1e-4, 1e-8])


def left_after(factor, limit=200):  # steps until the unstable direction exceeds 1, for a factor a step; -1: never
    reached = distances[:, None] * np.abs(factor) ** np.arange(limit) >= 1
    return np.where(reached.any(axis=1), reached.argmax(axis=1), -1)


growth = two_step.residuals([-1.0], 1, 0.34)[1, 0]
claim.exact(
    "distances 1e-1, 1e-2, 1e-4, 1e-8 whose escape is not after log(1/eps) / log(1 + h |l|) steps",
    np.sum(left_after(growth) != theory.escape_steps(distances, 0.34, -1.0)),
    (None, 0),
    origin="none of four",
    controls={
        "plateau linear in 1 / eps": np.sum(left_after(growth) != np.ceil(0.8 / distances)),
        "growth exp(h |l|), the flow": np.sum(left_after(np.exp(0.34)) != theory.escape_steps(distances, 0.34, -1.0)),
    },
)
claim.exact(
    "saddle-free Newton and damping M = 2: distances from which they do not escape",
    np.sum(left_after(1 - -1.0 / abs(-1.0)) < 0) + np.sum(left_after(theory.levenberg_factor(2.0, -1.0)) < 0),
    (None, 0),
    origin="none of eight",
    controls={
        "Newton": np.sum(left_after(1 - -1.0 / -1.0) < 0),
        "damping M = 0.4 |l|": np.sum(left_after(theory.levenberg_factor(0.4, -1.0)) < 0),
    },
)
path = two_step.residuals([-1.0, 2.0], 25, 0.34) * [0.001, 4.0]
loss = 0.5 * path**2 @ [-1.0, 2.0]
experiment.figure("saddle", pd.DataFrame({"step": range(26), "loss": loss}), draw=figures.saddle)

# %% [markdown]
# ## Shares of minima
# The reduction against separate computations with more samples, and against matrices weighted by their determinants.
# %%
known = {4: (0.06005, 5e-5), 6: (0.01360, 3e-5), 10: (6.135e-4, 3.7e-6)}  # shares of minima and their errors
drawn = {d: simulation.reduced_weights(d, samples[str(d)], experiment.rng("reduced", d=d)) for d in known}
found = np.array([measures.share(weights) for _, weights in drawn.values()])
table = np.array(list(known.values()))


def weighted(d, **slip):
    rng = experiment.rng("determinants", d=d, **slip)
    return np.array(measures.share(simulation.determinant_weights(d, 40_000, rng, **slip)[1]))


claim.consistent(
    "share of minima in 4, 6 and 10 dimensions, reduction against a separate computation",
    found[:, 0],
    table[:, 0],
    np.hypot(found[:, 1], table[:, 1]),
    controls={
        "independent signs, 2^-d": {"predicted": 0.5 ** np.array(list(known))},
        "one dimension less": {
            "measured": [
                measures.share(simulation.reduced_weights(d - 1, 40_000, experiment.rng("less", d=d))[1])[0]
                for d in known
            ]
        },
    },
)
by_weight = {d: weighted(d) for d in (3, 4)}
reduced = {
    3: np.array(measures.share(simulation.reduced_weights(3, 40_000, experiment.rng("reduced", d=3))[1])),
    4: found[0],
}
slips = {"no determinant": {"determinant": False}, "height ignored": {"height": False}}
claim.consistent(
    "share of minima in 3 and 4 dimensions, reduction against matrices weighted by their determinants",
    [reduced[d][0] for d in (3, 4)],
    [by_weight[d][0] for d in (3, 4)],
    [np.hypot(reduced[d][1], by_weight[d][1]) for d in (3, 4)],
    controls={name: {"predicted": [weighted(d, **slip)[0] for d in (3, 4)]} for name, slip in slips.items()},
)
next_index, plain = measures.share(drawn[4][1], 1), experiment.rng("no determinant, index 1")
claim.consistent(
    "share of index 1 in 4 dimensions against 1/4, Morse's count",
    next_index[0],
    theory.morse_shares(found[0, 0])[1],
    next_index[1],
    controls={
        "no determinant": {
            "measured": measures.share(simulation.determinant_weights(4, 40_000, plain, determinant=False)[1], 1)[0]
        }
    },
)
claim.exact(
    "correlation of height and index in 6 dimensions",
    measures.correlation(*drawn[6]),
    (0.86, 0.88),
    origin="0.873 in a separate computation; 0.01 for the samples (ten standard errors)",
    controls={
        "no determinant weight": measures.correlation(
            *simulation.determinant_weights(6, 40_000, experiment.rng("plain"), determinant=False)
        ),
        "4 dimensions": measures.correlation(*drawn[4]),
    },
)
if fields:
    points = [simulation.critical_points(experiment.rng("field", n=n), 3, features, starts) for n in range(fields)]
    ends = np.array([np.mean((index == 0) | (index == 3)) / 2 for _, index in points])
    heights = np.array([[u[index == k].mean() for k in range(4)] for u, index in points])
    plain = simulation.determinant_weights(3, 400_000, experiment.rng("plain, three"), determinant=False)
    unweighted = [measures.share(plain[1])[0], *(measures.mean_height(*plain, k)[0] for k in range(4))]
    claim.consistent(
        "random fields, 3 dimensions: share of minima and maxima, mean heights by index",
        [ends.mean(), *heights.mean(axis=0)],
        [0.1233, -1.802, -0.591, 0.591, 1.802],
        [float(stderr(ends)), *stderr(heights)],
        dof=fields - 1,
        controls={"no determinant weight": {"predicted": unweighted}},
    )
else:
    claim.not_run("random fields, 3 dimensions: shares and heights of critical points", "searched at scale default")
indices = [
    pd.DataFrame(
        {
            "d": d,
            "index": np.arange(d + 1) / d,
            "height": [measures.mean_height(*pair, k)[0] for k in range(d + 1)],
            "share": pair[1].mean(axis=0) / pair[1].mean(axis=0).sum(),
        }
    )
    for d, pair in drawn.items()
]
experiment.figure("index_and_height", pd.concat(indices), draw=figures.index_and_height)

# %% [markdown]
# Minima are rare, but far less rare than a random matrix suggests: their height makes them. Their share falls like
# $e^{-0.7 d}$ to $e^{-0.8 d}$ here, not like $e^{-d^2}$. The plateau at a saddle is logarithmic in the distance.

# %%
experiment.finish()
