# %% [markdown]
# # Small batches: Adam and GN$^{-1/2}$ reach the same loss
#
# Least squares with 16 blocks of correlated features, label noise 1/2, learning rates tuned alike on common random
# numbers with $\eta_t = \eta_0 (1 - t/T)$. Adam with the expected second moment is
# $\mathrm{GN}^{-1/2}$ with steps $\eta\sqrt{B / 2L_t}$ up to a bounded factor, so the tuned losses should agree at
# small batches and part at full batch. The gap is $\overline{\log_{10} L_{\text{Adam}} - \log_{10} L_{\mathrm{GN}}}$ in
# decades.

# %% tags=["parameters"]
T = 600
runs = 16
judged_runs = 400
path_runs = 16
gap_bound = 0.09

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adam_vs_gauss_newton import figures, problems, simulation
from optclaims.papers.adam_vs_gauss_newton.measures import tuning

experiment = Experiment("adam_vs_gauss_newton", "small_batch")
H = problems.block_problem()
bases = {"I": None, "E": problems.eigenbasis(H)}
methods = {"Adam": "adam", "GN^-1/2": -0.5, "GN^-1": -1, "GD": 0}
grids = {
    "Adam": np.geomspace(1e-3, 1, 25),
    "GN^-1/2": np.geomspace(3e-3, 10, 29),
    "GN^-1": np.geomspace(5e-4, 8, 34),
    "GD": np.geomspace(5e-3, 5, 25),
}

# %% [markdown]
# ## The four quadrants


# %%
names = ("I", "E")
rng_keys = [(0.5, 1), (0.5, 16), (0.5, np.inf), (0.0, 1), (0.0, 16)]
losses, lowest, setups = {}, {}, {}
for sigma, B in rng_keys:
    P = {b: problems.quadratic(H, sigma, bases[b]) for b in names}
    rng = experiment.rng("runs", sigma=sigma, B=str(B))
    start, noise = problems.unit_start(P["I"], rng, runs), simulation.draws(rng, T, runs, 64, B)
    for b in names:
        w0 = start if b == "I" else start @ bases["E"]
        setups[b, sigma, B] = P[b], w0, noise
        for n, m in methods.items():
            paths = simulation.descend(P[b], w0, m, grids[n], noise, record=True)
            losses[b, sigma, B, n] = paths[-1]
            # The eigenbasis keeps the coordinates, and their digits, apart.
            lowest[b, sigma, B, n] = 1e-30 if b == "E" else np.maximum(tuning.rounding(paths), 1e-30)
best = {key: tuning.tuned(values, grids[key[3]]) for key, values in losses.items()}


def gap(basis, sigma, B, other, method="Adam"):
    return statistics.mean(best[basis, sigma, B, method].log_loss - best[basis, sigma, B, other].log_loss)


rows = [
    {"basis": b, "batch": "full" if np.isinf(B) else str(B), "method": n, "lr": r, "loss": v}
    for (b, s, B, n), values in losses.items()
    if s == 0.5
    for r, v in zip(grids[n], tuning.typical(values, 1.0, lowest[b, s, B, n]), strict=True)
]
table = pd.DataFrame(rows).sort_values(
    ["basis", "batch"], kind="stable", key=lambda c: c.map({"I": 0, "E": 1, "1": 0, "16": 1, "full": 2})
)
experiment.figure("quadrants", table, draw=figures.quadrants)


def tuned_path(basis, B, name):
    P, w0, noise = setups[basis, 0.5, B]
    path = simulation.descend(P, w0, methods[name], [best[basis, 0.5, B, name].lr], noise, record=True)[:, 0]
    return tuning.curve(path / path[0], f"basis {basis}, batch {'full' if np.isinf(B) else B}", name)


shown = [(b, B, n) for b in names for B in (np.inf, 16) for n in methods]
frames = [part[(part.step % 10 == 0) & (part.log_loss > -12)] for part in (tuned_path(*key) for key in shown)]
experiment.figure("quadrant_curves", pd.concat(frames), draw=figures.curves)

# %% [markdown]
# Judged on fresh runs, each method at the rate that was tuned above. At $B = 1$ in the eigenbasis $\mathrm{GN}^{-1}$ is
# about as far behind Adam as the bound is wide, so it is no control there.


# %%
def fresh(basis, B):
    P, rng = setups[basis, 0.5, B][0], experiment.rng("judged", basis=basis, B=B)
    start, noise = problems.unit_start(P, rng, judged_runs), simulation.draws(rng, T, judged_runs, 64, B)
    rates = {n: best[basis, 0.5, B, n].lr for n in ("Adam", "GN^-1/2", "GD")}
    return {n: tuning.log_losses(simulation.descend(P, start, methods[n], [r], noise)[0]) for n, r in rates.items()}


claim = experiment.claim("small-batch-equal-loss")
for B in (1, 16):
    for b in names:
        ends = fresh(b, B)
        gaps = {n: statistics.mean(ends["Adam"] - ends[n]) for n in ("GN^-1/2", "GD")}
        controls = {"full batch": gap("I", 0.5, np.inf, "GN^-1/2")} | ({"GD": gaps["GD"]} if b == "E" else {})
        claim.within(
            f"gap of Adam to GN^(-1/2), basis {b}, B = {B}",
            gaps["GN^-1/2"],
            (-gap_bound, gap_bound),
            origin="less than a tenth of a decade",
            controls=controls,
        )

