# %% [markdown]
# # Between the bases
#
# $U(\tau) = \exp(\tau\log V)$ leads from the identity ($\tau = 0$) to the eigenbasis $V$ ($\tau = 1$). Gauss-Newton
# becomes exact only at the end: the condition number after $\mathrm{GN}^{-1}$ is 1 there, after $\mathrm{GN}^{-1/2}$ it
# is $\sqrt\kappa$. The curve depends on the sign and order convention of the eigenvectors.

# %% tags=["parameters"]
T = 200
taus = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
starts = 40

# %%
import numpy as np
import pandas as pd
from scipy.stats import ortho_group

from optclaims.experiment import Experiment
from optclaims.papers.adam_vs_gauss_newton import figures, problems, simulation, theory
from optclaims.papers.adam_vs_gauss_newton.measures import tuning

experiment = Experiment("adam_vs_gauss_newton", "geodesic")

# %% [markdown]
# ## End points

# %%
claim, kappa = experiment.claim("basis-geodesic"), 100
spectrum = np.geomspace(3.6, 3.6 / kappa, 4)
block = problems.block_matrix(4, (spectrum - 1) / 3, np.ones(4))
V = problems.eigenbasis(block)
condition = np.linalg.cond(block)
at = {(tau, p): theory.conditioning(block, theory.geodesic(V, tau), p) for tau in (0, 0.5, 1) for p in (-1, -0.5)}
claim.exact(
    "condition number in the identity basis over that of H",
    at[0, -1] / condition,
    (1 - 1e-6, 1 + 1e-6),
    origin="a unit diagonal",
    controls={"half way": at[0.5, -1] / condition},
)
claim.exact(
    "condition number after GN^-1 in the eigenbasis",
    at[1, -1],
    (1 - 1e-6, 1 + 1e-6),
    origin="exact",
    controls={"GN^(-1/2)": at[1, -0.5]},
)
claim.exact(
    "condition number after GN^(-1/2) in the eigenbasis, over sqrt kappa",
    at[1, -0.5] / np.sqrt(condition),
    (1 - 1e-6, 1 + 1e-6),
    origin="exact",
    controls={"half way": at[0.5, -0.5] / np.sqrt(condition)},
)

# %% [markdown]
# ## Training on the way: a random rotation in 16 dimensions, generic starts, full batch

# %%
rng = experiment.rng("rotation")
Q = ortho_group.rvs(16, random_state=rng)
H = Q * np.geomspace(1, 1e-3, 16) @ Q.T
H = (H + H.T) / 2
V, start, full = problems.eigenbasis(H), rng.standard_normal((starts, 16)), simulation.draws(rng, T, 1, 1, np.inf)
error = max(
    np.abs(theory.geodesic(V, 1.0)[:, :-1] - V[:, :-1]).max(),
    np.abs(theory.geodesic(V, 0.5) @ theory.geodesic(V, 0.5) - theory.geodesic(V, 1.0)).max(),
)
claim.exact(
    "error of the geodesic at its end and of two halves",
    float(error),
    (None, 1e-10),
    origin="rounding",
    controls={},
    identity=True,
)
methods, grid, rows, logs = {"Adam": "adam", "GN^-1/2": -0.5, "GN^-1": -1}, np.geomspace(1e-4, 30, 81), [], {}


def final_loss(U, method):
    w, P = start @ U, problems.quadratic(H, 0.0, U)
    losses = simulation.descend(P, w, method, grid, full) / (((w @ P.root) ** 2).sum(axis=1) / 2)
    return float(tuning.tuned(losses, grid).log_loss.mean())


for tau in taus:
    U = theory.geodesic(V, tau)
    rows += [
        {"kind": "conditioning", "tau": tau, "method": n, "value": theory.conditioning(H, U, methods[n])}
        for n in ("GN^-1/2", "GN^-1")
    ]
    logs |= {(n, tau): final_loss(U, method) for n, method in methods.items()}
    rows += [{"kind": "loss", "tau": tau, "method": n, "value": 10.0 ** max(logs[n, tau], -40)} for n in methods]
experiment.figure("geodesic", pd.DataFrame(rows), draw=figures.geodesic)

# %%
late = {n: logs[n, 0.8] - logs[n, 1] for n in methods}
claim.exact(
    "smallest gain of a method from the identity to the eigenbasis, in decades",
    min(logs[n, 0] - logs[n, 1] for n in methods),
    (0.1, None),
    origin="a tenth of a decade, clear of rounding",
    controls={"gradient descent, which knows no basis": final_loss(np.eye(16), 0) - final_loss(V, 0)},
)
spread = {tau: max(logs[n, tau] for n in methods) - min(logs[n, tau] for n in methods) for tau in taus}
claim.exact(
    "largest spread over the methods up to tau = 0.8, in decades",
    max(spread[t] for t in taus if t <= 0.8),
    (None, 1.3),
    origin="one to two decades",
    controls={"at the eigenbasis": spread[1]},
)
claim.exact(
    "gain of GN^-1 on the last fifth of the way, beyond the next method's, in decades",
    late["GN^-1"] - max(late["Adam"], late["GN^-1/2"]),
    (0, None),
    null=0,
    origin="it gains most",
    controls={"Adam in its place": late["Adam"] - max(late["GN^-1"], late["GN^-1/2"])},
)
experiment.finish()
