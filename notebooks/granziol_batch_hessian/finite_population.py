# %% [markdown]
# # The effective batch of a finite population
#
# A batch of B out of N samples, drawn without replacement, fluctuates like b independent samples,
# $\frac1b = \frac1B - \frac1N$. For second moments of samples the largest eigenvalue is then shifted by $C/b$, where
# $$C = \sum_{j>1} \frac{\frac1N\sum_i(\phi_j^\top x_i)^2(\phi_1^\top x_i)^2}{\lambda_1 - \lambda_j}$$
# is second-order perturbation theory with the population's own moments.

# %% tags=["parameters"]
draws = 200
batches = [30, 100, 300, 1000, 2000]

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.granziol_batch_hessian import figures, problems, simulation, theory

experiment = Experiment("granziol_batch_hessian", "finite_population")
N, P = 3000, 400
samples = problems.population(experiment.rng("population"), N, np.arange(1, P + 1) ** -1.2)

# %% [markdown]
# ## Batches
# Of each batch the largest eigenvalue, less $\phi_1^\top H_B\phi_1$, whose mean is $\lambda_1$ and which takes most of
# the scatter away.

# %%
rows = []
for batch in experiment.progress(batches, "batches"):
    for replace in (False, True):
        rng = experiment.rng("draws", batch=batch, replace=replace)
        tops, along = simulation.batch_tops(rng, samples, batch, draws, replace=replace)
        rows.append({"batch": batch, "drawn": "with replacement" if replace else "without replacement"})
        rows[-1] |= {"shift": (tops - along).mean(), "stderr": (tops - along).std(ddof=1) / draws**0.5}
frame = pd.DataFrame(rows)
C, dominant = theory.resolved_shift(samples), theory.resolved_shift(samples, resolved=False)
frame["predicted"] = C / theory.effective_batch(frame.batch.to_numpy(), N)
frame["independent"] = C / frame.batch
experiment.figure("shift", frame, draw=figures.finite_population)

# %% [markdown]
# ## Checks

# %%
own, other = (frame[frame.drawn == kind] for kind in ("without replacement", "with replacement"))
experiment.claim("finite-population").consistent(
    "shift of the largest eigenvalue of a batch, mean over draws",
    own["shift"],
    own.predicted,
    own.stderr,
    dof=draws - 1,
    controls={
        "1/B for 1/B - 1/N": {"predicted": own.independent},
        "drawn with replacement": {"measured": other["shift"].to_numpy(), "stderr": other.stderr.to_numpy()},
        "all denominators lambda_1": {"predicted": dominant / C * own.predicted},
    },
)

# %% [markdown]
# At two thirds of the population a batch's eigenvalue is shifted by a third of what 1/B says. Whoever compares
# sharpness at batch sizes that are not small beside the data set, as one does with digits, has to use b.

# %%
experiment.finish()
