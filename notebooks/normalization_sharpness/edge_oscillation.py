# %% [markdown]
# # A predator and its prey at the edge of stability
#
# Let $x$ be the offset from the minimisers along the top eigenvector and $h = \tilde\eta\lambda_1 - 2$. One step does
# $$x \to -(1 + h)\,x, \qquad h \to h + 2\big(2\epsilon - (4 + G^2)\,x^2\big),$$
# with $G$ the slope of $\log\lambda_1$ along the minimisers. Above the edge ($h > 0$) the oscillation grows; a large
# oscillation lengthens $w$ and takes the run below it again. On the fast time scale
# $$E = \tfrac12 h^2 + (4 + G^2)\,x^2 - 4\epsilon \ln|x|$$
# is conserved, small orbits have the period $2\pi/\sqrt{8\epsilon}$, and $h$ stays $O(\sqrt\epsilon)$ with mean 0: the
# squared norm of $w$ follows $\hat\eta\lambda_1 / 2(1-\epsilon)$.

# %% tags=["parameters"]
a = 8.0
angle = 1.2
lr = 1.0
eps = [1.0e-3, 1.0e-4, 1.0e-5]
horizon = 2.5
orbits = [1.3, 2.0, 3.0]
periods = 12

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures, measures, problems, simulation, theory

experiment = Experiment("normalization_sharpness", "edge_oscillation")

# %% [markdown]
# ## Pure oscillation: the toy with $a = 0$
#
# All minimisers are equally sharp, $G = 0$, and nothing but the oscillation is left. $x_0$ is a multiple of the
# equilibrium $\sqrt{\epsilon/2}$.

