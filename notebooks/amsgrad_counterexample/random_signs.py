# %% [markdown]
# # Calibration: the regret of every learner on random signs
#
# Ours. Gradients that are independent fair signs in $d$ coordinates cannot be predicted, so whatever the learner does,
# $\mathbb E\sum_t g_t x_t = 0$ and only the comparator counts:
# $$\mathbb E R_T = d\,\mathbb E|S_T| \approx d\sqrt{2T/\pi}, \qquad S_T = \sum_{t \le T} g_{t,1} .$$
# A mistake in the regret code (the comparator, the order of loss and update) would show here.

# %% tags=["parameters"]
T = 10_000
seeds = 200

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample import problems, simulation, theory
from optclaims.papers.amsgrad_counterexample.figures import online as figures

experiment = Experiment("amsgrad_counterexample", "random_signs")

# %% [markdown]
# ## Simulation
# $d = 5$; three algorithms, fresh gradients for each.

# %%
algorithms, dimension = ("adam", "amsgrad", "adamnc"), 5
times = np.unique(np.geomspace(10, T, 25).astype(int))


def play(algorithm):
    source = problems.random_signs(experiment.rng(algorithm).spawn(seeds * dimension))
    return simulation.run(algorithm, source, times, alpha=1, beta1=0.9, beta2=0.99, x1=0.0)


def of_problems(rows):  # (seeds * d, r) -> (seeds, r): sum over the coordinates of each problem
    return rows.reshape(seeds, dimension, -1).sum(axis=1)


runs = {a: play(a) for a in algorithms}
regret = {a: of_problems(run.regret) for a, run in runs.items()}
fixed = {a: of_problems(run.loss + run.gradient)[:, -1] for a, run in runs.items()}  # comparator -1, whatever the signs
joint = {
    a: (of_problems(run.loss) + np.abs(of_problems(run.gradient)))[:, -1] for a, run in runs.items()
}  # one comparator for all coordinates
exact = [theory.random_sign_regret(dimension, int(t)) for t in times]

# %%
frame = [
    {"algorithm": a, "T": times, "regret": r.mean(axis=0), "stderr": statistics.stderr(r), "predicted": exact}
    for a, r in regret.items()
]
experiment.figure("random_sign_regret", pd.concat(map(pd.DataFrame, frame)), draw=figures.random_signs)

# %% [markdown]
# ## Check


# %%
def wrong(values):
    return {
        "measured": [values[a].mean() for a in algorithms],
        "stderr": [statistics.stderr(values[a]) for a in algorithms],
    }


final = {a: r[:, -1] for a, r in regret.items()}
claim = experiment.claim("random-sign-regret")
claim.consistent(
    "mean regret of Adam, AMSGrad and AdamNc",
    predicted=exact[-1],
    **wrong(final),
    dof=seeds - 1,
    origin="independent runs",
    controls={
        "comparator fixed at -1": wrong(fixed),
        "one comparator for all coordinates": wrong(joint),
        "d and T under one root": {"predicted": np.sqrt(dimension * 2 * T / np.pi)},
    },
)

# %% [markdown]
# All three learners agree with the identity: the regrets of the other experiments can be trusted.

# %%
experiment.finish()
