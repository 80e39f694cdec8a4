# %% [markdown]
# # Where signSGD fails
#
# Three problems on which (scaled) signSGD does not reach the optimum, and error feedback does.
#
# 1. $f(x) = x/4$ on $[-1, 1]$, $g = 4$ with probability $1/4$, else $-1$: the mean sign is $-1/2$, the wrong one.
#    (In one dimension the scaled sign is the identity, so the unscaled one is used, also inside the feedback.)
# 2. $f(x) = \epsilon|x_1+x_2| + |x_1-x_2|$: the signs of all subgradients are $\pm(1,-1)$, so $x_1 + x_2$ never changes
#    and $f \ge f(x_0) = 2\epsilon$, for any step sizes.
# 3. $f(x) = \langle a_1, x\rangle^2 + \langle a_2, x\rangle^2$, $a_{1,2} = \pm(1,-1) + \epsilon(1,1)$, one of them a
#    step: the same line, $f \ge 8\epsilon^2 = f(x_0)$, though $f$ is smooth.

# %% tags=["parameters"]
runs = 200
steps = 20_000

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.ef_signsgd import figures, measures, theory

experiment = Experiment("ef_signsgd", "counterexamples")
times = np.unique(np.geomspace(1, 2000, 60).round())
walks = measures.walks(experiment.rng, runs, times)
curves = [
    pd.DataFrame({"problem": 1, "method": n, "t": times, "value": x.mean(axis=0)}) for n, x in list(walks.items())[:3]
]
frame = pd.concat([*curves, measures.pair_curves(experiment.rng, steps)])
experiment.figure("trajectories", frame, draw=figures.trajectories)

# %% [markdown]
# ## One dimension
# $\gamma = 0.01$ from $x = 0$. Stationary means of signSGD and SGD are exact (a lattice walk at a wall). The law with
# $q = 0.55$ and $a = 0.7/0.55$ has the same mean gradient, and signSGD goes the right way: the law makes the failure.

# %%
ends = {name: x[:, -1] for name, x in walks.items()}
claim = experiment.claim("ce1-wrong-direction")
claim.consistent(
    "mean end points of signSGD and SGD",
    **measures.means(ends["sign"], ends["SGD"]),
    predicted=theory.reflected_mean(4, 0.25, 0.01),
    dof=runs - 1,
    controls={
        "a law of the same mean with q = 0.55": measures.means(ends["sign, q = 0.55"], ends["SGD"]),
        "the walk's width forgotten": {"predicted": theory.reflected_mean(4, 0.25, 1e-9)},
    },
)
claim.within(
    "mean end point of error feedback around the sign",
    statistics.mean(ends["EF, sign"]),
    (None, -0.5),
    origin="half-way to the minimiser",
    controls={"without the memory": statistics.mean(ends["sign"])},
)

# %% [markdown]
# ## Two dimensions
# The invariant is exact. With the derivative of $|u|$ at 0 taken for 0, or $\epsilon > 1$, or (third problem) the full
# gradient, it is broken and $f$ falls. SGD and error feedback stay below the convex bound, and reach the minimum of the
# smooth problem.

# %%
pairs, smooth = measures.nonsmooth_runs(steps), measures.smooth_runs(experiment.rng, steps)
signs, repaired = (
    [table[(table.slip == "") & table.method.isin(names)] for table in (pairs, smooth)]
    for names in (["sign", "scaled sign"], ["SGD", "EF, scaled sign"])
)
claim, slips = experiment.claim("ce2-stuck"), ("derivative 0 at 0", "eps = 1.05")
claim.exact(
    "change of x1 + x2, largest of 12 runs of sign and scaled sign",
    signs[0].change.max(),
    (None, 1e-9),
    origin="rounding",
    controls=measures.mistakes(pairs, "change", *slips),
)
claim.exact(
    "smallest f minus 2 eps, smallest of 12 runs of sign and scaled sign",
    signs[0].above.min(),
    (-1e-9, None),
    origin="f(x0), rounding",
    controls=measures.mistakes(pairs, "above", *slips),
)
unrepaired = signs[0].query("method == 'scaled sign' and eps > 0.1").over_bound.dropna()
claim.exact(
    "f of SGD and error feedback at the mean point, over its bound, larger of 6 runs",
    repaired[0].over_bound.max(),
    (None, 1),
    origin="Theorem III with delta = 1/2",
    controls={"no feedback, eps = 0.3 and 0.9": list(unrepaired)},
)
claim = experiment.claim("ce3-smooth-stuck")
claim.exact(
    "smallest f minus 8 eps^2, smallest of 6 runs of sign and scaled sign",
    signs[1].above.min(),
    (-1e-6, None),
    origin="f(x0), rounding",
    controls=measures.mistakes(smooth, "above", "full gradient", "eps = 1.05"),
)
claim.exact(
    "last f of SGD and error feedback, largest of 6 runs",
    repaired[1]["last"].max(),
    (None, 1e-20),
    origin="0 up to the rounding of the start, with a factor of 1e12",
    controls={"no feedback": list(signs[1]["last"])} | measures.mistakes(smooth, "last", "memory decayed by 0.9"),
)

# %% [markdown]
# The failures are of the direction and not of the step size: the sign does not know how large the gradients are that it
# sees rarely, nor leave a line that all signs share. What is fed back, the sum of what was lost, repairs both. All of
# this is at batch 1 (or a deterministic subgradient that always has one sign pattern): the full gradient of the smooth
# problem has other signs, and signSGD converges.

# %%
experiment.finish()
