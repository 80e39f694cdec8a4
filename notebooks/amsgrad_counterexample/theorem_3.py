# %% [markdown]
# # Theorem 3: the same failure with independent gradients
#
# Let $g_t = C$ with probability $p = (1+\delta)/(C+1)$ and $-1$ otherwise, independently. The mean gradient is
# $\delta > 0$, the best point $-1$. Theorem 3: for all constant $\beta_1 < \sqrt{\beta_2}$ and $\delta$ there is a $C$
# such that Adam does not converge to it. The exact stationary drift per step and unit step size (ours) tells which $C$:
# $$d = -\mathbb E\frac{m}{\sqrt v} =
# -\frac{1}{\sqrt\pi}\int_0^\infty \frac{du}{\sqrt u}
# \prod_k\varphi_k(u)\;(1-\beta_1)\sum_j\beta_1^j\frac{\psi_j(u)}{\varphi_j(u)},$$
# with $w_k = (1-\beta_2)\beta_2^k$, $\varphi_k = p\,e^{-u w_k C^2} + (1-p)\,e^{-u w_k}$,
# $\psi_k = pC\,e^{-u w_k C^2} - (1-p)\,e^{-u w_k}$. Adam drifts to the wrong wall for $C > C^*$, the root of $d$.

# %% tags=["parameters"]
setting = ["0.2 0 0.9", "0.2 0.9 0.99", "1 0 0.9", "0.05 0.5 0.9", "0.2 0.9 0.9"]  # delta, beta1, beta2
multiple = [0.5, 1, 2]  # C / C*
T = 2_000_000
seeds = 5
T_drift = 1_000_000

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample import problems, simulation, theory
from optclaims.papers.amsgrad_counterexample.figures import online as figures

experiment = Experiment("amsgrad_counterexample", "theorem_3")


# %% [markdown]
# ## Simulation
# At each point: the drift, as displacement at a tiny constant step in 50 blocks, and the mean of the last tenth of $T$
# steps with $\alpha_t = 1/\sqrt t$ from $x_1 = 0$ for each seed.


# %%
critical = {s: theory.critical_gradient(*map(float, s.split())) for s in setting}


def problem(setting, multiple):
    delta, beta1, beta2 = map(float, setting.split())
    C = multiple * critical[setting]
    return C, float(theory.large_probability(C, delta)), {"beta1": beta1, "beta2": beta2}


def drift(algorithm, setting, multiple):
    C, p, betas = problem(setting, multiple)
    source = problems.two_valued(C, p, [experiment.rng("drift of " + algorithm, setting=setting, multiple=multiple)])
    samples = simulation.displacements(algorithm, source, 50, T_drift // 50, **betas)
    return {f"{algorithm}_drift": samples.mean(), f"{algorithm}_stderr": statistics.stderr(samples)}


def point(setting, multiple):
    C, p, betas = problem(setting, multiple)
    source = problems.two_valued(C, p, experiment.rng("seeds", setting=setting, multiple=multiple).spawn(seeds))
    x = simulation.run("adam", source, [round(0.9 * T), T], alpha=1, x1=0, **betas).tail_mean()
    drifts = drift("adam", setting, multiple) | drift("amsgrad", setting, multiple)
    return pd.DataFrame({"seed": range(seeds), "x": x, "C": C, **drifts})


runs = experiment.sweep(point, setting=setting, multiple=multiple)

# %% [markdown]
# ## Theory against simulation


# %%
def predicted(setting, multiple, momentum=True):
    C, p, betas = problem(setting, multiple)
    return theory.stochastic_drift(C, p, betas["beta1"] if momentum else 0.0, betas["beta2"])


points = runs[runs.seed == 0].copy()
where = list(zip(points.setting, points.multiple, strict=True))
points["predicted"] = [predicted(*w) for w in where]
points["without_momentum"] = [predicted(*w, momentum=False) for w in where]
curve = [
    {"setting": s, "multiple": k, "drift": predicted(s, k), "kind": "integral"}
    for s in setting
    for k in np.geomspace(min(multiple), max(multiple), 19)
]
simulated = points.rename(columns={"adam_drift": "drift", "adam_stderr": "stderr"})[
    ["setting", "multiple", "drift", "stderr"]
]
drifts = pd.concat([pd.DataFrame(curve).assign(stderr=0.0), simulated.assign(kind="simulation")])
experiment.figure("stochastic_drift", drifts, draw=figures.stochastic_drift)
experiment.figure("end_points", runs[["setting", "multiple", "seed", "x"]], draw=figures.end_points)

# %% [markdown]
# ## Checks
# At $C^*$ the drift is 0 and the end point undecided: the control of the second check.

# %%
claim = experiment.claim("thm3-stochastic")
claim.consistent(
    "drift of Adam against the integral",
    points.adam_drift,
    points.predicted,
    points.adam_stderr,
    dof=49,
    origin="standard errors from 50 blocks",
    controls={
        "gradient in place of m": {"predicted": points.without_momentum},
        "AMSGrad": {"measured": points.amsgrad_drift, "stderr": points.amsgrad_stderr},
    },
)
wall = np.sign(np.log(runs.multiple))
claim.exact(
    "distance to the predicted side: smallest sign(d) x over all runs off the critical C",
    (wall * runs.x)[runs.multiple != 1].min(),
    (0.9, None),
    origin="near the wall, every seed",
    controls={"at the critical C": [group.abs().min() for _, group in runs[runs.multiple == 1].groupby("setting").x]},
)

# %% [markdown]
# The integral decides: at half the critical $C$ every run ends near the best point, at twice that $C$ at the worst.

# %%
experiment.finish()
