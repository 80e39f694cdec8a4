# %% [markdown]
# # diffGrad has a scale
#
# $\xi = 1/(1 + e^{-|g_{t-1} - g_t|})$ compares a gradient with 1. Adam ($\epsilon \to 0$) does not change when the loss
# is multiplied by $c$; diffGrad tends to Adam at half the learning rate as $c \to 0$, with an error of order $c$, and
# to Adam as $c \to \infty$. Noise of standard deviation $\sigma$ in the gradients lengthens the step:
# $$E\,\xi = E\,\mathrm{logistic}(\sqrt2\,\sigma |Z|), \qquad Z \sim N(0, 1) .$$

# %% tags=["parameters"]
blocks = 200
length = 1000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.diffgrad import figures, measures, problems, simulation, theory
from optclaims.science.optimizers import Adam, DiffGrad
from optclaims.statistics import stderr

experiment = Experiment("diffgrad", "scale")

# %% [markdown]
# ## The scale of the loss
# F2 is unfit: its runs cross a step of the slope at once. So is F3 for large $c$. As a control the friction of the
# difference over $\sqrt{\hat v}$, which no scale changes.

# %%
c = np.array([1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000, 1e4])
SETTING = {"beta1": 0.95, "beta2": 0.999, "eps": 1e-30}
frictions = {"diffGrad": "difference", "difference over root of v": "scaled"}


def run(name, rule):
    return simulation.path(lambda x: c * problems.TOYS[name].gradient(x), rule, -np.ones(c.size), 299).x


parts, line, ends = [], {}, {}
for name, (arm, friction) in itertools.product(("F1", "F3"), frictions.items()):
    x = run(name, DiffGrad(0.1, friction_of=friction, **SETTING))
    ends[name, arm] = x[-1]
    for other, lr in (("Adam, lr/2", 0.05), ("Adam", 0.1)):
        apart = line[name, arm, other] = measures.distance(x, run(name, Adam(lr, **SETTING)), 30)
        parts.append(pd.DataFrame({"function": name, "arm": arm, "other": other, "scale": c, "distance": apart}))
experiment.figure("scale", pd.concat(parts), draw=figures.scale)

# %% [markdown]
# ## Noise
# Independent Gaussian gradients, in blocks. As a control a friction of $|g_t|$ itself.

# %%
sigma = np.array([0.01, 0.1, 1.0, 10.0])
drawn = [s * experiment.rng("gradients", sigma=float(s)).standard_normal((length + 1, blocks)) for s in sigma]
means = {
    kind: np.stack([simulation.frictions(DiffGrad(0.1, friction_of=kind), g).mean(axis=0) for g in drawn])
    for kind in ("difference", "gradient")
}
fine = np.geomspace(1e-2, 20, 60)
curve = pd.DataFrame({"sigma": fine, "kind": "formula", "friction": theory.mean_friction(fine)})
points = [pd.DataFrame({"sigma": sigma, "kind": kind, "friction": xi.mean(axis=1)}) for kind, xi in means.items()]
experiment.figure("noise", pd.concat([curve, *points]), draw=figures.noise)

# %% [markdown]
# ## Checks

# %%
small, thousand = c <= 1e-2, list(c).index(1000)
slopes = {
    arm: [measures.exponent(c[small], line[name, arm, "Adam, lr/2"][small]) - 1 for name in ("F1", "F3")]
    for arm in frictions
}
scaled = "difference over root of v"
claim = experiment.claim("scale-limits")
claim.exact(
    "exponent of the distance from Adam at half the rate, less 1; the farther of F1 and F3",
    max(slopes["diffGrad"], key=abs),
    (-0.02, 0.02),
    origin="order c, with a correction of relative order c, at most 1e-2",
    controls={scaled: slopes[scaled]},
)
claim.exact(
    "distance from Adam over 30 steps on F1 with the loss times 1000",
    line["F1", "diffGrad", "Adam"][thousand],
    (None, 1e-4),
    origin="the friction is 1 up to 5e-5 once differences exceed 10: on F1 those of a step above 0.005",
    controls={scaled: line["F1", scaled, "Adam"][thousand]},
)
claim.exact(
    "distance of its end from Adam's local minimum there",
    abs(ends["F1", "diffGrad"][thousand] - 0.2),
    (None, 0.01),
    origin="a tenth of a learning rate",
    controls={scaled: abs(ends["F1", scaled][thousand] - 0.2)},
)
experiment.claim("friction-grows-with-noise").consistent(
    "mean friction against its formula",
    means["difference"].mean(axis=1),
    theory.mean_friction(sigma),
    stderr(means["difference"], axis=1),
    dof=blocks - 1,
    controls={
        "gradient for difference": {"measured": means["gradient"].mean(axis=1)},
        "root 2 forgotten": {"predicted": theory.mean_friction(sigma / 2**0.5)},
    },
)

# %% [markdown]
# Where gradients differ by much less than 1 from step to step diffGrad is Adam at half the learning rate; where they
# differ by much more it is Adam. A change of the units of the loss turns one into the other. Noise lengthens its step,
# up to the double. The noise here is white; momentum and drift do not enter the mean friction at all.

# %%
experiment.finish()
