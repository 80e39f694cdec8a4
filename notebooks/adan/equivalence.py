# %% [markdown]
# # Nesterov's momentum without an extrapolated point
#
# Nesterov's method takes its gradient at the extrapolated point $\bar\theta_k = \theta_k - \eta(1-\beta)m_{k-1}$:
# $$m_k = (1-\beta) m_{k-1} + \nabla f(\bar\theta_k), \qquad \theta_{k+1} = \theta_k - \eta m_k .$$
# Adan rests on a rewriting that never leaves the points where gradients are taken,
# $$\bar m_k = (1-\beta)\bar m_{k-1} + g_k + (1-\beta)(g_k - g_{k-1}), \qquad y_{k+1} = y_k - \eta \bar m_k .$$
# Then $y_k = \bar\theta_k$ for every $k$, provided that $g_{-1} = 0$: the first difference is $g_0$ itself.

# %% tags=["parameters"]
steps = 300
seeds = 3
betas = [0.02, 0.1, 0.3]

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adan import figures, problems, simulation
from optclaims.science.optimizers import Adan

experiment = Experiment("adan", "equivalence")
DIMENSION, LR = 6, 0.05

# %% [markdown]
# ## Both recursions on $x^T A x/2 - 0.3 \sum \cos x_i$
# And the second one with a single mistake in it. (At $\beta = 1/2$ the factors $\beta$ and $1-\beta$ are the same.)

# %%
distances = []
for seed, beta in itertools.product(range(seeds), betas):
    rng = experiment.rng("problem", seed=seed, beta=beta)
    problem, start = problems.Wavy.random(rng, DIMENSION), rng.standard_normal(DIMENSION)
    setting = (problem.gradient, start, LR, 1 - beta, steps)
    versions = {
        "published": simulation.reformulated(*setting),
        "factor_one": simulation.reformulated(*setting, factor=1.0),
        "first_zero": simulation.reformulated(*setting, first_difference="zero"),
        "factor_beta": simulation.reformulated(*setting, factor=beta),
        "none": simulation.reformulated(*setting, factor=0.0),
    }
    points = simulation.nesterov(*setting)
    found = {name: np.abs(points - version).max(axis=1) for name, version in versions.items()}
    distances.append(pd.DataFrame({"seed": seed, "beta": beta, "step": range(steps + 1), **found}))
distances = pd.concat(distances)
shown = distances[(distances.seed == 0) & (distances.beta == betas[1]) & (distances.step % 3 == 0)]
experiment.figure("equivalence", shown.drop(columns=["seed", "beta"]), draw=figures.equivalence)
largest = distances.groupby(["seed", "beta"])[list(versions)].max()

# %% [markdown]
# ## The step of Adan
# The shared rule against the step written out for one tensor, on random gradients, with the proximal decay and with
# the decay before the step (`no_prox`); and against the same with four misreadings.

# %%
rng, betas_of_adan, eps, decay = experiment.rng("gradients"), (0.98, 0.92, 0.99), 1e-8, 0.1
gradients, theta = rng.standard_normal((50, 8)), rng.standard_normal(8)
setting = {"lr": 1e-2, "betas": betas_of_adan, "eps": eps, "weight_decay": decay}


def distance(no_prox, **mistake):
    rule = Adan(1e-2, *betas_of_adan, eps, decay, decay="decoupled" if no_prox else "proximal")
    points = simulation.single_tensor(gradients, theta, no_prox=no_prox, **mistake, **setting)
    x, state = theta, rule.start(theta)
    for t, (g, point) in enumerate(zip(gradients, points, strict=True), start=1):
        x, state = rule.step(x, g, state, t)
        yield np.abs(x - point).max()


mistakes = {
    "n from the corrected average of differences": {"corrected_square": True},
    "no beta2 in front of the averaged difference": {"front": False},
    "first difference is the first gradient": {"first_difference": "gradient"},
}
controls = {name: [max(distance(no_prox, **m)) for no_prox in (False, True)] for name, m in mistakes.items()}
controls["decay by a factor after the step, for the proximal one"] = max(distance(False, decay_after=True))

# %% [markdown]
# ## Checks

# %%
experiment.claim("nesterov-equivalence").exact(
    f"largest distance of the two recursions over {steps} steps",
    largest.published.max(),
    (None, 1e-13),
    origin="rounding: numbers of size 1, some hundred operations",
    controls={
        "difference with factor 1": list(largest.factor_one),
        "first difference 0, as in the code": list(largest.first_zero),
        "difference with factor beta": list(largest.factor_beta),
        "no difference": list(largest.none),
    },
)
experiment.claim("adan-reference").exact(
    "largest distance of the rule from the step written out, 50 steps",
    max(max(distance(no_prox)) for no_prox in (False, True)),
    (None, 1e-12),
    origin="rounding",
    controls=controls,
)

# %% [markdown]
# The lemma is exact, as long as the gradient before the first one counts as 0. The published code starts with the
# difference 0 instead: a different path, which on these problems ends at the same minimum. Adan itself is not this
# recursion either: it gives the momentum and the difference two separate averages, and divides by a third one.

# %%
experiment.finish()
