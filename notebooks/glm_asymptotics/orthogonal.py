# %% [markdown]
# # Orthogonal rows: an exact anchor, and an advantage
#
# For $FF^\top = I$ and labels $\mathrm{sign}(Fx_0)$ a loss of the margin with an $\ell_2$ penalty decouples into equal
# problems, one a sample: the student is a multiple of $F^\top y$ for every draw, and its angle to the teacher tends to
# $\arccos\sqrt{2\alpha/\pi}$, whatever the loss. At equal $\alpha$ logistic regression then does better than on a
# Gaussian design.

# %% tags=["parameters"]
d = 200
runs = 150

# %%
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.glm_asymptotics import figures, measures, simulation, theory
from optclaims.papers.glm_asymptotics.problems import Setting

experiment = Experiment("glm_asymptotics", "orthogonal")
LOGISTIC = Setting(alpha=0.5, loss="logistic", l2=0.1, rho=0.1)
LAWS = {"gaussian": theory.marchenko_pastur, "orthogonal": theory.orthogonal}
LOSSES = ("square", "logistic", "hinge")
PENALTIES = {r"$\ell_2$ penalty 0.3": {"l2": 0.3}, r"$\ell_1$ penalty 0.3": {"l1": 0.3}}

# %% [markdown]
# ## Two designs
# The second Gaussian arm is independent of the first.

# %%
rows, angles = [], {}
for (kind, law), alpha in itertools.product(LAWS.items(), np.linspace(0.25, 3, 23)):
    limit = theory.solve(replace(LOGISTIC, alpha=alpha), law(alpha))
    rows.append({"model": kind, "alpha": alpha, "part": "theory", "mse": limit.mse, "angle": limit.angle})
for alpha in (0.5, 1.5):
    for arm in experiment.progress(("gaussian", "orthogonal", "second"), f"alpha = {alpha}"):
        kind, rng = arm.replace("second", "gaussian"), experiment.rng("students", arm=arm, alpha=alpha)
        found = simulation.errors(rng, replace(LOGISTIC, alpha=alpha), d, kind, runs)
        angles[arm, alpha] = found[1]
        if arm != "second":
            rows.append({"model": kind, "alpha": alpha, "part": "students", **measures.summary(*found)})
experiment.figure("designs", pd.DataFrame(rows).fillna(0.0), draw=figures.curves)

# %% [markdown]
# Theory for three losses and both penalties: the advantage of orthogonal rows is not that of one student.

# %%
rows = []
for (name, penalty), loss, (kind, law) in itertools.product(PENALTIES.items(), LOSSES, LAWS.items()):
    student, labels = Setting(alpha=1.0, loss=loss, rho=0.1, **penalty), {"penalty": name, "loss": loss, "design": kind}
    rows += measures.limits(student, law, np.linspace(0.25, 3, 12), **labels)
experiment.figure("losses", pd.DataFrame(rows), draw=figures.losses)

# %% [markdown]
# ## Draw by draw
# One less the cosine between student and $F^\top y$, the largest of five draws; ridge, logistic and hinge.

# %%
ALPHAS, apart = (0.25, 0.5, 0.75, 1.0), {}
for loss, kind in itertools.product(LOSSES, LAWS):
    rng, cells = experiment.rng("draws", loss=loss, kind=kind), [replace(LOGISTIC, loss=loss, alpha=a) for a in ALPHAS]
    apart[loss, kind] = [simulation.apart(rng, setting, d, kind, 5) for setting in cells]

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("logistic-orthogonal")
for alpha in (0.5, 1.5):
    limits = [theory.solve(replace(LOGISTIC, alpha=alpha), law(alpha)).angle for law in LAWS.values()]
    advantage = limits[0] - limits[1]
    claim.within(
        f"angle on a Gaussian design less that on an orthogonal one, alpha = {alpha:g}",
        statistics.difference(angles["gaussian", alpha], angles["orthogonal", alpha]),
        (advantage / 2, advantage * 3 / 2),
        origin="the replica formula's difference, by half of it",
        controls={"Gaussian twice": statistics.difference(angles["gaussian", alpha], angles["second", alpha])},
    )
claim = experiment.claim("orthogonal-anchor")
for loss in LOSSES:
    claim.exact(
        f"{loss} loss: one less the cosine of student and F'y, largest of five draws at four alphas",
        max(map(max, apart[loss, "orthogonal"])),
        (None, 1e-8),
        origin="an identity, up to the solvers' tolerance",
        controls={"Gaussian design": min(map(min, apart[loss, "gaussian"]))},
    )
for loss in ("square", "logistic"):
    settings = {alpha: replace(LOGISTIC, loss=loss, alpha=alpha) for alpha in ALPHAS}
    gaps = {
        name: [abs(theory.solve(s, law(a)).angle - theory.anchor_angle(a)) for a, s in settings.items()]
        for name, law in LAWS.items()
    }
    claim.exact(
        f"{loss} loss: angle of the scalar equations less the anchor's, largest of four alphas",
        max(gaps["orthogonal"]),
        (None, 1e-4),
        origin="an identity, up to the iteration's tolerance",
        controls={"Gaussian spectrum": min(gaps["gaussian"])},
    )
claim.within(
    "angle over the anchor's less one, logistic loss, alpha = 0.5",
    measures.gap(angles["orthogonal", 0.5], theory.anchor_angle(0.5)),
    (-4 / d, 4 / d),
    origin="the error of a finite size, 4/d, by a pilot on other seeds",
    controls={"Gaussian design": measures.gap(angles["gaussian", 0.5], theory.anchor_angle(0.5))},
)

# %% [markdown]
# On orthogonal rows with an l2 penalty the choice of the loss is no choice at all: all give Hebb's rule, draw by draw,
# as long as $\alpha \le 1$. That they are better than Gaussian rows is shown at two sample sizes; the curves of the
# theory say so from 0.25 to 3.

# %%
experiment.finish()
