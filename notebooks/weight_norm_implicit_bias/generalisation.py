# %% [markdown]
# # What the bias is worth
#
# Isotropic inputs, a target $\beta$ with isotropic direction, so the test error of x is $\|x - \beta\|^2$. Least norm
# is the best that the data alone suggest. Gradient descent keeps the kernel part of its start, which knows nothing of
# $\beta$: on average that costs exactly $g_0^2\,E\|\hat w_{\perp,0}\|^2$. rPGD with a slow g pays nothing.

# %% tags=["parameters"]
seeds = 400

# %%

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.weight_norm_implicit_bias import figures, simulation
from optclaims.papers.weight_norm_implicit_bias.problems import direction, kernel_part, random_problem

experiment = Experiment("weight_norm_implicit_bias", "generalisation")

# %%
rows = []
for seed in range(seeds):
    problem = random_problem(experiment.rng("problem", seed=seed), 50, 100)
    w = direction(experiment.rng("start", seed=seed), problem)
    along = problem.target / np.linalg.norm(problem.target)
    hidden = kernel_part(problem, problem.target)
    for label, g, c, start, method in (
        ("rPGD, c = 0.1", 1.0, 0.1, w, "rpgd"),
        ("rPGD, c = 1", 1.0, 1.0, w, "rpgd"),
        ("rPGD, c = 0.1, g0 = g*", 2.0, 0.1, w, "rpgd"),
        ("gradient descent", 1.0, 1.0, w, "gd"),
        ("gradient descent along the target", 1.0, 1.0, along, "gd"),
    ):
        run = simulation.descend(problem, g, start, method=method, lr=0.2, c=c)
        x = run.w if method == "gd" else run.g[-1] * run.w
        start_kernel = np.linalg.norm(kernel_part(problem, start))
        rows.append((seed, label, ((x - problem.target) ** 2).sum(), (hidden**2).sum(), g * start_kernel, run.loss[-1]))
table = pd.DataFrame(rows, columns=["seed", "method", "test", "least_norm", "start_kernel", "loss"])
table["excess"] = table.test - table.least_norm
experiment.figure("excess", table[table.seed < 150][["seed", "method", "excess"]], draw=figures.excess)


def column(method, name):
    return table[table.method == method].sort_values("seed")[name].to_numpy()


def relative(method):  # largest relative excess over the seeds
    return (column(method, "test") / column(method, "least_norm") - 1).max()


# %% [markdown]
# ## Checks
# The excess of gradient descent against its expectation, paired over the seeds.

# %%
plain, shares = column("gradient descent", "excess"), column("gradient descent", "start_kernel")
along = column("gradient descent along the target", "excess")
stderr = float(statistics.stderr(plain - shares**2))
claim = experiment.claim("wn-generalises")
claim.exact(
    "rPGD with c = 0.1: largest relative excess of the test error over that of least norm",
    relative("rPGD, c = 0.1"),
    (None, 1e-3),
    origin="an excess that no experiment resolves; the closed form gives 1e-6",
    controls={"c = 1": relative("rPGD, c = 1"), "start at g0 = g*": relative("rPGD, c = 0.1, g0 = g*")},
)
claim.consistent(
    "gradient descent: mean excess against the mean of g0^2 times the squared kernel share",
    plain.mean(),
    (shares**2).mean(),
    stderr,
    dof=seeds - 1,
    controls={
        "kernel share not squared": {"predicted": shares.mean()},
        "start along the target": {"measured": along.mean(), "stderr": float(statistics.stderr(along - shares**2))},
    },
)
claim.within(
    "gradient descent: mean excess over least norm",
    statistics.mean(plain),
    (0, None),
    null=0,
    origin="zero: the test error of least norm",
    controls={"start along the target": statistics.mean(along)},
)
print(f"gradient descent is better than least norm on {np.mean(plain < 0):.1%} of the seeds")

# %% [markdown]
# The statement is about means and about starts that know nothing: on some seeds gradient descent's start happens to
# point the right way, and from a start along the target it is far better than least norm, which throws that knowledge
# away.

# %%
experiment.finish()
