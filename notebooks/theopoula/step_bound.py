# %% [markdown]
# # No step is longer than the root of the step size
#
# Without regularisation a coordinate of a TheoPouLa step is $\lambda h$ with
# $$h = G\,\frac{1 + \sqrt\lambda/(\epsilon+|G|)}{1 + \sqrt\lambda\,|G|},\qquad
# 1 - \sqrt\lambda\,|h| = \frac{1 - \lambda\,|G|/(\epsilon+|G|)}{1 + \sqrt\lambda\,|G|}.$$
# For $\lambda \le 1$ the right-hand side is positive whatever the gradient, so no coordinate moves by more than
# $\sqrt\lambda$, and nothing overflows from any start.

# %% tags=["parameters"]
points = 3201  # gradients from 1e-12 to 1e20

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.theopoula import figures, theory
from optclaims.science.optimizers import TheoPouLa

experiment = Experiment("theopoula", "step_bound")
G = np.concatenate([[0.0], np.geomspace(1e-12, 1e20, points)])

# %% [markdown]
# ## Length of a step
# At a step size of 0.1 and $\epsilon = 0.01$; what is measured is the rule that trains networks.


# %%
def moved(rule):
    return -rule.step(0 * G, G, {}, 1)[0]


kinds = {
    "tamed and boosted": moved(TheoPouLa(0.1, 0.01)),
    "tamed only": moved(TheoPouLa(0.1, 0.01, boosting="none")),
    "clipped at 1": 0.1 * np.minimum(G, 1),
    "gradient": 0.1 * G,
}
middle = (G >= 1e-6) & (G <= 1e6)
profile = [pd.DataFrame({"kind": k, "lr": 0.1, "gradient": G[middle], "step": s[middle]}) for k, s in kinds.items()]
experiment.figure("profile", pd.concat(profile).iloc[::10], draw=figures.profile)

# %% [markdown]
# ## Checks
# At 16 pairs of step size and $\epsilon$; and the ratio of step and bound against that of the proof, in between.

# %%
pairs = [(step, eps) for step in (1.0, 0.5, 0.1, 1e-3) for eps in (1e-8, 0.01, 0.1, 1.0)]


def ratios(pairs, taming="root"):
    return np.array([moved(TheoPouLa(step, eps, taming=taming)) / np.sqrt(step) for step, eps in pairs])


proven = np.array([1 - theory.slack(G, step, eps) for step, eps in pairs])
claim = experiment.claim("step-bound")
claim.exact(
    "largest step over the root of the step size, minus 1 (16 pairs of step size and eps)",
    ratios(pairs).max() - 1,
    (-1e-6, 1e-12),
    origin="the bound, which large gradients approach; rounding",
    controls={
        "a step size of 1.1": ratios([(1.1, eps) for _, eps in pairs[:4]]).max() - 1,
        "step size in place of its root in the taming": ratios(pairs, "linear").max() - 1,
    },
)
claim.exact(
    "largest difference between the measured ratio and that of the proof",
    np.abs(ratios(pairs) - proven).max(),
    (None, 1e-12),
    origin="an algebraic identity",
    controls={"step size in place of its root in the taming": np.abs(ratios(pairs, "linear") - proven).max()},
)

# %% [markdown]
# Small gradients are multiplied by $1 + \sqrt\lambda/\epsilon$, large ones become steps of fixed length, as of a
# sign descent. The bound holds for each coordinate, so a step in d dimensions may be $\sqrt{d\lambda}$ long; beyond
# $\lambda = 1$ it fails for every gradient above $\epsilon/(\lambda - 1)$.

# %%
experiment.finish()
