# %% [markdown]
# # No momentum: small mass
#
# As $m \to 0$ on the same index path the process $\dot q = v$, $m\dot v = -\alpha v - \nabla\Phi_{i(t)}(q)$
# (reconstructed from the abstract) becomes $\alpha\dot q = -\nabla\Phi_{i(t)}(q)$, at a distance of order m. The order
# is derived here.

# %% tags=["parameters"]
coupled = 500

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, measures
from optclaims.papers.pdmp_momentum.problems import CENTRES, Setting
from optclaims.papers.pdmp_momentum.simulation import events

experiment = Experiment("pdmp_momentum", "no_momentum")

# %% [markdown]
# ## Distances
# The largest distance on $[0, 4]$ from the process without mass on the same index path, from rest at 1, $\alpha = 2$,
# $a = 1$, $\eta = 0.3$; looked at every 0.01 at least.

# %%
ALPHA, WAIT, LOOK = 2.0, 0.3, 0.01
masses = 0.4 / 2.0 ** np.arange(7)
arms = {
    "from rest": {},
    "initial velocity $m^{-1/2}$": {"velocity": masses**-0.5},
    "friction left out of the limit": {"limit": events.harmonic(Setting(0.0, 1.0, 1.0, WAIT))},
}
massive = [events.harmonic(Setting(mass, ALPHA, 1.0, WAIT)) for mass in masses]
limit, jump = events.harmonic(Setting(0.0, ALPHA, 1.0, WAIT)), events.sojourns(WAIT)


def gap(arm, limit=limit, **options):
    rng, start = experiment.rng("coupled", arm=arm), np.ones(coupled)
    return events.largest_gap(massive, limit, jump, CENTRES, start, 4.0, rng, longest=LOOK, **options)


gaps = {arm: gap(arm, **options) for arm, options in arms.items()}
errors = {
    arm: {"gap": values.mean(axis=1), "stderr": statistics.stderr(values, axis=1)} for arm, values in gaps.items()
}
rows = [pd.DataFrame({"arm": arm, "mass": masses, **columns}) for arm, columns in errors.items()]
experiment.figure("no_momentum", pd.concat(rows), draw=figures.no_momentum)

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("momentum-to-no-momentum")
for i in (4, 5):
    claim.within(
        f"order of the mean largest distance between the masses {masses[i]:g} and {masses[i + 1]:g}",
        measures.order(*gaps["from rest"][[i, i + 1]]),
        (0.9, 1.05),
        origin="order 1 of the theory, approached from below",
        controls={
            "masses sixteen times as large": measures.order(*gaps["from rest"][[i - 4, i - 3]]),
            **{arm: measures.order(*gaps[arm][[i, i + 1]]) for arm in arms if arm != "from rest"},
        },
    )

# %% [markdown]
# The limit is approached at first order, and only asymptotically: at masses above 0.05 the local orders are lower. A
# velocity of thermal size at the start, $m^{-1/2}$, makes the distance of order $\sqrt m$: the layer at the
# start is part of the claim. Paths with mass see the same jumps, so this says nothing of laws that are compared alone.

# %%
experiment.finish()
