# %% [markdown]
# # Matrix completion with normalisation: better long after the fit
#
# A $d \times d$ matrix of low rank is fitted on half of its entries by $N = UV^\top / q$, where $q$ normalises the mean
# square of the observed entries to one, as batch normalisation would. $(U, V)$ is one scale-invariant vector with far
# more
# freedom than data: the observed entries are soon fitted exactly, and the unobserved ones are wrong. At the edge of
# stability the sharpness falls, and with it the effective rank and the error on what was never observed. Without weight
# decay everything stays where the fit ended.

# %% tags=["parameters"]
d = 20
rank = 2
share = 0.5
lr = 2.0
wd = 1.0e-4
horizon = 6.0
control_horizon = 2.0
seeds = 6
records = 31

# %%
import numpy as np
import pandas as pd
import torch

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures, simulation
from optclaims.papers.normalization_sharpness.simulation import matrix_completion, networks, tracking

experiment = Experiment("normalization_sharpness", "matrix_completion")

# %%
problem = matrix_completion.Completion.random(d, rank, share, experiment.rng("problems").spawn(seeds))
starts = [matrix_completion.initial_factors(d, rng) for rng in experiment.rng("factors").spawn(seeds)]
w0, loss, eps = torch.as_tensor(np.stack(starts)), matrix_completion.completion_loss(problem), lr * wd
spacing, rows = int(horizon / eps / (records - 1)), []
for kind, decay, length in (("weight decay", wd, horizon), ("no weight decay", 0.0, control_horizon)):
    steps = int(length / eps) + 1
    at = range(0, steps, spacing)
    kept, middle, _ = networks.descend(loss, w0, lr=lr, wd=decay, steps=steps, records=at)
    sharpness = tracking.sharpness_along(loss, middle, experiment.rng("lanczos", kind=kind))
    values = {
        "sharpness": sharpness,
        "product": simulation.effective_rates(kept.numpy(), lr, lr * decay) * sharpness,
        "test_error": np.array([matrix_completion.relative_test_error(problem, w) for w in middle]),
        "rank": np.array([matrix_completion.effective_rank(problem, w) for w in middle]),
        "fit": np.array([loss(w).detach().numpy() for w in middle]),
    }
    step, run = (axis.ravel() for axis in np.meshgrid(at, range(seeds), indexing="ij"))
    rows.append(pd.DataFrame({"step": step, "run": run, **{n: v.ravel() for n, v in values.items()}}).assign(kind=kind))
table = pd.concat(rows).assign(tau=lambda f: eps * f["step"])
experiment.figure(
    "matrix_completion",
    figures.summary(table, ["test_error", "sharpness", "rank"]),
    draw=figures.completion,
)

# %% [markdown]
# ## After the fit, and at the end
#
# After half a unit of slow time the observed entries are fitted to rounding and the edge is not yet reached.

# %%
after = {kind: part[part["tau"] > 0.5].groupby("run").first() for kind, part in table.groupby("kind")}
last = {kind: part.groupby("run").last() for kind, part in table.groupby("kind")}
change = {kind: np.log(last[kind][["sharpness", "rank", "test_error"]] / after[kind]).dropna(axis=1) for kind in last}
decayed, frozen = change["weight decay"], change["no weight decay"]
np.exp(decayed).round(3)

# %%
claim = experiment.claim("matrix-completion-bn")
claim.within(
    "mean of log(test error at the end / test error without weight decay)",
    statistics.mean(np.log(last["weight decay"]["test_error"] / last["no weight decay"]["test_error"])),
    (None, np.log(0.65)),
    origin="a fall by a third, so that the benefit is not in doubt",
    controls={"no weight decay, end against fit": statistics.mean(frozen["test_error"])},
)
for column, factor, origin in (
    ("sharpness", 2.5, "a factor 2.5; then several eigenvalues share the edge and the fall ends"),
    ("rank", 1.2, "a fifth, far above the noise"),
):
    claim.within(
        f"mean of log({column} after the fit / {column} at the end)",
        statistics.mean(-decayed[column]),
        (np.log(factor), None),
        origin=origin,
        controls={"no weight decay": statistics.mean(-frozen[column])},
    )
distance = table.assign(distance=(table["product"] - 2).abs())
settled = distance[distance["tau"] >= 1.2].groupby("kind")["distance"].max()
claim.exact(
    "largest |rate * lambda_1 - 2| from tau = 1.2 on",
    settled["weight decay"],
    (None, 0.1),
    origin="a few sqrt(eps) = 0.014",
    controls={"no weight decay": settled["no weight decay"]},
)
experiment.finish()

# %% [markdown]
# Long after the observed entries are fitted, sharpness, rank and the error on the hidden entries go on falling. When
# several eigenvalues share the edge the fall of the sharpness ends and the error goes on. Weight decay without the
# normalisation generalises too (it penalises the nuclear norm): normalisation is the mechanism here, not the only one.
