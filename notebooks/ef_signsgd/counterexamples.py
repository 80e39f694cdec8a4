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
#
# In general: if all $a_i$ have the signs $\pm s$, batch 1 stays on $x_0 + \mathrm{span}(s)$.

# %% tags=["parameters"]
runs = 200
steps = 20_000
draws = 4

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.ef_signsgd import figures, problems, simulation, theory
from optclaims.papers.ef_signsgd.problems import ARMS, Arm
from optclaims.science.optimizers import SGD, ErrorFeedback, SignSGD
from optclaims.science.optimizers.compressors import Sign

experiment = Experiment("ef_signsgd", "counterexamples")
COMPRESSED, REPAIRED = ("sign", "scaled sign"), ("SGD", "EF, scaled sign")
FOUR = (*COMPRESSED, *REPAIRED)

# %% [markdown]
# ## One dimension
# From $x = 0$ with $\gamma = 0.01$; stationary means of signSGD and SGD are exact (a lattice walk at a wall).

# %%
times = np.unique(np.geomspace(1, 2000, 60).round())
rules = {"sign": SignSGD(0.01), "SGD": SGD(0.01), "EF, sign": ErrorFeedback(SGD(0.01), Sign(0.01))}


def positions(rule, q=0.25, large=4.0, records=times):
    rng = experiment.rng("gradients", rule=repr(rule), q=q, first=int(records[0]))
    return simulation.drift_on_interval(rule, large, q, rng, runs=runs, records=records)


walks = {name: positions(rule) for name, rule in rules.items()}
curves = [
    pd.DataFrame({"problem": 1, "method": name, "t": times, "value": x.mean(axis=0)}) for name, x in walks.items()
]

# %% [markdown]
# ## Two dimensions, and twenty
# Signs take steps $0.05/\sqrt t$, SGD and error feedback $\gamma = 0.02$ on the smooth problems.


# %%
def smooth(eps, name, label="pair", **full):
    own = {"lr": 0.05, "decay": True} if name in COMPRESSED else {"lr": 0.02}
    rng = None if full.get("full") else experiment.rng(label, eps=eps, method=name)
    records = np.unique(np.geomspace(1, steps, 60).round()) if "records" in full else ()
    return simulation.on_forms(problems.smooth_pair(eps), ARMS[name], steps=steps, rng=rng, records=records, **own)


def nonsmooth(eps, name, lr=0.002, decay=False, at_zero=1.0, records=()):
    own = {"decay": decay, "at_zero": at_zero, "records": records}
    return simulation.on_forms(problems.nonsmooth_pair(eps), ARMS[name], lr, steps, None, **own)


drawn_times = np.unique(np.geomspace(1, steps, 60).round())
for name in FOUR:
    two, three = nonsmooth(0.3, name, records=drawn_times), smooth(0.3, name, "figure", records=True)
    curves.append(pd.DataFrame({"problem": 2, "method": name, "t": drawn_times, "value": two.losses}))
    floored = np.maximum(three.losses, 1e-12)
    curves.append(pd.DataFrame({"problem": 3, "method": name, "t": drawn_times, "value": floored}))
experiment.figure("trajectories", pd.concat(curves), draw=figures.trajectories)

# %% [markdown]
# ## Checks
# The law with $q = 0.55$ and $a = 0.7/0.55$ has the same mean gradient, and signSGD goes the right way: the failure is
# about the law.

