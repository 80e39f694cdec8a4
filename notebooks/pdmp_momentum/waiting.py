# %% [markdown]
# # Exponential and fixed waits
#
# SGD draws its batch after every step; the process (reconstructed from the abstract; all formulas are ours) draws its
# index after exponential waits of mean $\eta$. With waits of exactly $\eta$ on the same five quadratics the variance at
# the jumps solves a discrete Lyapunov equation, and as $\eta \to 0$ it is half the variance of exponential waits: the
# comparison of a mean wait with a learning rate needs this factor.

# %% tags=["parameters"]
runs = 10_000

# %%
from dataclasses import replace

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, theory
from optclaims.papers.pdmp_momentum.problems import CENTRES, VARIANCE, Setting
from optclaims.papers.pdmp_momentum.simulation import events

experiment = Experiment("pdmp_momentum", "waiting")
settings = [Setting(1, 1, 1, 0.05), Setting(0.2, 1, 1, 0.05), Setting(1, 1, 1, 0.5)]
late = [10.0, 15.0, 20.0, 25.0]  # the law is forgotten in between, so each path counts four times

# %% [markdown]
# ## Simulations
# Event by event with the exact flow in between, from rest at the minimiser.


# %%
def squares(waits, setting):  # q^2 of each path, over the late times
    rng, flow = experiment.rng("paths", waits=waits, setting=str(setting)), events.harmonic(setting)
    jump, start = events.sojourns(setting.wait), np.zeros(runs)
    return np.mean(events.switched(flow, jump, CENTRES, start, late, rng, waits=waits)[:, 0] ** 2, axis=0)


def formulas(settings):  # stationary variances with exponential and with fixed waits
    exponential = [theory.stationary(s, VARIANCE).qq for s in settings]
    return {"exponential": np.array(exponential), "fixed": [theory.fixed_wait_variance(s, VARIANCE) for s in settings]}


found = {waits: np.stack([squares(waits, s) for s in settings]) for waits in ("fixed", "exponential")}
lines = [Setting(mass, 1.0, 1.0, wait) for mass in (0.2, 1.0) for wait in np.geomspace(0.02, 2, 13)]
drawn = {"formula": (lines, formulas(lines)), "simulated": (settings, {k: v.mean(axis=1) for k, v in found.items()})}
rows = [
    {"mass": s.mass, "wait": s.wait, "kind": kind, "waits": waits, "var": value}
    for kind, (cells, laws) in drawn.items()
    for waits, values in laws.items()
    for s, value in zip(cells, values, strict=True)
]
experiment.figure("variance", pd.DataFrame(rows), draw=figures.variance)

# %% [markdown]
# ## Checks

# %%
exact = formulas(settings)
unit, limit = exact["exponential"], formulas([replace(s, wait=1e-3) for s in settings])
ratios = {waits: values / unit[:, None] for waits, values in found.items()}
claim = experiment.claim("waiting-law")
claim.consistent(
    "variance with fixed waits over the formula of exponential ones, three settings",
    ratios["fixed"].mean(axis=1),
    exact["fixed"] / unit,
    statistics.stderr(ratios["fixed"], axis=1),
    controls={
        "exponential waits": {"measured": ratios["exponential"].mean(axis=1)},
        "the limit of short waits at every wait": {"predicted": limit["fixed"] / limit["exponential"]},
    },
)
for i, setting in enumerate(settings[:2]):
    claim.within(
        f"the same ratio at eta = 0.05, mass {setting.mass:g}",
        statistics.mean(ratios["fixed"][i]),
        (0.47, 0.53),
        origin="the limit 1/2 with the next order, O(eta)",
        controls={"exponential waits": statistics.mean(ratios["exponential"][i])},
    )

# %% [markdown]
# A wait of random length counts twice: long sojourns push further than short ones make good. So at equal $\eta$ the
# process is as noisy as SGD with twice the learning rate, in the limit of short waits; at $\eta = 0.5$ the factor is
# already another one. All of it is for one family of quadratics in one dimension.

# %%
experiment.finish()
