# %% [markdown]
# # Weight decay takes a fitted network to the edge of stability
#
# Once the training loss is fitted, the gradient vanishes and weight decay alone acts: $\|w\|$ shrinks like
# $(1-\epsilon)^t$ and the effective rate grows like $e^{2\tau}$ in slow time $\tau = \epsilon t$. Started with
# $\tilde\eta\lambda_1 = e_0 < 2$ ($\lambda_1$: the largest eigenvalue of the Hessian on the unit sphere), the run
# becomes unstable at
# $$\tau_{\rm edge} = \tfrac12 \ln(2/e_0).$$
# Without weight decay the norm can only grow, and the edge is never reached.

# %% tags=["parameters"]
a = 8.0
angle = 1.2
offset = 1.0e-3
lr = 0.5
eps = [1.0e-3, 1.0e-4]
product = [0.5, 1.0, 1.5]
patience = 3.0

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures, measures, problems, simulation, theory

experiment = Experiment("normalization_sharpness", "edge_entry")

# %% [markdown]
# ## The toy, started almost on its minimisers
#
# $L = \tfrac12 (1 + a\,y^2/\|w\|^2)\, z^2/\|w\|^2$ has $\lambda_1 = 1 + a \sin^2\phi$ at longitude $\phi$. The run is
# followed a little beyond the predicted time, without weight decay `patience` times as long.

# %%
rows, entries = [], []
for e in eps:
    for e0 in product:
        w = problems.toy_start(angle, a, offset, lr=lr, eps=e, product=e0)
        predicted = float(theory.edge_entry_time(e0))
        for decays, length in ((True, 1.03 * predicted), (False, patience * predicted)):
            run = simulation.toy(w, a, lr=lr, wd=e / lr * decays, steps=int(length / e))
            tau, rate = e * np.arange(len(run)), simulation.effective_rates(run, lr, e * decays)
            value = rate * theory.toy_sharpness(measures.angle_on_equator(run), a)
            entry = measures.first_passage(value, 2.0, tau)
            entries.append({"eps": e, "e0": e0, "decays": decays, "entry": entry, "growth": value[-1] / value[0]})
            columns = {"tau": tau, "product": value, "free": np.minimum(2, e0 * np.exp(2 * tau * decays))}
            rows.append(pd.DataFrame(columns)[:: max(1, len(run) // 80)].assign(eps=e, e0=e0, decays=decays))
experiment.figure("entry", pd.concat(rows)[lambda f: f["eps"] == min(eps)], draw=figures.entry)
entries = pd.DataFrame(entries).assign(predicted=lambda f: theory.edge_entry_time(f["e0"]))
entries.round(4)

# %%
claim = experiment.claim("eos-entry")
with_decay, without = entries[entries["decays"]], entries[~entries["decays"]]
late = np.abs(entries["entry"] - entries["predicted"])
claim.exact(
    f"largest |tau_edge - prediction|, {len(with_decay)} runs",
    late[entries["decays"]].max(),
    (None, 0.01),
    origin="one per cent of a unit of slow time; the step of time is eps, the start carries a gradient of order 1e-3",
    controls={
        "ln(2 / e0) without the half": list(np.abs(with_decay["entry"] - 2 * with_decay["predicted"])),
    },
)
claim.exact(
    "largest change of rate * lambda_1 without weight decay, as a factor",
    without["growth"].max(),
    (None, 1 + 1e-9),
    origin="the norm cannot shrink; rounding",
    controls={"with weight decay": list(with_decay["growth"])},
)
experiment.finish()

# %% [markdown]
# The edge is reached when free growth of the rate says so. All starts lie close to the minimisers of a toy, where there
# is next to no gradient; how a network gets there from a random start is not shown here.
