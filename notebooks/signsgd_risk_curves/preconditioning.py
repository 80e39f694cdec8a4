# %% [markdown]
# # Diagonal preconditioning: the square root of the condition number
#
# signSGD replaces $K$ in the drift by $D^{-1}K$. For diagonal $K$ its eigenvalues are $\sqrt{K_{ii}}$, so condition
# numbers become their square roots. With the averaged condition number $\bar\kappa(A) = \mathrm{Tr} A /
# (d\,\lambda_{\min}(A))$ and learning rates of **equal limiting risk**, $R_\infty \ll v^2$, the rates of convergence
# differ by (Theorem 4)
# $$\frac{\text{signSGD}}{\text{SGD}} = \frac{4}{\pi^2}\,\psi(0)^2\,\frac{\bar\kappa(K)}{\bar\kappa(D^{-1}K)} .$$
# The gain hangs on the axes: after a random rotation $D \approx \sqrt{\mathrm{Tr} K/d}\,I$ and only $4/\pi^2$ is left.

# %% tags=["parameters"]
d_rates = 200
d = 100
runs = 150
runs_rotated = 24
horizon = 220
bound = 0.12

# %%
import numpy as np
import pandas as pd

from optclaims import statistics, streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "preconditioning")

# %% [markdown]
# ## Rates by linearisation at $R_\infty = 10^{-5}$, unit noise

# %%
rng = experiment.rng("rotation for the rates")


def ratio(K, noise=theory.Gaussian(1.0)):  # of the rates at matched limiting risk, by the Jacobians at the fixed points
    rates, ones = theory.matched_rates(1e-5, noise, K), np.ones(len(K))
    rate = lambda modes, eta, method: theory.convergence_rate(modes, eta, noise, method)  # noqa: E731
    return rate(theory.sign_modes(K, ones), rates[0], "sign") / rate(theory.sgd_modes(K, ones), rates[1], "sgd")


def closed(K, noise=theory.Gaussian(1.0)):
    return theory.speed_ratio(
        noise, theory.sign_modes(K, np.ones(len(K))).decay, theory.sgd_modes(K, np.ones(len(K))).decay
    )


conditions = [1, 10, 100, 1000, 10_000]
diagonal = {c: problems.log_uniform(d_rates, c) for c in conditions}
turned = {c: problems.rotated(K, rng) for c, K in diagonal.items()}
rows = [
    {"axes": axes, "condition": c, "ratio": ratio(K), "closed": closed(K)}
    for axes, all_K in (("diagonal", diagonal), ("rotated", turned))
    for c, K in all_K.items()
]
experiment.figure("speed_up", pd.DataFrame(rows), draw=figures.speed_up)

claim = experiment.claim("preconditioning-speedup")
for name, K, noise in (
    ("isotropic", diagonal[1], theory.Gaussian(1.0)),
    ("two decades", diagonal[100], theory.Gaussian(1.0)),
    ("two decades, Laplace noise", diagonal[100], theory.Laplace(2**-0.5)),
):
    wrong = (
        {"equal averaged condition numbers": ratio(turned[100], noise) / closed(K, noise)} if K is diagonal[100] else {}
    )
    claim.exact(
        f"rate ratio by linearisation over the closed form, {name}",
        ratio(K, noise) / closed(K, noise),
        (0.99, 1.01) if "Laplace" not in name else (0.98, 1.02),
        origin="next order in the root of R_inf: 1 %, for Laplace noise, whose psi moves faster, 2 %",
        controls=wrong | {"without 4 / pi^2": ratio(K, noise) / closed(K, noise) * 4 / np.pi**2},
    )
claim.exact(
    "rate ratio after a random rotation, two decades",
    ratio(turned[100]),
    (0.37, 0.45),
    origin="4 / pi^2 to ten per cent: no speed-up",
    controls={"before the rotation": ratio(diagonal[100])},
)

