# %% [markdown]
# # Adam follows the same risk equation
#
# The paper conjectures that its analysis extends to Adam. With no $\epsilon$, fixed betas and $d \to \infty$ the risk
# equation of signSGD keeps its form for a diagonal covariance, with two coefficients that depend on the betas only:
# $$\tfrac2\pi \to \varphi_A, \qquad K_\sigma \to c_A I .$$
# Betas $(0, 0)$ are signSGD. Adam's averages start stationary, and their memory $1/(1 - \beta_2)$ has to be short
# against $d$. With momentum $c_A$ is a long-run variance, taken from Monte Carlo; all else is quadrature
# (`adam_coefficients`).

# %% tags=["parameters"]
d = 200
T = 8
betas = [[0, 0], [0, 0.5], [0, 0.9]]
runs = 2000
bound = 0.015
steps = 200_000

# %%
import numpy as np
import pandas as pd

from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "adam")

# %%
law, rate, times = theory.Gaussian(0.5), 0.5, np.linspace(0, T, 41)
K, delta, noise = problems.power_law(d), problems.flat_start(d), simulation.gaussian(0.5)


def simulated(pair):
    rng, features = experiment.rng("runs", betas=pair), streaming.diagonal(K)
    return simulation.risk_curves(features, delta, noise, rate, "adam", times, runs, rng, beta1=pair[0], beta2=pair[1])


def coefficients(beta1, beta2):
    if beta1 == 0:
        return theory.adam_coefficients(beta2)
    rng = experiment.rng("coefficients", betas=[beta1, beta2])
    sampled, _ = theory.adam_coefficients_sampled(beta2, rng, beta1=beta1, steps=steps)
    return theory.adam_coefficients(beta2, beta1)[0], sampled[1]


def equation(beta1, beta2):
    return theory.adam_risk(K, delta, law, rate, times, beta2, coefficients=coefficients(beta1, beta2))


curves = {f"{pair[0]:g}, {pair[1]:g}": simulated(pair) for pair in betas}
odes = {name: equation(*pair) for name, pair in zip(curves, betas, strict=True)}
table = pd.concat([figures.curve_table(c, odes[name], times, betas=name) for name, c in curves.items()])
experiment.figure("adam", table, draw=figures.adam)

# %% [markdown]
# ## Mean risk against the equation
# Two wrong equations: signSGD's, and that of the neighbouring memory $\beta_2$, a few per cent away.

# %%
claim, neighbour = experiment.claim("adam-conjecture"), {0: 0.5, 0.5: 0.9, 0.9: 0.99, 0.95: 0.99, 0.99: 0.9}
for pair, (name, c) in zip(betas, curves.items(), strict=True):
    near = [pair[0], neighbour[pair[1]]]
    wrong = {f"coefficients of beta2 = {near[1]:g}": equation(*near)}
    wrong |= {} if name == "0, 0" else {"signSGD's equation": equation(0, 0)}
    origin = "1.5 % rms, three times the correction of order 1/d; twice that at the worst time"
    measures.follows(claim, f"betas {name}", c, odes[name], wrong, bound, 2 * bound, origin)
experiment.finish()

# %% [markdown]
# Adam's risk follows the conjectured equation within a few per cent: the more it averages, the less noise it adds for
# the same drift.