# %% [markdown]
# ## Without label noise and at $B = 16$ the order of Adam and GN$^{-1}$ turns round

# %%
claim = experiment.claim("identity-small-gn1-can-win")
ahead, behind = gap("I", 0.0, 16, "GN^-1"), gap("I", 0.0, 1, "GN^-1")
claim.within(
    "decades by which GN^-1 is ahead of Adam, identity basis, no label noise, B = 16",
    ahead,
    (0.8, None),
    origin="most of a decade",
    controls={"B = 1": behind},
)
claim.within(
    "the same at B = 1, where Adam is ahead",
    behind,
    (None, -0.2),
    origin="a fifth of a decade",
    controls={"B = 16": ahead},
)

# %% [markdown]
# ## A running average in place of the expectation

# %%
claim = experiment.claim("ema-vs-oracle")


def averaged(basis, sigma, B, beta2):
    P, rng = (
        problems.quadratic(H, sigma, bases[basis]),
        experiment.rng("average", basis=basis, sigma=sigma, B=B, beta2=beta2),
    )
    start, noise = problems.unit_start(P, rng, runs), simulation.draws(rng, T, runs, 64, B)
    pair = [simulation.descend(P, start, "adam", grids["Adam"], noise, beta2=b) for b in (None, beta2)]
    oracle, average = (tuning.tuned(x, grids["Adam"]).log_loss for x in pair)
    return statistics.mean(average - oracle)


lag = averaged("E", 0.0, 16, 0.99)
for b in names:
    for beta2 in (0.9, 0.99, 0.999):
        claim.within(
            f"gap of averaged to idealised Adam, basis {b}, B = 1, beta2 = {beta2}",
            averaged(b, 0.5, 1, beta2),
            (-0.1, 0.1),
            origin="a tenth of a decade",
            controls={"no label noise, B = 16, E": lag},
        )

# %% [markdown]
# ## Step by step: Adam beside GN with steps $\eta\sqrt{B/2L_t}$

# %%
claim, rows, sizes = experiment.claim("normalised-trajectory"), [], [1, 4, 16, 64, 256, 1024]
gaps, ignored = {}, {}


def along(P, start, noise):
    pair = (simulation.descend(P, start, m, [0.02], noise, normalised=True, record=True)[:, 0] for m in ("adam", -0.5))
    adam, half = pair
    return adam, np.abs(np.log10(adam / half))


for sigma in (0.0, 0.5):
    for b in names:
        for B in sizes:
            P, rng = problems.quadratic(H, sigma, bases[b]), experiment.rng("paths", basis=b, sigma=sigma, B=B)
            start, noise = problems.unit_start(P, rng, path_runs), simulation.draws(rng, 400, path_runs, 64, B)
            adam, gaps[b, sigma, B] = along(P, start, noise)
            ignored[b, sigma, B] = along(P, start, simulation.draws(rng, 400, path_runs, 64, 16))[1]
            if (b, B) == ("E", 1):
                inverse = simulation.descend(
                    P, start, -1, np.geomspace(0.001, 0.02, 5), noise, normalised=True, record=True
                )
                ratio = np.abs(np.log10(np.where(np.isfinite(inverse), inverse, 1e12) / adam[:, None]))
                chosen = ratio.mean(axis=2).max(axis=0).argmin()
                gaps["GN^-1", sigma] = ratio[:, chosen]


def largest(key, gaps=gaps):
    mean = gaps[key].mean(axis=1)
    return statistics.mean(gaps[key][mean.argmax()])


for sigma in (0.0, 0.5):
    for b in names:
        series = [largest((b, sigma, B)) for B in sizes]
        setting, t = f"basis {b}, $\\sigma = {sigma:g}$", statistics.t_quantile(0.975, path_runs - 1)
        rows += [
            {"setting": setting, "batch": B, "gap": e.value, "stderr": (e.value - e.low) / t}
            for B, e in zip(sizes, series, strict=True)
        ]
        claim.within(
            f"largest gap in decades, B = 1, basis {b}, sigma = {sigma}",
            series[0],
            (None, 0.2),
            origin="a fifth of a decade",
            controls={"GN^-1, best of 5 rates": largest(("GN^-1", sigma))},
        )
        claim.within(
            f"largest gap in decades, B = 1024, basis {b}, sigma = {sigma}",
            series[-1],
            (1.2, None),
            origin="more than a decade",
            controls={"B = 1": series[0]},
        )
        steps, mistake = (
            np.diff([largest((b, sigma, B), found).value for B in sizes]).min() for found in (gaps, ignored)
        )
        claim.exact(
            f"smallest increase from one B to the next, basis {b}, sigma = {sigma}",
            float(steps),
            (0, None),
            null=0,
            origin="monotone",
            controls={"batch size ignored, 16 throughout": float(mistake)},
        )
experiment.figure("trajectory_gap", pd.DataFrame(rows), draw=figures.trajectory_gap)
experiment.finish()