# %%
rows, orbit = [], []
for e in eps:
    cycle = int(theory.oscillation_period(e))
    for multiple in orbits:
        for wd in (e / lr, 0.0):
            w = problems.toy_start(angle, 0.0, multiple * np.sqrt(e / 2), lr=lr, eps=e)
            run = simulation.toy(w, 0.0, lr=lr, wd=wd, steps=periods * cycle)
            x, h = simulation.directions(run)[:, 2], simulation.effective_rates(run, lr, wd * lr) - 2
            energy = theory.oscillation_energy(x, h, e)
            halved = energy - 2 * (x**2 - e / 2)
            ends = energy[: 2 * cycle].mean(), energy[-2 * cycle :].mean()
            spread = {f"spread_{k}": (E.max() - E.min()) / E.mean() for k, E in {4: energy, 2: halved}.items()}
            period = measures.crossing_period(h) if wd else np.nan
            found = {"period": period, "drift": abs(ends[1] / ends[0] - 1), **spread}
            orbit.append({"eps": e, "multiple": multiple, "decays": wd > 0, **found})
            one = {"x": np.abs(x) / np.sqrt(e), "h": h / np.sqrt(e), "energy": energy / e}
            rows.append(pd.DataFrame(one)[:: len(x) // 250].assign(eps=e, multiple=multiple, decays=wd > 0))
orbit, rows = pd.DataFrame(orbit), pd.concat(rows)
shown = rows[(rows["eps"] == eps[1]) & rows["decays"]].assign(kind="descent")
levels = [
    measures.energy_level(multiple, part["energy"].mean(), theory.oscillation_energy)[::2]
    for multiple, part in shown.groupby("multiple")
]
experiment.figure("orbits", pd.concat([shown[["kind", "multiple", "x", "h"]], *levels]), draw=figures.orbits)
small, lost = (orbit[(orbit["multiple"] == orbits[0]) & (orbit["decays"] == decays)] for decays in (True, False))
orbit

# %%
claim = experiment.claim("oscillation-period")
predicted = theory.oscillation_period(small["eps"])
claim.exact(
    "largest relative deviation of the period, smallest orbit",
    np.abs(small["period"] / predicted - 1).max(),
    (None, 0.04),
    origin="the orbit is 1.3 times the equilibrium: the next order in the amplitude is about 1.5 %",
    controls={
        "2 pi / sqrt(4 eps)": list(np.abs(small["period"] / (np.sqrt(2) * predicted) - 1)),
        "2 pi / sqrt(2 eps)": list(np.abs(small["period"] / (2 * predicted) - 1)),
    },
)
claim.exact(
    f"largest drift of the energy over {periods} periods, two against two",
    orbit["drift"][orbit["decays"]].max(),
    (None, 0.05),
    origin="5 %: averages over two periods that are cut anywhere",
    controls={"no weight decay": list(lost["drift"])},
)
claim.exact(
    "spread of the energy along the smallest orbit, over its mean, smallest eps",
    small["spread_4"].min(),
    (None, 0.05),
    origin="the energy belongs to the limit of small steps; its spread is of order sqrt(eps)",
    controls={"coefficient of x^2 halved": list(small["spread_2"])},
)
claim.exact(
    "exponent of that spread in eps",
    measures.loglog_slope(small["eps"], small["spread_4"]),
    (0.4, 0.6),
    origin="first order in the relative size of a step, sqrt(eps); a tenth for two decades",
    controls={"coefficient of x^2 halved": measures.loglog_slope(small["eps"], small["spread_2"])},
)

# %% [markdown]
# ## At the edge for 2.5 units of slow time
#
# Now with slope: the toy with $a = 8$, and linear regression with batch normalisation. Both start on the edge with half
# of the equilibrium amplitude at $G = 0$. The controls run the same start without weight decay, and use the sharpness
# of $w$ itself instead of that of $w/\|w\|$.

# %%
rng = experiment.rng("regression")
data = problems.Regression.from_data(*problems.random_labels(12, 30, rng), rng)
moments = (data.covariance, data.correlation)
sharpness = {
    "toy": lambda run: theory.toy_sharpness(measures.angle_on_equator(run), a),
    "regression": lambda run: theory.regression_sharpness(np.arctan(data.tangent(run)), data.flattest),
}
found = []
for e in eps:
    x0, steps = 0.5 * np.sqrt(e / 2), int(horizon / e)
    starts = {
        "toy": problems.toy_start(angle, a, x0, lr=lr, eps=e),
        "regression": data.start(np.arctan(3), x0, lr=lr, eps=e),
    }
    for kind, wd in (("weight decay", e / lr), ("no weight decay", 0.0)):
        runs = {
            "toy": simulation.toy(starts["toy"], a, lr=lr, wd=wd, steps=steps),
            "regression": simulation.regression(starts["regression"], *moments, lr=lr, wd=wd, steps=steps),
        }
        for name, run in runs.items():
            square, lambda_1 = (run**2).sum(axis=1), sharpness[name](run)
            h = simulation.effective_rates(run, lr, wd * lr) * lambda_1 - 2
            raw = (h + 2) / square - 2
            norm = (square / theory.edge_squared_norm(lr, e, lambda_1)).mean() - 1
            values = {"mean": h.mean(), "most": np.abs(h).max(), "norm": norm}
            found.append({"eps": e, "problem": name, "kind": kind, **values})
            found.append(
                {"eps": e, "problem": name, "kind": f"raw, {kind}", "mean": raw.mean(), "most": abs(raw).max()}
            )
found = pd.DataFrame(found)
kept = found[found["kind"].isin(["weight decay", "no weight decay", "raw, weight decay"])]
experiment.figure("edge_distance", kept[["eps", "problem", "kind", "most"]], draw=figures.edge_distance)
kept

# %%
claim = experiment.claim("eos-equilibrium")
exponent = {
    column: found.dropna(subset=column)
    .groupby(["problem", "kind"])
    .apply(lambda part, column=column: measures.loglog_slope(part["eps"], part[column].abs()))
    for column in ("most", "mean", "norm")
}
for name in ("toy", "regression"):
    claim.exact(
        f"exponent of max |rate * lambda_1 - 2| in eps, {name}",
        exponent["most"][name, "weight decay"],
        (0.4, 0.6),
        origin="O(sqrt(eps)), a tenth for two decades",
        controls={"sharpness of w instead of w/|w|": exponent["most"][name, "raw, weight decay"]},
    )
    claim.exact(
        f"exponent of the time mean of rate * lambda_1 - 2, {name}",
        exponent["mean"][name, "weight decay"],
        (0.8, 1.3),
        origin="the swing averages out, O(eps) is left; its factor depends on higher derivatives of the loss",
        controls={
            "no weight decay": exponent["mean"][name, "no weight decay"],
            "sharpness of w instead of w/|w|": exponent["mean"][name, "raw, weight decay"],
        },
    )
    claim.exact(
        f"exponent of the time mean of |w|^2 over lr lambda_1 / 2(1 - eps), minus 1, {name}",
        exponent["norm"][name, "weight decay"],
        (0.8, 1.3),
        origin="as for rate * lambda_1",
        controls={"no weight decay": exponent["norm"][name, "no weight decay"]},
    )
experiment.finish()

# %% [markdown]
# Period and energy are confirmed where all minimisers are equally sharp, $G = 0$; with a slope the run drifts along the
# minimisers and the energy of one orbit is no constant of many. The edge holds the norm on both problems, on average
# up to $O(\epsilon)$; its swing is $O(\sqrt\epsilon)$.
