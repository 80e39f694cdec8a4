# %% [markdown]
# # Momentum that is lost, in a double well
#
# $\Phi = x^4/4 - x^2/2 + 0.15\,x$ has its deeper well on the left. The semi-implicit scheme with friction 1, mass
# $m_0/(1 + k/100)$ in step k, 1000 steps from uniform starts on $(-2, 2)$: does momentum, even if it is lost, end in
# the deeper well more often than gradient descent at an equal number of gradients? (The scheme is reconstructed from
# the abstract; problem and numbers are ours.)

# %% tags=["parameters"]
runs = 2000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures
from optclaims.papers.pdmp_momentum.simulation import schemes

experiment = Experiment("pdmp_momentum", "escape")
STEPS, noises, sizes = 1000, (0.0, 1.0, 2.0, 3.0), (0.05, 0.2)
arms = {
    "no mass": lambda k: 0.0,
    "lost, $m_0 = 0.5$": lambda k: 0.5 / (1 + k / 100),
    "lost, $m_0 = 2$": lambda k: 2 / (1 + k / 100),
    "lost, $m_0 = 10$": lambda k: 10 / (1 + k / 100),
    "kept, $m = 2$": lambda k: 2.0,
}

# %% [markdown]
# ## Simulations
# All arms share their starts; noise of either sign and size $\sigma$ is added to each gradient.

# %%
start = experiment.rng("starts").uniform(-2, 2, runs)
success, rows = {}, []
for h, noise, (arm, mass) in itertools.product(sizes, noises, arms.items()):
    rng = experiment.rng("noise", h=h, noise=noise, arm=arm)
    deeper = schemes.escapes(h, mass, noise, start, STEPS, rng) < 0
    success[h, noise, arm] = deeper.astype(float)
    error = np.sqrt(deeper.mean() * (1 - deeper.mean()) / runs)
    rows.append({"h": h, "noise": noise, "arm": arm, "success": deeper.mean(), "stderr": error})
experiment.figure("success", pd.DataFrame(rows), draw=figures.escape)

# %% [markdown]
# ## Checks
# Paired differences without noise.


# %%
def difference(h, noise, arm):
    return statistics.mean(success[h, noise, arm] - success[h, noise, "no mass"])


claim = experiment.claim("nonconvex-escape")
for h, m0 in itertools.product(sizes, (2, 10)):
    claim.within(
        f"share that ends in the deeper well minus that of gradient descent, m0 = {m0}, h = {h:g}, no noise",
        difference(h, 0.0, f"lost, $m_0 = {m0}$"),
        (0.0, None),
        null=0.0,
        origin="no difference",
        controls={"a mass of 0.5": difference(h, 0.0, "lost, $m_0 = 0.5$")},
    )
for h, noise, arm in itertools.product(sizes, noises, list(arms)[2:]):
    print(f"h = {h}, noise {noise:g}, {arm}: {difference(h, noise, arm).value:+.3f}")

# %% [markdown]
# Without noise momentum carries starts over the barrier, and it does so early: a mass that is kept does as well as one
# that is lost, so losing it is not what helps. Where noise itself crosses the barrier the advantage is gone, and at
# some settings (numbers above) plain gradient descent with noise ends in the deeper well more often.

# %%
experiment.finish()
