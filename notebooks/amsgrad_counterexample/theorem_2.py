# %% [markdown]
# # Theorem 2: every pair of parameters has its counterexample
#
# For every constant $\beta_1 < \sqrt{\beta_2}$ there is a problem on which Adam does not converge: $g_t = C$ for
# $t \bmod C = 1$, else $-1$, with $C$ even and large enough for three conditions (`theory.theorem2_conditions`,
# recalled from the paper's appendix). Then, from $x_1 = 1$,
# $$x_{kC+1} = 1 \text{ for all } k, \qquad \frac{R_T}{T} \ge \frac{2}{C} .$$
# One cycle has the gradient sum $C - (C-1) = 1$, so staying near $+1$ costs $2$ a cycle.

# %% tags=["parameters"]
betas = [[0, 0.1], [0, 0.5], [0.5, 0.5], [0.5, 0.9], [0.9, 0.9], [0.95, 0.95], [0.9, 0.99], [0, 0.99]]
cycles = 400

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample import problems, simulation, theory
from optclaims.papers.amsgrad_counterexample.figures import online as figures

experiment = Experiment("amsgrad_counterexample", "theorem_2")


# %% [markdown]
# For each pair take the smallest even $C$ that meets the conditions. As controls serve AMSGrad, and the largest even
# $C$ at which Adam still drifts the right way (one below `theory.smallest_failing_period`): the conditions are
# sufficient, far from necessary. Two step sizes: the one of Theorem 1, and $\alpha = 1$.


# %%
def play(algorithm, C, beta1, beta2, alpha=1.0, cycles=cycles):
    times = np.append(simulation.every(C, cycles * C), cycles * C)
    return simulation.run(algorithm, problems.periodic(C, C), times, alpha=alpha, beta1=beta1, beta2=beta2)


def start_of_cycles(run):
    return run.x[0, :-1].min()


def regret_per_cycle(run):
    return run.regret[0, -1] / (run.t.size - 1)


sizes = [theory.smallest_theorem2_period(*pair) for pair in betas]
below = [2 * ((theory.smallest_failing_period(*pair) - 1) // 2) for pair in betas]
adam = [play("adam", C, *pair, alpha=0.9 * np.sqrt(1 - pair[1])) for C, pair in zip(sizes, betas, strict=True)]
adam_large_steps = [play("adam", C, *pair) for C, pair in zip(sizes, betas, strict=True)]
amsgrad = [play("amsgrad", C, *pair) for C, pair in zip(sizes, betas, strict=True)]
converging = [play("adam", C, *pair, cycles=20 * cycles) for C, pair in zip(below, betas, strict=True)]

# %%
kinds = {"theorem": (adam, sizes), "below the threshold": (converging, below)}
rows = [
    {"C": C, "problem": kind, "beta1": beta1, "beta2": beta2, "average_regret": regret_per_cycle(run) / C}
    for kind, (runs, periods) in kinds.items()
    for run, C, (beta1, beta2) in zip(runs, periods, betas, strict=True)
]
experiment.figure("regret_by_period", pd.DataFrame(rows), draw=figures.theorem_2)

# %% [markdown]
# ## The two conclusions, for every pair

# %%
claim = experiment.claim("thm2-all-betas")
claim.exact(
    "smallest x at the start of a cycle, over all pairs and both step sizes",
    min(start_of_cycles(run) for run in adam + adam_large_steps),
    (1 - 1e-12, None),
    origin="equals 1, up to rounding",
    controls={
        "AMSGrad": [start_of_cycles(run) for run in amsgrad],
        "Adam with C just below the true threshold": [start_of_cycles(run) for run in converging],
    },
)
claim.exact(
    "smallest regret per cycle over all pairs and both step sizes",
    min(regret_per_cycle(run) for run in adam + adam_large_steps),
    (2 * (1 - 1e-9), None),
    origin="at least 2, up to rounding",
    controls={
        "Adam with C just below the true threshold": [regret_per_cycle(run) for run in converging],
    },
)

# %% [markdown]
# The conclusion holds for every pair, also for $\beta_1 = 0.9$ and $\beta_2 = 0.99$, where the conditions ask for
# $C = 3218$ although Adam fails from $C = 30$ on.

# %%
experiment.finish()
