# %% [markdown]
# # Eigenbasis, small batches: GN$^{-1}$ is the best power
#
# For a fixed preconditioner $P$ the second moment $S = \mathbb E[\Delta\Delta^\top]$ obeys an exact recursion,
# $$S' = S - \eta(PHS + SHP) + \eta^2 P\Big[\tfrac{\mathrm{tr}(HS) + \sigma^2}{B} H + \big(1 + \tfrac1B\big)
# HSH\Big]P ,$$
# which in the eigenbasis closes on the diagonal. Simulated runs should follow it, and tuned over $\eta_0$ it ranks the
# powers $p$ of $\mathrm{diag}(U^\top H U)$.

# %% tags=["parameters"]
runs = 2000
T = 1000
points = 51

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adam_vs_gauss_newton import figures, problems, simulation, theory, tuning

experiment = Experiment("adam_vs_gauss_newton", "risk_recursion")

# %% [markdown]
# ## The recursion against runs

# %%
H = problems.block_matrix(4, np.full(8, 0.9), np.geomspace(1, 0.05, 8))
bases, rates = {"I": None, "E": problems.eigenbasis(H)}, {0: 0.1, -0.5: 0.05, -1: 0.01}
claim = experiment.claim("gn-recursion-exact")


def error(basis, p, B, steps, rate, wick=1.0):
    P, rng = problems.quadratic(H, 0.5, bases[basis]), experiment.rng("runs", basis=basis, p=p, B=B, wick=wick)
    start = np.tile(problems.unit_start(P, rng, 1), (runs, 1))
    simulated = simulation.descend(P, start, p, [rate], simulation.draws(rng, steps, runs, 32, B), record=True)[:, 0]
    exact = theory.matrix_risk(
        P.hessian, np.outer(start[0], start[0]), p, rate * (1 - np.arange(steps) / steps), B, 0.5, wick=wick
    )
    worst = np.abs(simulated.mean(axis=1) / exact - 1).argmax()
    return statistics.mean(simulated[worst] / exact[worst] - 1)


mistake = error("E", -1, 1, 300, 0.04, wick=-1.0)
for basis in bases:
    for p, rate in rates.items():
        claim.within(
            f"largest relative error over time, basis {basis}, power {p}",
            error(basis, p, 4, 200, rate),
            (-0.05, 0.05),
            origin="5 %, a few standard errors",
            controls={"1 - 1/B in the recursion, B = 1": mistake},
        )

# %% [markdown]
# ## Which power wins, when every direction starts with the same loss

# %%
lam, powers, grid = np.geomspace(1, 1e-3, 64), [0, -0.25, -0.5, -0.75, -1, -1.25], np.geomspace(1e-4, 3, points)


def risk(p, B, sigma2, start):
    final = theory.mode_risk(lam, start, p, grid, B, np.sqrt(sigma2), steps=T)
    return 10.0 ** tuning.tuned(final[:, None], grid, edge=True).log_loss[0]


uniform, isotropic = 1 / (64 * lam), np.full(64, 1 / 64)
rows = [
    {"sigma2": s2, "batch": B, "power": p, "risk": risk(p, B, s2, uniform)}
    for s2 in (0.25, 0.0)
    for B in (1, 8, 64)
    for p in powers
]
table = pd.DataFrame(rows)
experiment.figure("powers", table.assign(risk=table.risk.clip(lower=1e-30)), draw=figures.powers)
claim = experiment.claim("eigen-stochastic-gn1")
other = powers[int(np.argmin([risk(p, 1, 0.25, isotropic) for p in powers]))]
for (s2, B), part in table.groupby(["sigma2", "batch"]):
    winner = part.power.iloc[int(part.risk.argmin())]
    claim.exact(
        f"best power at sigma^2 = {s2:g}, B = {B}",
        float(winner),
        (-1, -1),
        origin="equal contraction in all directions",
        controls={"isotropic start, sigma^2 = 0.25, B = 1": float(other)},
    )
experiment.finish()

# %% [markdown]
# The ranking is a statement about the slowest direction: from an isotropic start with label noise the slow directions
# carry little loss, and a milder power is better.
