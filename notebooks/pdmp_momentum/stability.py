# %% [markdown]
# # A discretisation that survives the loss of momentum
#
# Semi-implicit steps with implicit friction, $v^+ = (m v - h\,\nabla\Phi_i(q))/(m + \alpha h)$, $q^+ = q + h v^+$
# (the model is reconstructed, and that this is the paper's scheme is an assumption). On curvature a they are stable
# where $h^2 a < 2(2m + \alpha h)$, which is $h < (\alpha + \sqrt{\alpha^2 + 4am})/a$ and stays $2\alpha/a$ as
# $m \to 0$.

# %% tags=["parameters"]
steps = 20_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, theory
from optclaims.papers.pdmp_momentum.simulation import schemes

experiment = Experiment("pdmp_momentum", "stability")
settings = [(0.01, 1.0, 1.0), (0.2, 1.0, 1.0), (1.0, 1.0, 1.0), (0.5, 0.6, 1.5), (2.0, 0.3, 0.7)]

# %% [markdown]
# ## The largest step
# By bisection: whether a long run ends with more energy than it has half-way.

# %%
columns = np.array(settings).T
measured = np.array([schemes.bisected_step(*setting, steps) for setting in settings])
explicit = np.array([schemes.bisected_step(*setting, steps, scheme="explicit") for setting in settings])
predicted = theory.largest_step(*columns)


def gap(measured, predicted):
    return np.abs(measured / predicted - 1).max()


experiment.claim("scheme-stability").exact(
    "largest relative gap between the bisected and the predicted step, five settings",
    gap(measured, predicted),
    (None, 1e-4),
    origin="growth that a run of so many steps can show, log(2) over half their number",
    controls={
        "friction explicit": gap(explicit, predicted),
        "formula of mass 0": gap(measured, theory.largest_step(0 * columns[0], *columns[1:])),
        "half the mass in the formula": gap(measured, theory.largest_step(columns[0] / 2, *columns[1:])),
    },
)
masses = np.geomspace(1e-3, 10, 13)
rows = [
    {"scheme": f"{s} friction", "mass": m, "measured": schemes.bisected_step(m, 1.0, 1.0, steps // 4, scheme=s)}
    for s in ("implicit", "explicit")
    for m in masses
]
frame = pd.DataFrame(rows)
sign = np.where(frame.scheme == "implicit friction", 1, -1)  # explicit: (-alpha + sqrt(alpha^2 + 4 a m)) / a
frame["predicted"] = theory.largest_step(frame.mass.to_numpy(), 1.0, 1.0) - (1 - sign)
experiment.figure("stability", frame, draw=figures.stability)

# %% [markdown]
# ## Mass and step
# The logarithm of the larger multiplier of a step by formula, friction and curvature 1, over both.

# %%
grid = np.meshgrid(np.geomspace(1e-3, 10, 33), np.geomspace(0.02, 20, 37), indexing="ij")
mass, h = (axis.ravel() for axis in grid)
rate = np.log(np.abs(theory.scheme_multipliers(h, mass, 1.0, 1.0)).max(-1).clip(np.exp(-1), np.exp(1)))
found = frame[frame.scheme == "implicit friction"]
cells = pd.DataFrame({"kind": "formula", "mass": mass, "h": h, "rate": rate})
ends = pd.DataFrame({"kind": "bisection", "mass": found.mass, "h": found.measured, "rate": 0.0})
experiment.figure("stability_map", pd.concat([cells, ends]).round(4), draw=figures.stability_map)

# %% [markdown]
# The stable step is bounded away from 0 for every mass, so the mass may be lost at a constant step; explicit friction
# would need steps of order m. On quadratics only, where a step is a linear map.

# %%
experiment.finish()
