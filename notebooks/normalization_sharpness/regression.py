# %% [markdown]
# # Linear regression with batch normalisation finds the minimum-norm solution
#
# $L(w) = \tfrac1n \|Xw/\sqrt{w^\top\Sigma w} - y\|^2$ with more features than examples. Its minimisers on the sphere
# are $\theta = \cos\alpha\,\hat w^* + \sin\alpha\,\hat u$ with the minimum-norm interpolant $w^* = X^+ y$ and any $\hat
# u$ in
# the kernel of $X$. Along them $\lambda_1 = 2\mu\|w^*\|^2/\cos^2\alpha$ and $G = 2\tan\alpha$, so the flow is solved:
# $$\tan\alpha(\tau) = \tan\alpha_0\,e^{-\tau}, \qquad
# \lambda_1(\tau) = 2\mu\|w^*\|^2\,(1 + \tan^2\alpha_0\, e^{-2\tau}).$$
# It ends at $\hat w^*$, the flattest minimiser. The reason is plain: the kernel part of $w$ sees no gradient and
# shrinks as $(1-\epsilon)^t$, while the edge of stability holds the length of the rest.
#
# The same runs test the mean square of the oscillation, $\overline{x^2} = 2\epsilon/(4 + G^2)$, where $4 + G^2$ falls
# from 40 to 4.

# %% tags=["parameters"]
n = 12
d = 30
seeds = 5
tangent = 3.0
lr = 0.5
eps = 3.0e-4
horizon = 3.0
below = 1.5

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures, measures, problems, simulation, theory

experiment = Experiment("normalization_sharpness", "regression")

# %%
rngs = experiment.rng("problems").spawn(seeds)
data = [problems.Regression.from_data(*problems.random_labels(n, d, rng), rng) for rng in rngs]
steps, every = int(horizon / eps), 5  # 25 records an oscillation
x0 = 0.5 * np.sqrt(theory.mean_square_offset(eps, 2 * tangent))
settings = dict(lr=lr, steps=steps, every=every)
runs, frozen = (
    np.array(
        [
            simulation.regression(
                p.start(np.arctan(tangent), x0, lr=lr, eps=eps, product=product),
                *(p.covariance, p.correlation),
                wd=wd,
                **settings,
            )
            for p in data
        ]
    )
    for wd, product in ((eps / lr, 2.0), (0.0, below))
)
tau = eps * every * np.arange(runs.shape[1])

# %% [markdown]
# ## The angle and the sharpness
#
# Averages over 2 % of the time, which is more than two oscillations. Without weight decay, started below the edge,
# nothing moves.

# %%
period = int(np.ceil(2 * theory.oscillation_period(eps) / every))
count = len(tau) // period
tangents, still = (np.array([p.tangent(run) for p, run in zip(data, w, strict=True)]) for w in (runs, frozen))
flattest = np.array([p.flattest for p in data])[:, None]
times, mean_tangent = measures.windows(tau, count), measures.windows(tangents, count)
instant = theory.regression_sharpness(np.arctan(tangents), flattest)
sharpness = measures.windows(instant, count)
kept = measures.windows(theory.regression_sharpness(np.arctan(still), flattest), count)
predicted = theory.regression_sharpness(theory.regression_angle(times, np.arctan(tangent)), flattest)
unit = np.array([p.interpolant / np.linalg.norm(p.interpolant) for p in data])
distance = np.linalg.norm(simulation.directions(runs[:, -1]) - unit, axis=-1)
slopes = {
    kind: np.array([np.polyfit(tau, np.log(one), 1)[0] for one in t])
    for kind, t in {"weight decay": tangents, "no weight decay": still}.items()
}
frames = [
    pd.DataFrame(
        {"seed": seed, "tau": times, "tangent": mean_tangent[seed], "excess": sharpness[seed] / flattest[seed]}
    )
    for seed in range(seeds)
]
closed = pd.DataFrame({"seed": -1, "tau": times, "tangent": tangent * np.exp(-times)})
closed["excess"] = 1 + closed["tangent"] ** 2
experiment.figure("min_norm", pd.concat([*frames, closed]), draw=figures.min_norm)