# %%
mean_sign, mean_sgd = theory.reflected_mean(4, 0.25, 0.01)
other_law = positions(SignSGD(0.01), 0.55, 0.7 / 0.55, [2000])[:, -1]
ends = {name: x[:, -1] for name, x in walks.items()}
claim = experiment.claim("ce1-wrong-direction")
claim.consistent(
    "mean end points of signSGD and SGD",
    [ends["sign"].mean(), ends["SGD"].mean()],
    [mean_sign, mean_sgd],
    [float(statistics.stderr(ends["sign"])), float(statistics.stderr(ends["SGD"]))],
    dof=runs - 1,
    controls={
        "a law of the same mean with q = 0.55": {
            "measured": [other_law.mean(), ends["SGD"].mean()],
            "stderr": [float(statistics.stderr(x)) for x in (other_law, ends["SGD"])],
        },
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
# The invariant is exact. With the derivative of $|u|$ at 0 taken for 0, or $\epsilon > 1$, it is broken and $f$ falls.

# %%
EPS2, EPS3 = (0.1, 0.3, 0.9), (0.1, 0.3, 0.6)
schedules = ({"lr": 0.002}, {"lr": 0.05, "decay": True})
stuck = {(e, n, k): nonsmooth(e, n, **s) for e in EPS2 for n in COMPRESSED for k, s in enumerate(schedules)}
claim = experiment.claim("ce2-stuck")
claim.exact(
    "change of x1 + x2, largest of 12 runs of sign and scaled sign",
    max(run.off_line for run in stuck.values()) * np.sqrt(2),
    (None, 1e-9),
    origin="rounding",
    controls={
        "derivative 0 at 0": [nonsmooth(0.3, n, at_zero=0.0).off_line for n in COMPRESSED],
        "eps = 1.05": nonsmooth(1.05, "sign").off_line,
    },
)
claim.exact(
    "smallest f minus 2 eps, smallest of 12 runs of sign and scaled sign",
    min(run.smallest - 2 * e for (e, _, _), run in stuck.items()),
    (-1e-9, None),
    origin="f(x0), rounding",
    controls={
        "derivative 0 at 0": [nonsmooth(0.3, n, at_zero=0.0).smallest - 0.6 for n in COMPRESSED],
        "eps = 1.05": nonsmooth(1.05, "sign").smallest - 2.1,
    },
)


def over_bound(e, name):  # f at the mean point, over the bound for convex f
    run, sigma2 = nonsmooth(e, name), 2 * (1 + e**2)
    f = e * abs(run.mean.sum()) + abs(run.mean[0] - run.mean[1])
    return f / theory.convex_bound(np.sqrt(2), 0.002, sigma2, 1.0 if name == "SGD" else 0.5, steps - 1)


claim.exact(
    "f of SGD and error feedback at the mean point, over its bound, larger of 6 runs",
    max(over_bound(e, n) for e in EPS2 for n in REPAIRED),
    (None, 1),
    origin="Theorem III with delta = 1/2",
    controls={"no feedback, eps = 0.3 and 0.9": [over_bound(e, "scaled sign") for e in (0.3, 0.9)]},
)

claim = experiment.claim("ce3-smooth-stuck")
claim.exact(
    "smallest f minus 8 eps^2, smallest of 6 runs of sign and scaled sign",
    min(smooth(e, n).smallest - 8 * e**2 for e in EPS3 for n in COMPRESSED),
    (-1e-6, None),
    origin="f(x0), rounding",
    controls={
        "full gradient": [smooth(0.3, n, full=True).smallest - 0.72 for n in COMPRESSED],
        "eps = 1.05": smooth(1.05, "sign").smallest - 8 * 1.05**2,
    },
)
claim.exact(
    "last f of SGD and error feedback, largest of 6 runs",
    max(problems.loss(problems.smooth_pair(e), smooth(e, n).x) for e in EPS3 for n in REPAIRED),
    (None, 1e-20),
    origin="0 up to the rounding of the start, with a factor of 1e12",
    controls={
        "no feedback": problems.loss(problems.smooth_pair(0.3), smooth(0.3, "scaled sign", "last").x),
        "memory decayed by 0.9": problems.loss(
            problems.smooth_pair(0.1),
            simulation.on_forms(problems.smooth_pair(0.1), Arm(keep=0.9), 0.02, steps, experiment.rng("decayed")).x,
        ),
    },
)

# %% [markdown]
# The general theorem at random instances in twenty dimensions with five forms.


# %%
def general(name, draw, forms):
    own = {"lr": 0.05, "decay": True} if name in COMPRESSED else {"lr": 0.02}
    rng = experiment.rng("batches", method=name, draw=draw, first=float(forms.rows[0, 0]))
    return forms, simulation.on_forms(forms, ARMS[name], steps=steps, rng=rng, **own)


def flipped(forms):  # one entry of one form gets the other sign
    rows = forms.rows.copy()
    rows[0, 0] *= -1
    return forms._replace(rows=rows)


instances = [problems.random_forms(experiment.rng("forms", draw=draw)) for draw in range(draws)]
found = {name: [general(name, draw, forms) for draw, forms in enumerate(instances)] for name in FOUR}
stuck = found["sign"] + found["scaled sign"]
slipped = [general("sign", draw, flipped(forms)) for draw, forms in enumerate(instances)]
claim = experiment.claim("general-span-stuck")
claim.exact(
    f"distance from x0 + span(s), largest of {2 * draws} draws of sign and scaled sign",
    max(run.off_line for _, run in stuck),
    (None, 1e-9),
    origin="rounding",
    controls={"one entry of one a_i with the other sign": [run.off_line for _, run in slipped]},
)
claim.exact(
    f"smallest f over the smallest value on that line, smallest of {2 * draws} draws",
    min(run.smallest / theory.smallest_on_line(forms.rows, forms.start) for forms, run in stuck),
    (1 - 1e-9, None),
    origin="Theorem I, rounding",
    controls={
        "error feedback": [
            run.smallest / theory.smallest_on_line(forms.rows, forms.start) for forms, run in found["EF, scaled sign"]
        ]
    },
)
claim.exact(
    f"last f of SGD and error feedback, largest of {2 * draws} draws",
    max(problems.loss(forms, run.x) for name in REPAIRED for forms, run in found[name]),
    (None, 1e-20),
    origin="0 up to rounding",
    controls={"no feedback": [problems.loss(forms, run.x) for forms, run in stuck]},
)

# %% [markdown]
# The failures are of the direction and not of the step size: the sign does not know how large the gradients are that it
# sees rarely, nor leave a line that all signs share. What is fed back, the sum of what was lost, repairs both. All of
# this is at batch 1 (or a deterministic subgradient that always has one sign pattern): the full gradient of the smooth
# problem has other signs, and signSGD converges.

# %%
experiment.finish()
