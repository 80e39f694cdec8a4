# %% [markdown]
# # WGAN circles at the size of its clip or target
#
# The Wasserstein GAN's field on the Dirac-GAN is a plain rotation. Clipping keeps $|\psi| \le c$, the penalty
# $\tfrac\gamma2(|\psi| - g_0)^2$ of WGAN-GP asks for the slope $g_0$, and both keep training away from the
# equilibrium at any fixed step: at a radius of about c, and on a cycle whose size is a multiple of $g_0$.

# %% tags=["parameters"]
time = 200  # of training, steps times step size

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gan_convergence import figures, measures, problems, simulation

experiment = Experiment("gan_convergence", "wgan")
START, PENALTY = np.array([1.0, 1.0]), 0.7
sizes, lr = np.array([0.5, 1.0]), np.array([0.2, 0.1, 0.05, 0.01])

# %% [markdown]
# ## Late radii
# The last fifth of long runs from (1, 1), over clips, targets and step sizes, in units of the clip or target: the
# fields are homogeneous, so a clip or target of c from x is c times one of 1 from x/c. The continuous WGAN-GP has a
# cycle too, which the runs approach at first order in h.

# %%
settings = {
    "clip": (problems.wgan(), 1.0),
    "penalty": (problems.wgan_gp(PENALTY, 1.0), None),
    "target 0": (problems.wgan_gp(PENALTY, 0.0), None),
}
steps, starts, found = round(time / lr.min()), START / sizes[:, None], []
for (kind, (field, clip)), scheme in itertools.product(settings.items(), ("simultaneous", "alternating")):
    points = getattr(simulation, scheme)(field, starts, lr[:, None, None], steps, clip=clip)
    found.append(measures.late_radii(points, lr, time).assign(kind=kind, scheme=scheme))
late = pd.concat(found)
limit = measures.radii(simulation.flow(settings["penalty"][0], START, np.linspace(150, 400, 4000)))
cycle = limit.min(), limit.max()
continuous = pd.DataFrame({"lr": lr, "low": cycle[0], "high": cycle[1], "kind": "penalty", "scheme": "continuous"})
experiment.figure("late_radii", pd.concat([late, continuous]), draw=figures.late_radii)

# %% [markdown]
# ## Checks


# %%
def off_cycle(part):  # in units of h
    return np.maximum((part.low - cycle[0]).abs(), (part.high - cycle[1]).abs()) / part.lr


clipped = late[(late.kind == "clip") & (late.scheme == "alternating")]
penalised, no_target = late[late.kind == "penalty"], late[late.kind == "target 0"]
claim = experiment.claim("wgan-and-wgangp-not-convergent")
claim.exact(
    "clipped WGAN: smallest late radius over the clip, plus h/2",
    (clipped.low + clipped.lr / 2).min(),
    (1, None),
    origin="the corner that a step of h cuts, first order",
    controls={"target 0, a plain penalty": list(no_target.low + no_target.lr / 2)},
)
claim.exact(
    "WGAN-GP: largest distance of the late extreme radii from those of the continuous cycle, over h",
    off_cycle(penalised).max(),
    (None, 3),
    origin="an error of first order in h, of the field's slope times the cycle's size",
    controls={"target 0, a plain penalty": list(off_cycle(no_target))},
)

# %% [markdown]
# A smaller step does not help: the distance from the equilibrium that is left does not shrink with h. A target of 0 is
# the plain gradient penalty, and converges. Nothing here contradicts a decaying step, or a clip that is lowered.

# %%
experiment.finish()
