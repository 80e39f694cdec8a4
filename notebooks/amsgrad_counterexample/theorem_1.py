# %% [markdown]
# # Theorem 1: Adam with linear regret on a problem of period three
#
# Theorem 1 of Reddi, Kale and Kumar: on $f_t(x) = C x$ for $t \bmod 3 = 1$ and $f_t(x) = -x$ otherwise, $x \in [-1, 1]$
# and $C > 2$, Adam with $\beta_1 = 0$, $\beta_2 = 1/(1+C^2)$ and $\alpha_t = \alpha/\sqrt t$,
# $\alpha < \sqrt{1-\beta_2}$, does not converge. The best point is $-1$, yet from $x_1 = 1$ every cycle ends at $+1$
# exactly, so that
# $$x_{3k+1} = 1, \qquad \frac{R_T}{T} \to \frac{2C-4}{3}.$$
# The large gradient comes once in three steps; by then Adam has forgotten its size and divides the small ones by
# themselves.

# %% tags=["parameters"]
T = 300_000
C = [2.1, 3, 4, 10]

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample import problems, simulation, theory
from optclaims.papers.amsgrad_counterexample.figures import online as figures

experiment = Experiment("amsgrad_counterexample", "theorem_1")


# %% [markdown]
# ## The saw-tooth
# Adam and AMSGrad on the same gradients, both from $x_1 = 1$.


# %%
def play(algorithm, large, times, x1=1.0, beta1=0.0, beta2=None, alpha=None):
    beta2 = theory.theorem1_beta2(large) if beta2 is None else beta2
    alpha = 0.9 * np.sqrt(1 - beta2) if alpha is None else alpha
    source = problems.periodic(large, 3)
    return simulation.run(algorithm, source, times, alpha=alpha, beta1=beta1, beta2=float(beta2), x1=x1)


first = np.arange(1, 61)
iterates = [{"algorithm": a, "t": first, "x": play(a, 3, first).x[0]} for a in ("adam", "amsgrad")]
experiment.figure("sawtooth", pd.concat(map(pd.DataFrame, iterates)), draw=figures.sawtooth)

# %% [markdown]
# ## Average regret
# The regret of Adam levels off at $(2C-4)/3$; AMSGrad's ($C = 4$) falls like $1/\sqrt t$.

# %%
times = simulation.thinned(T, 120, log=True)
curves = {("adam", large): play("adam", large, times) for large in C} | {("amsgrad", 4): play("amsgrad", 4, times)}
regret = [
    {
        "algorithm": a,
        "C": c,
        "t": times,
        "average_regret": r.regret[0] / times,
        "limit": float(theory.theorem1_limit(c)) if a == "adam" else 0.0,
    }
    for (a, c), r in curves.items()
]
experiment.figure("average_regret", pd.concat(map(pd.DataFrame, regret)), draw=figures.average_regret)

# %% [markdown]
# ## The point at the start of each cycle, and the limit
# Two step sizes for each $C$. The gap is relative to the limit, or to 0.1 where that is larger: $C = 2.1$ has the limit
# 0.067. Adam is not always wrong: with ordinary parameters, or with $\beta_2$ just above the critical 0.4723 of
# $C = 3$, it converges.

# %%
cycles = simulation.every(3, T)


def start_of_cycles(algorithm, large, **parameters):
    return play(algorithm, large, cycles, **parameters).x.min()


def gap(algorithm, large, **parameters):
    limit = float(theory.theorem1_limit(large))
    return abs(play(algorithm, large, [T], **parameters).regret[0, 0] / T - limit) / max(limit, 0.1)


settings = [(large, alpha) for large in C for alpha in (None, 0.1)]
claim = experiment.claim("thm1-linear-regret")
for quantity, function, worst, accept, origin in [
    ("smallest x at the start of a cycle", start_of_cycles, min, (1 - 1e-12, None), "equals 1, up to rounding"),
    (
        "largest gap between R_T/T and (2C-4)/3, relative to the limit",
        gap,
        max,
        (None, 0.03),
        "3 %: the gap falls like 1/sqrt(T)",
    ),
]:
    claim.exact(
        quantity,
        worst(function("adam", large, alpha=alpha) for large, alpha in settings),
        accept,
        origin=origin,
        controls={
            "AMSGrad": [function("amsgrad", large, alpha=alpha) for large, alpha in settings],
            "Adam with beta = (0.9, 0.99), C = 4": function("adam", 4, beta1=0.9, beta2=0.99),
            "Adam with beta2 = 0.5, above the critical one, C = 3": function("adam", 3, beta2=0.5),
        },
    )

# %% [markdown]
# ## From any start
# Starting at the best point does not help.

# %%
starts = [(large, x1) for large in (3, 4) for x1 in (-1.0, -0.5, 0.0)]


def end(algorithm, large, **parameters):
    return play(algorithm, large, [T], **parameters).final[0]


claim = experiment.claim("thm1-any-start")
for quantity, function, worst, accept, origin in [
    ("smallest final x over starts -1, -0.5, 0", end, min, (0.9, None), "near the wall +1"),
    ("largest relative gap between R_T/T and (2C-4)/3", gap, max, (None, 0.03), "3 %: the gap falls like 1/sqrt(T)"),
]:
    claim.exact(
        quantity,
        worst(function("adam", large, x1=x1, alpha=0.5) for large, x1 in starts),
        accept,
        origin=origin,
        controls={
            "AMSGrad": [function("amsgrad", large, x1=x1, alpha=0.5) for large, x1 in starts],
            "Adam with beta = (0.9, 0.99), C = 4": function("adam", 4, x1=0.0, alpha=0.5, beta1=0.9, beta2=0.99),
        },
    )

# %% [markdown]
# Adam ends every cycle where it began it, at the worst point, to the last bit. The failure belongs to the pair of
# problem and parameters: the phase diagram of the experiment `drift` shows where the boundary runs.

# %%
experiment.finish()