# %%
claim = experiment.claim("bn-regression-min-norm")
claim.exact(
    "largest |slope of ln tan(alpha) + 1| over the data sets",
    np.abs(slopes["weight decay"] + 1).max(),
    (None, 0.005),
    origin="half a per cent; the deviation falls in proportion to eps",
    controls={
        "no weight decay": list(np.abs(slopes["no weight decay"] + 1)),
        "time 2 eps t": list(np.abs(slopes["weight decay"] / 2 + 1)),
    },
)
last = simulation.directions(simulation.directions(runs[:, -period:]).mean(axis=1))  # the oscillation cancels
measured = [
    simulation.regression_top(theta, p.covariance, p.correlation, experiment.rng("lanczos", seed=seed))
    for seed, (theta, p) in enumerate(zip(last, data, strict=True))
]
ratio = np.array(measured) / predicted[:, -1]
unmoved = theory.regression_sharpness(np.arctan(still[:, -1]), flattest[:, 0])
claim.exact(
    "largest relative deviation of the final sharpness, measured on the Hessian, from the closed form",
    np.abs(ratio - 1).max(),
    (None, 0.01),
    origin="one per cent; the deviation falls in proportion to eps",
    controls={"no weight decay": list(np.abs(unmoved / predicted[:, -1] - 1))},
)
claim.exact(
    "largest change of log sharpness from one window to the next",
    np.diff(np.log(sharpness), axis=1).max(),
    (None, 0),
    null=0,
    origin="the flow only descends",
    controls={"no weight decay": np.diff(np.log(kept), axis=1).max()},
)
claim.exact(
    "largest distance of the direction from the minimum-norm one, over its prediction",
    (distance / (2 * np.sin(theory.regression_angle(horizon, np.arctan(tangent)) / 2))).max(),
    (None, 1.05),
    origin="five per cent: the oscillation adds x^2 = eps / 2 to the square of the distance",
    controls={"no weight decay": list(np.linalg.norm(simulation.directions(frozen[:, -1]) - unit, axis=-1) / distance)},
)

# %% [markdown]
# ## The mean square of the oscillation
#
# $x^2 = \|\nabla L(\theta)\|^2 / \lambda_1^2$, averaged over tenths of the run.

# %%
norms = np.array(
    [
        (simulation.regression_gradient(simulation.directions(w), p.covariance, p.correlation) ** 2).sum(axis=-1)
        for p, w in zip(data, runs, strict=True)
    ]
)
squares = norms / theory.regression_sharpness(np.arctan(tangents), flattest) ** 2
expected = {"flow": theory.mean_square_offset(eps, 2 * tangents), "denominator 4": np.full_like(tangents, eps / 2)}
ratios = {kind: measures.windows(squares, 10) / measures.windows(square, 10) for kind, square in expected.items()}
table = {"seed": np.repeat(range(seeds), 10), "tau": np.tile(measures.windows(tau, 10), seeds)}
frame = pd.DataFrame({**table, **{name: values.ravel() for name, values in ratios.items()}})
experiment.figure("mean_square", frame, draw=figures.mean_square)

# %%
deviation = {kind: np.abs(values - 1) for kind, values in ratios.items()}
experiment.claim("oscillation-variance").exact(
    "largest relative deviation of the mean of x^2 from 2 eps / (4 + G^2), over windows and starts",
    deviation["flow"].max(),
    (None, 0.05),
    origin="5 %: a window holds about eight oscillations, one of them cut",
    controls={"2 eps / 4, first window": list(deviation["denominator 4"][:, 0])},
)
experiment.finish()

# %% [markdown]
# The closed form holds from the manifold of minimisers at the edge of stability, for every data set. From elsewhere it
# is the end of the way: off the manifold or below the edge $\tan\alpha$ falls more slowly until the edge is reached,
# where alone the length of the rest is held.
