# %% [markdown]
# # The inverse effective step
#
# The paper's diagnosis (sections 2 and 3): the convergence proof of Adam silently needs
# $$\Gamma_t = \frac{\sqrt{\hat v_t}}{\alpha_t} - \frac{\sqrt{\hat v_{t-1}}}{\alpha_{t-1}} \ge 0 .$$
# AMSGrad and AdamNc guarantee it, Adam does not: on the problem of Theorem 1 it is violated in two steps of three. The
# libraries' AMSGrad is not the paper's: torch takes the maximum of raw $v_t$ and divides by $1-\beta_2^t$ *after* it,
# so that its denominator falls again; optax takes the maximum of the bias-corrected $v_t$ and keeps the first one,
# $g_1^2$, for ever.

# %% tags=["parameters"]
T = 300_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample import problems, simulation
from optclaims.papers.amsgrad_counterexample.figures import online as figures

experiment = Experiment("amsgrad_counterexample", "effective_step")

# %% [markdown]
# ## Effective step $\alpha_t/\sqrt{\hat v_t}$ on the online problem of Figure 1, and the library variants

# %%
first = np.arange(1, 506)


def online(algorithm, times, alpha=0.5, constant=False, eps=0.0):
    source = problems.periodic(1010, 101, 10)
    return simulation.run(
        algorithm, source, times, alpha=alpha, beta1=0.9, beta2=0.99, x1=0.0, constant=constant, eps=eps
    )


steps = {a: online(a, first) for a in ("adam", "amsgrad", "adamnc")}
frame = [{"algorithm": a, "t": first, "effective_step": 1 / r.inverse_step[0]} for a, r in steps.items()]
experiment.figure("effective_step", pd.concat(map(pd.DataFrame, frame)), draw=figures.effective_step)

# %%
times = np.union1d(first[:303], simulation.every(101, 5000))  # all of three periods, then the start of each
variants = {
    a: online(a, times, alpha=1e-3, constant=True, eps=0 if a == "amsgrad" else 1e-8)
    for a in ("amsgrad", "torch", "optax")
}
frame = [{"algorithm": a, "t": times, "x": r.x[0], "denominator": r.denominator[0]} for a, r in variants.items()]
experiment.figure("variants", pd.concat(map(pd.DataFrame, frame)), draw=figures.variants)

# %% [markdown]
# ## Counts of $\Gamma_t < 0$

# %%
streams = experiment.rng("gradients").spawn(10)
cases = {
    "Theorem 1": (problems.sample(problems.periodic(4, 3), T), 0.0, 1 / 17),
    "online": (problems.sample(problems.periodic(1010, 101, 10), T), 0.9, 0.99),
    "signs": (problems.sample(problems.random_signs(streams[:5]), T), 0.9, 0.99),
    "gaussian": (problems.sample(problems.drifting(0.3, streams[5:]), T), 0.5, 0.9),
}


def decreases(algorithm, problem, constant=False, length=T):
    g, beta1, beta2 = cases[problem]
    run = simulation.run(algorithm, problems.given(g), [length], alpha=0.5, beta1=beta1, beta2=beta2, constant=constant)
    return run.decreases.mean() / length


counts = [
    (a, p, c) for a in ("amsgrad", "adamnc") for p in cases for c in ((False, True) if a == "amsgrad" else (False,))
]
claim = experiment.claim("gamma-nonneg")
claim.exact(
    "largest fraction of steps with a negative increment, AMSGrad and AdamNc on four problems",
    max(decreases(*count) for count in counts),
    (0, 0),
    origin="none",
    controls={
        "torch's correction after the maximum": decreases("torch", "online", constant=True, length=5000),
        "Adam, where the gradients vary in size": [decreases("adam", p) for p in cases if p != "signs"],
    },
)
claim.exact(
    "fraction of steps with a negative increment, Adam on the problem of Theorem 1",
    decreases("adam", "Theorem 1"),
    (2 / 3 - 0.01, 2 / 3 + 0.01),
    origin="after each of the two small gradients",
    controls={"AMSGrad": decreases("amsgrad", "Theorem 1"), "Adam on the online problem": decreases("adam", "online")},
)

# %% [markdown]
# The identity holds for the paper's AMSGrad and for AdamNc. It fails for torch's variant, whose denominator falls from
# 1010 to 126.5 over the first period; optax's never falls, and its steps stay eight times too small.

# %%
experiment.finish()