claim = experiment.claim("preconditioning-sqrt-spectrum")
spread = lambda values: values.max() / values.min()  # noqa: E731
slopes = {
    name: measures.log_slope(
        [spread(theory.sgd_modes(K, np.ones(d_rates)).decay) for K in list(all_K.values())[1:]],
        [spread(theory.sign_modes(K, np.ones(d_rates)).decay) for K in list(all_K.values())[1:]],
    )
    for name, all_K in (("diagonal", diagonal), ("rotated", turned))
}
claim.exact(
    "slope of log condition number of D^-1 K against that of K, diagonal K",
    slopes["diagonal"],
    (0.5 - 1e-6, 0.5 + 1e-6),
    origin="exact up to rounding",
    controls={"rotated K": slopes["rotated"]},
)
claim.exact(
    "the same slope for rotated K",
    slopes["rotated"],
    (0.95, None),
    origin="no gain off the axes",
    controls={"diagonal K": slopes["diagonal"]},
)

# %% [markdown]
# ## Simulated times until $1.5\,R_\infty$, with $R_\infty = 0.02$, $v = 0.5$, and the initial risk spread evenly over the modes

# %%
v, level, K = 0.5, 0.02, problems.log_uniform(d, 100)
K_rotated = problems.rotated(K, experiment.rng("rotation"))
values, Q = np.linalg.eigh(K_rotated)
cases = {
    "isotropic": (np.ones(d), np.sqrt(np.ones(d) / d)),
    "diagonal": (K, np.sqrt(1 / (d * K))),
    "rotated": (K_rotated, Q @ np.sqrt(1 / (d * values))),
}
times = np.concatenate([np.linspace(0, 10, 101), np.linspace(10.5, horizon, int(2 * (horizon - 10)))])


def both(name):
    (K, delta), n = cases[name], runs_rotated if name == "rotated" else runs
    features, rates = (
        streaming.dense(K) if K.ndim == 2 else streaming.diagonal(K),
        theory.matched_rates(level, theory.Gaussian(v), K),
    )
    odes = (
        theory.signsgd_risk(K, delta, theory.Gaussian(v), rates[0], times),
        theory.sgd_risk(K, delta, v**2, rates[1], times),
    )
    sims = [
        simulation.risk_curves(
            features, delta, simulation.gaussian(v), eta, m, times, n, experiment.rng("runs", axes=name, method=m)
        )
        for m, eta in zip(("sign", "sgd"), rates, strict=True)
    ]
    return dict(zip(("sign", "sgd"), zip(sims, odes, strict=True), strict=True))


results, until = (
    {name: both(name) for name in cases},
    lambda curves: measures.crossing_time(times, curves.mean(axis=0), 1.5 * level),
)
table = [
    figures.curve_table(c[:, ::4], o[::4], times[::4], axes=name, method=m)
    for name, r in results.items()
    for m, (c, o) in r.items()
]
experiment.figure("approach", pd.concat(table), draw=figures.approach)
claim, measured = experiment.claim("preconditioning-speedup"), {}
for name, r in results.items():
    for m, (curves, ode) in r.items():
        boot, predicted = (
            experiment.rng("bootstrap", axes=name, method=m),
            measures.crossing_time(times, ode, 1.5 * level),
        )
        measured[name, m] = statistics.bootstrap(until, curves, rng=boot, resamples=500)
        if name != "rotated":
            other = measures.crossing_time(times, r["sgd" if m == "sign" else "sign"][1], 1.5 * level)
            claim.within(
                f"time to 1.5 R_inf over the equation's, {figures.METHODS[m][0]}, {name}",
                measured[name, m] / predicted,
                (1 - bound, 1 + bound),
                origin=f"{bound:g} of the time, stated before running",
                controls={"the other method's equation": measured[name, m] / other},
            )
faster = {
    name: statistics.bootstrap(
        lambda a, b: until(b) / until(a),
        r["sign"][0],
        r["sgd"][0],
        rng=experiment.rng("ratio", axes=name),
        resamples=500,
        paired=False,
    )
    for name, r in results.items()
}
claim.within(
    "speed-up of signSGD over SGD in time, diagonal K",
    faster["diagonal"],
    (1, None),
    null=1,
    origin="signSGD faster",
    controls={n: faster[n] for n in ("isotropic", "rotated")},
)
experiment.finish()

# %% [markdown]
# On the axes signSGD gains the square root of the condition number; after a rotation the gain is gone and SGD leads.
