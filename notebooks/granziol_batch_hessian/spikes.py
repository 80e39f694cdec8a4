# %% [markdown]
# # One spike in noise, added and multiplied
#
# A mini-batch Hessian is the full one plus a fluctuation. With a symmetric Gaussian fluctuation of entry variance
# $\sigma^2/b$ an eigenvalue $\lambda$ above $\theta = \sigma\sqrt{P/b}$ is seen at $\lambda + \theta^2/\lambda$, one
# below it drowns at $2\theta$. Gauss-Newton matrices are second moments of samples; there the model is multiplicative:
# $\lambda$ is seen at $\lambda(1 + \frac{P-1}{b(\lambda - 1)})$ above $1 + \sqrt{P/b}$, and at about
# $(1 + \sqrt{P/b})^2$ below.

# %% tags=["parameters"]
draws = 48
draws_samples = 16

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.granziol_batch_hessian import figures, problems, simulation, theory

experiment = Experiment("granziol_batch_hessian", "spikes")
P, P_SAMPLES = 400, 300

# %% [markdown]
# ## Added noise
# P = 400, $\sigma = 1$; cells within 20 % of the threshold are left out, where neither law holds at this size.

# %%
cells = [(b, s) for b, s in itertools.product((100, 400, 1600), (0.5, 1, 2, 4, 8)) if abs(s / np.sqrt(P / b) - 1) > 0.2]
rows = []
for b, spike in experiment.progress(cells, "added"):
    rng = experiment.rng("noise", batch=b, spike=spike)
    tops, overlaps = simulation.wigner_tops(rng, spike, P, 1 / b, draws)
    mean, deviation = theory.wigner_top(spike, 1.0, P, b)
    rows.append({"batch": b, "spike": spike, "top": tops.mean(), "predicted": mean, "stderr": deviation / draws**0.5})
    rows[-1] |= {"overlap": overlaps.mean(), "predicted_overlap": theory.wigner_overlap(spike, 1.0, P, b)}
    halved = theory.wigner_top(spike, 0.5**0.5, P, b)[0]
    edge = 2 * np.sqrt(P / b)
    rows[-1] |= {"halved": halved, "no_tracy_widom": mean if spike > edge / 2 else edge}
added = pd.DataFrame(rows)
experiment.figure("wigner", added.drop(columns=["halved", "no_tracy_widom"]), draw=figures.wigner)

# %% [markdown]
# ## Samples
# P = 300, variance one in all directions but one.

# %%
rows = []
for b, spike in experiment.progress(list(itertools.product((50, 150, 600, 2400), (1.5, 4, 20))), "samples"):
    spectrum = problems.bulk_spectrum([spike], 1.0, P_SAMPLES)
    tops = simulation.wishart_tops(experiment.rng("samples", batch=b, spike=spike), spectrum, b, draws_samples)
    mean, deviation = theory.wishart_top(spike, P_SAMPLES, b)
    row = {"batch": b, "spike": spike, "top": tops.mean(), "predicted": mean, "stderr": deviation / draws_samples**0.5}
    above = spike > 1 + np.sqrt(P_SAMPLES / b)
    row["trace"] = spike + (P_SAMPLES - 1) / b if above else mean
    row["additive"] = theory.wigner_top(spike, 1.0, P_SAMPLES, b)[0]
    rows.append(row)
samples = pd.DataFrame(rows)
experiment.figure("wishart", samples.drop(columns=["trace", "additive"]), draw=figures.wishart)

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("wigner-spike")
claim.consistent(
    "largest eigenvalue of a spike in added noise, mean over draws",
    added.top,
    added.predicted,
    added.stderr,
    controls={
        "variance of the noise halved": {"predicted": added.halved},
        "no Tracy-Widom correction": {"predicted": added.no_tracy_widom},
        "eigenvalue unchanged": {"predicted": added.spike},
    },
)
claim.exact(
    "squared overlap with the spike's direction, largest deviation from theory",
    (added.overlap - added.predicted_overlap).abs().max(),
    (None, 0.05),
    origin="half of what the overlap without the square is off at twice the threshold",
    controls={
        "overlap not squared": (added.overlap - added.predicted_overlap**0.5).abs().max(),
        "variance of the noise halved": max(
            abs(row.overlap - theory.wigner_overlap(row.spike, 0.5**0.5, P, row.batch)) for row in added.itertuples()
        ),
    },
)
experiment.claim("wishart-spike").consistent(
    "largest eigenvalue of the second moment of samples with a spike, mean over draws",
    samples.top,
    samples.predicted,
    samples.stderr,
    controls={
        "added trace, lambda + tr/b": {"predicted": samples.trace},
        "additive noise": {"predicted": samples.additive},
    },
)

# %% [markdown]
# Both laws hold within the scatter of the draws, at sizes of a few hundred. They say different things about the batch
# size: an added spike is never seen above twice its size, so it cannot make the largest stable rate grow in proportion
# to the batch; a multiplied one is seen at its trace over b when b is small, and can.

# %%
experiment.finish()
