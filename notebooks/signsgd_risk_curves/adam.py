# %% [markdown]
# # Adam between signSGD and SGD
#
# The paper conjectures that its analysis extends to Adam. With $\beta_1 = 0$, no $\epsilon$, fixed $\beta_2$ and $d \to \infty$ the risk equation keeps its
# form; a coordinate sees $p = zw$, a product of independent normals, and with $V$ the stationary average of $p^2$
# $$\tfrac2\pi \to \varphi_A = E[p^2/\sqrt V], \qquad K_\sigma \to c_A I,\quad c_A = E[p^2 / V] \quad\text{(diagonal } K).$$
# $\beta_2 = 0$ is signSGD, $\beta_2 \to 1$ a normalised SGD: noise over squared drift falls from $\pi^2/4$ to 1. Both coefficients are
# single integrals here; with momentum $c_A$ is a long-run variance, by Monte Carlo.

# %% tags=["parameters"]
d = 200
T = 8
betas = [[0, 0], [0, 0.5], [0, 0.9]]
runs = 400
bound = 0.12
steps = 20_000

# %%
import numpy as np
import pandas as pd

from optclaims import statistics, streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "adam")

# %% [markdown]
# ## Coefficients

# %%
beta2 = [0.0, 0.5, 0.9, 0.99, 0.999]
exact = np.array([theory.adam_coefficients(b) for b in beta2])
sampled, error = (
    np.array(x)
    for x in zip(
        *(
            theory.adam_coefficients_sampled(b, experiment.rng("coefficients", beta2=b), steps=steps, blocks=50)
            for b in beta2[1:]
        ),
        strict=True,
    )
)
grid = 1 - np.geomspace(1, 1e-4, 41)
lines = pd.DataFrame([theory.adam_coefficients(b) for b in grid], columns=["phi", "c"]).assign(
    memory=1 - grid, kind="quadrature", phi_error=0.0, c_error=0.0
)
points = pd.DataFrame(sampled, columns=["phi", "c"]).assign(
    memory=1 - np.array(beta2[1:]), kind="Monte Carlo", phi_error=error[:, 0], c_error=error[:, 1]
)
experiment.figure("coefficients", pd.concat([lines, points]), draw=figures.coefficients)

claim = experiment.claim("adam-interpolates")
known = np.array(
    [[2 / np.pi, 1], [0.6893, 0.6667], [0.8659, 0.8225], [0.9780, 0.9660], [0.9978, 0.9960]]
)  # ten million samples
for j, name in enumerate(("phi_A", "c_A")):
    claim.exact(f"largest relative deviation of {name} from a table by 10^7 samples", np.abs(exact[:, j] / known[:, j] - 1).max(), (None, 0.005), origin="0.5 %, the table's accuracy",
                controls={"the entry for the next beta2": np.abs(exact[1:, j] / known[:-1, j] - 1).min() if j == 0 else np.abs(exact[2:, j] / known[1:-1, j] - 1).min()})  # fmt: skip
claim.consistent("coefficients by quadrature against Monte Carlo, four beta2", sampled, exact[1:], error, origin="standard errors",
                 controls={"V without the current gradient, phi_A of signSGD": dict(measured=sampled[1:, 0], predicted=2 / np.pi, stderr=error[1:, 0])})  # fmt: skip
level = exact[:, 1] / exact[:, 0] ** 2
claim.exact(
    "largest change of c_A / phi_A^2 from one beta2 to the next",
    np.diff(level).max(),
    (None, 0),
    null=0,
    origin="decreasing",
    controls={"signSGD's value at every beta2": 0.0},
)
claim.exact(
    "c_A / phi_A^2 at beta2 = 0 over pi^2 / 4",
    level[0] / (np.pi**2 / 4),
    (1 - 1e-9, 1 + 1e-9),
    origin="signSGD",
    controls={"at beta2 = 0.5": level[1] / (np.pi**2 / 4)},
)
claim.exact(
    "c_A / phi_A^2 at beta2 = 0.999",
    level[-1],
    (1, 1.01),
    origin="the limit 1 to one per cent",
    controls={"at beta2 = 0.9": level[2]},
)

# %% [markdown]
# ## Risk curves

# %%
v, rate, times = 0.5, 0.5, np.linspace(0, T, 41)
K, delta = problems.power_law(d), problems.flat_start(d)


def coefficients(b1, b2):
    sampled = lambda: theory.adam_coefficients_sampled(
        b2, experiment.rng("momentum", betas=[b1, b2]), beta1=b1, steps=10 * steps
    )[0]  # noqa: E731
    return theory.adam_coefficients(b2) if b1 == 0 else (theory.adam_coefficients(b2, b1)[0], sampled()[1])


curves = {
    tuple(b): simulation.risk_curves(
        streaming.diagonal(K),
        delta,
        simulation.gaussian(v),
        rate,
        "adam",
        times,
        runs,
        experiment.rng("runs", betas=b),
        betas=tuple(b),
    )
    for b in betas
}
odes = {b: theory.adam_risk(K, delta, v, rate, times, b[1], coefficients=coefficients(*b)) for b in curves}
table = pd.concat([figures.curve_table(c, odes[b], times, betas=f"{b[0]:g}, {b[1]:g}") for b, c in curves.items()])
experiment.figure("adam", table, draw=figures.adam)

claim, sign = experiment.claim("adam-conjecture"), theory.adam_risk(K, delta, v, rate, times, 0)
for b, c in curves.items():
    rng, mean, error = experiment.rng("bootstrap", betas=b), c.mean(axis=0)[1:], statistics.stderr(c)[1:]
    wrong = (
        {"signSGD's equation": sign}
        if b[1] > 0
        else {"coefficients of beta2 = 0.9": theory.adam_risk(K, delta, v, rate, times, 0.9)}
    )
    claim.within(f"rms over time of mean risk / curve - 1, betas {b}", measures.rms_gap(c, odes[b], rng), (None, bound),
                 origin=f"{bound:g} of the risk, stated before running", controls={n: measures.rms_gap(c, w, rng) for n, w in wrong.items()})  # fmt: skip
    claim.consistent(f"mean risk at 40 times, betas {b}", mean, odes[b][1:], error, bias=bound * odes[b][1:], origin=f"a bias of {bound:g} of the risk and standard errors",
                     controls={n: dict(measured=mean[-1], predicted=w[-1], stderr=error[-1], bias=bound * odes[b][-1]) for n, w in wrong.items()})  # fmt: skip
experiment.finish()

# %% [markdown]
# Adam's risk follows the conjectured equation as long as its memory $1/(1-\beta_2)$ is short against $d$: the more it averages, the less
# noise it adds for the same drift.
