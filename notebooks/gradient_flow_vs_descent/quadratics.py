# %% [markdown]
# # Quadratics: a uniform error where the curvature is positive
#
# On $\lambda x^2/2$ from $x_0 = 1$ descent minus flow is $(1-\eta\lambda)^k - e^{-\lambda k\eta}$. For $\lambda > 0$
# its largest value is $\eta\lambda/2e$ to first order, at $t = 1/\lambda$, however long one waits. For
# $\lambda = -\kappa$ it grows like $\tfrac12\eta\kappa^2 t e^{\kappa t}$: faster than the flow itself.

# %% tags=["parameters"]
rates = [0.1, 0.05, 0.025]

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gradient_flow_vs_descent import figures, problems, simulation, theory

experiment = Experiment("gradient_flow_vs_descent", "quadratics")
CURVATURES, END = np.array([-0.5, -0.2, 0.3, 1.0]), 20

# %% [markdown]
# ## Descent and flow
# All four curvatures at once, with the codes that run the networks.

# %%
frames, wrong = [], []
for lr in rates:
    steps = np.arange(round(END / lr) + 1)
    start = np.ones(len(CURVATURES))
    times = lr * steps

    def gradient(x):
        return problems.quadratic_gradient(x, CURVATURES)

    gap = simulation.descent(gradient, start, lr, steps[-1]) - simulation.gradient_flow(
        gradient, start, times, rtol=1e-12
    )
    exact = theory.quadratic_error(CURVATURES, lr, steps[:, None])
    implicit = (1 + lr * CURVATURES) ** -steps[:, None] - np.exp(-CURVATURES * times[:, None])
    wrong.append(np.abs(gap - implicit).max(axis=0) / np.abs(implicit).max(axis=0))
    for curvature, measured, closed in zip(CURVATURES, gap.T, exact.T, strict=True):
        frames.append(
            pd.DataFrame(
                {"curvature": curvature, "lr": lr, "t": times, "error": np.abs(measured), "exact": np.abs(closed)}
            )
        )
frame = pd.concat(frames, ignore_index=True)
frame["scaled"] = frame.error / frame.lr
experiment.figure("errors", frame[frame.t > 0.3].iloc[::6].drop(columns="exact"), draw=figures.quadratics)

# %% [markdown]
# ## Checks

# %%
groups = frame.groupby(["curvature", "lr"])
relative = groups.apply(lambda part: (part.error - part.exact).abs().max() / part.exact.max())
peaks = groups.scaled.max().unstack("lr")[sorted(rates, reverse=True)]
positive = peaks[peaks.index > 0]
excess = positive.div(theory.quadratic_peak(positive.index.to_numpy()), axis=0) - 1
claim = experiment.claim("strongly-convex-uniform")
claim.exact(
    "largest relative difference between the simulated and the exact error",
    relative.max(),
    (None, 1e-8),
    origin="the integrator's tolerance 1e-12 over errors of relative size lr",
    controls={"error of the implicit step": list(np.concatenate(wrong))},
)
shrink = (excess.iloc[:, :-1].to_numpy() / excess.iloc[:, 1:].to_numpy()).ravel()
claim.exact(
    "factor by which the largest error's excess over lr lambda / 2e shrinks when lr is halved, worst: distance from 2",
    np.abs(shrink - 2).max(),
    (None, 0.2),
    origin="excess of order lr",
    controls={
        "lambda / e, the acceleration not halved": list(
            np.abs(_ratio - 2)
            for _ratio in (
                (positive.iloc[:, :-1].to_numpy() / positive.index.to_numpy()[:, None] * np.e - 1)
                / (positive.iloc[:, 1:].to_numpy() / positive.index.to_numpy()[:, None] * np.e - 1)
            ).ravel()
        )
    },
)
late = frame[(frame.curvature < 0) & (frame.t >= 5)]
growth = (
    late.groupby(["curvature", "lr"])
    .apply(
        lambda part: pd.Series(
            {
                "with t": np.polyfit(part.t, np.log(part.error / part.t), 1)[0],
                "without t": np.polyfit(part.t, np.log(part.error), 1)[0],
            }
        )
    )
    .reset_index()
)
growth["allowed"] = growth.lr * growth.curvature**2 / 2
offset = {k: (growth[k] + growth.curvature).abs() / growth.allowed for k in ("with t", "without t")}
claim.exact(
    "growth rate of the error over t at negative curvature: |rate - kappa| over lr kappa^2 / 2, worst",
    offset["with t"].max(),
    (None, 1.1),
    origin="the rate of descent is kappa - lr kappa^2 / 2 + ..., the next order is a tenth at most",
    controls={"error not divided by t": list(offset["without t"])},
)

# %% [markdown]
# Where the loss is strongly convex the distance is settled once and for all within the first $1/\lambda$: half a
# percent of the start at lr = 0.025. Where it is concave, descent falls behind the flow without limit, though only by
# a time shift: it moves along the same line.

# %%
experiment.finish()
