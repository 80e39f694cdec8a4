# %% [markdown]
# # First order on a double well with state-dependent noise
#
# Nothing in the theorem needs a parabola. Here $f' = \theta - \sin 2\theta$ and
# $\Sigma^{1/2} = 1 + \frac12\sin\theta$. The SDE is solved by Euler-Maruyama with a step far below $\eta^2$, and
# RMSprop gets the normalised sum of the Brownian increments within each of its steps: the two then share their noise
# and the difference of their means is measured directly.

# %% tags=["parameters"]
paths = 400_000
dt = 0.0008

# %%
import numpy as np

from optclaims.experiment import Experiment
from optclaims.papers.adaptive_sde_scaling import figures, measures
from optclaims.papers.adaptive_sde_scaling.simulation import coupled

experiment = Experiment("adaptive_sde_scaling", "nonlinear")
constants, start, T = {"sigma0": 1.0, "eps0": 0.1, "c2": 2.0}, (0.3, 0.5), 2.0
eta2 = [0.1, 0.05, 0.025]


def difference(step, frozen):
    rng = experiment.rng("paths", eta2=step, frozen=frozen)
    algorithm, equation = coupled(step, T, start, paths, rng, dt=dt, frozen=frozen, **constants)
    return measures.difference_table(algorithm - equation, ["theta", "theta2", "u"], eta2=step)


right, frozen = (measures.stack(*(difference(step, flag) for step in eta2)) for flag in (False, True))
table = measures.stack(right.assign(series="RMSprop"), frozen.assign(series="noise frozen at the start"))
experiment.figure("nonlinear_error", table, draw=figures.weak_error)

# %% [markdown]
# Halving $\eta^2$ about halves the error. It does not, against an SDE whose noise keeps the strength of the starting
# point.

# %%
claim = experiment.claim("weak-order-nonlinear")
for name, bounds in (("theta", (0.42, 0.68)), ("theta2", (0.42, 0.65))):
    for coarse, fine in ((0.1, 0.05), (0.05, 0.025)):
        claim.within(
            f"error of {figures.NAMES[name]} at eta^2 = {fine} over that at {coarse}",
            measures.ratio(*measures.pair(right, name, fine, coarse)),
            bounds,
            origin="one half at first order, with room for the next one",
            controls={"noise frozen": measures.ratio(*measures.pair(frozen, name, fine, coarse))},
        )
known = np.array([[-0.41, -0.50, -0.55], [0.70, 0.64, 0.62]])
measured, stderr = measures.over_eta2(right, ["theta", "theta2"])
measured_frozen, stderr_frozen = measures.over_eta2(frozen, ["theta", "theta2"])
claim.consistent(
    "error over eta^2 against an independent simulation",
    measured,
    known,
    stderr,
    bias=0.03,
    controls={"noise frozen": {"measured": measured_frozen, "stderr": stderr_frozen}},
    origin="two standard errors of the recorded constants, and the time step of the equation",
)
experiment.finish()
