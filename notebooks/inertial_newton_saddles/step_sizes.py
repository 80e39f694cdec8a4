# %% [markdown]
# # Which steps are invertible
# The theorem on INNA itself asks that a step be a local diffeomorphism. Along a mode its determinant is
# $1 - \gamma(\alpha+\beta\lambda) + \gamma^2\lambda$, positive for all $|\lambda| \leq L$ just below
# $$\min\Big(\beta,\ \frac1\alpha,\ \frac{(\alpha+\beta L) - \sqrt{(\alpha+\beta L)^2 - 4L}}{2L}\Big)$$
# (the last where the root is real). The author's script has the plus root and is saved by another bound, $1/L$.

# %% tags=["parameters"]
points = 200_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures import steps as figures
from optclaims.papers.inertial_newton_saddles.simulation.modes import matrix
from optclaims.papers.inertial_newton_saddles.theory import steps as theory

experiment = Experiment("inertial_newton_saddles", "step_sizes")

# %% [markdown]
# ## A local diffeomorphism
# %%
settings = [(0.5, 1, 50), (2, 0.1, 500), (1, 1.1, 30), (0.3, 0.9, 12)]


def least(alpha, beta, L, lr, points=points):  # determinant over all curvatures
    steps = matrix(alpha, beta, np.linspace(-L, L, points), lr)
    return float((steps[:, 0, 0] * steps[:, 1, 1] - steps[:, 0, 1] * steps[:, 1, 0]).min())


limits = {
    "minus root": theory.diffeomorphism_limit,
    "plus root": lambda a, b, L: theory.diffeomorphism_limit(a, b, L, root=+1),
    "1 / L": lambda a, b, L: 1 / L,
    "1 / (beta L)": lambda a, b, L: 1 / (b * L),
    "min(beta, 1 / (alpha + beta L)), which suffices": lambda a, b, L: min(b, 1 / (a + b * L)),
}
below = {name: [least(*s, 0.999 * limit(*s)) for s in settings] for name, limit in limits.items()}
above = {name: [least(*s, 1.001 * limit(*s)) for s in settings] for name, limit in limits.items()}
claim = experiment.claim("diffeo-step")
mistakes = [name for name in limits if name != "minus root"]
claim.exact(
    "least determinant at 0.999 of the limit, over four settings and all curvatures",
    min(below["minus root"]),
    (0, None),
    null=0,
    origin="positive",
    controls={name: min(below[name]) for name in mistakes[:3]},
)
claim.exact(
    "least determinant at 1.001 of the limit, the largest of four settings",
    max(above["minus root"]),
    (None, 0),
    null=0,
    origin="negative: the limit is sharp",
    controls={name: max(above[name]) for name in (mistakes[1], mistakes[3])},
)
claim.exact(
    "largest size of the least determinant at the limit",
    max(abs(least(*s, theory.diffeomorphism_limit(*s))) for s in settings),
    (None, 1e-12),
    origin="zero, up to the rounding of numbers up to 30",
    controls={name: max(abs(least(*s, limits[name](*s))) for s in settings) for name in mistakes},
)
multiples = np.linspace(0.5, 1.2, 36)
curves = [(s, least(*s, m * theory.diffeomorphism_limit(*s), 2001), m) for s in settings for m in multiples]
frame = pd.DataFrame([{"setting": str(s), "multiple": m, "least": value} for s, value, m in curves])
experiment.figure("determinants", frame, draw=figures.determinants)

# %% [markdown]
# The minus root is sharp wherever it binds, and $1/L$ is no safe substitute when $\beta > 1$. The author's step 0.02
# for $L = 50$ is above the limit at $(1, 1.1)$, 0.01815: the step need not be invertible there, though the runs
# converge. The condition is sufficient for the theorem; that a longer step would end at a saddle is not said or seen.

# %%
experiment.finish()
