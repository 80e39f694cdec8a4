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

from optclaims import statistics
from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "preconditioning")

# %% [markdown]
# ## Rates by linearisation at $R_\infty = 10^{-5}$, noise of unit variance

# %%
gaussian, laplace = theory.Gaussian(1.0), theory.Laplace(2**-0.5)


def modes(K):
    return theory.sign_modes(K, np.ones(len(K))), theory.sgd_modes(K, np.ones(len(K)))


def linearised(K, noise=gaussian):
    rates = theory.matched_rates(1e-5, noise, K)
    sign, sgd = (
        theory.convergence_rate(m, r, noise, n) for m, r, n in zip(modes(K), rates, ("sign", "sgd"), strict=True)
    )
    return sign / sgd


def closed(K, noise=gaussian):
    return theory.speed_ratio(noise, *(m.decay for m in modes(K)))


conditions, rng = [1, 10, 100, 1000, 10_000], experiment.rng("rotation for the rates")
spectra = {("diagonal", c): problems.log_uniform(d_rates, c) for c in conditions}
spectra |= {("rotated", c): problems.rotated(problems.log_uniform(d_rates, c), rng) for c in conditions}
rows = [{"axes": a, "condition": c, "ratio": linearised(K), "closed": closed(K)} for (a, c), K in spectra.items()]
experiment.figure("speed_up", pd.DataFrame(rows), draw=figures.speed_up)

# %%
claim, wide = experiment.claim("preconditioning-speedup"), spectra["diagonal", 100]
for name, K, noise, tolerance in (
    ("isotropic", spectra["diagonal", 1], gaussian, 0.01),
    ("two decades", wide, gaussian, 0.01),
    ("two decades, Laplace noise", wide, laplace, 0.02),
):
    ratio = linearised(K, noise) / closed(K, noise)
    claim.exact(
        f"rate ratio by linearisation over the closed form, {name}",
        ratio,
        (1 - tolerance, 1 + tolerance),
        origin="next order in sqrt(R_inf): 1 %, and 2 % for Laplace noise, whose psi changes faster",
        controls={"without 4 / pi^2": ratio * 4 / np.pi**2},
    )
claim.exact(
    "rate ratio after a random rotation, two decades",
    linearised(spectra["rotated", 100]),
    (0.37, 0.45),
    origin="4 / pi^2 to ten per cent: no speed-up",
    controls={"before the rotation": linearised(wide)},
)

# %%
claim = experiment.claim("preconditioning-sqrt-spectrum")
spread = {key: [m.decay.max() / m.decay.min() for m in modes(K)] for key, K in spectra.items()}
pairs = {axes: np.array([spread[axes, c] for c in conditions[1:]]).T for axes in ("diagonal", "rotated")}
slope = {axes: measures.log_slope(sgd, sign) for axes, (sign, sgd) in pairs.items()}
for axes, accept, origin in (
    ("diagonal", (0.5 - 1e-6, 0.5 + 1e-6), "exact up to rounding"),
    ("rotated", (0.95, None), "no gain off the axes"),
):
    other = {"diagonal": "rotated", "rotated": "diagonal"}[axes]
    quantity = f"slope of the log condition number of D^-1 K against that of K, {axes} K"
    claim.exact(quantity, slope[axes], accept, origin=origin, controls={f"{other} K": slope[other]})

# %% [markdown]
# ## Simulated times until $1.5\,R_\infty$
# $R_\infty = 0.02$, $v = 0.5$, initial risk $1/2$ spread evenly over the modes of $K$.

# %%
v, level, methods, K = 0.5, 0.02, ("sign", "sgd"), problems.log_uniform(d, 100)
K_rotated = problems.rotated(K, experiment.rng("rotation"))
values, Q = np.linalg.eigh(K_rotated)
cases = {
    "isotropic": (np.ones(d), np.full(d, d**-0.5), runs),
    "diagonal": (K, 1 / np.sqrt(d * K), runs),
    "rotated": (K_rotated, Q @ (1 / np.sqrt(d * values)), runs_rotated),
}
times = np.concatenate([np.linspace(0, 10, 101), np.linspace(10.5, horizon, int(2 * (horizon - 10)))])


def equation(name, method):
    (K, delta, _), rates = cases[name], theory.matched_rates(level, theory.Gaussian(v), cases[name][0])
    if method == "sign":
        return theory.signsgd_risk(K, delta, theory.Gaussian(v), rates[0], times)
    return theory.sgd_risk(K, delta, theory.Gaussian(v), rates[1], times)


def simulated(name, method):
    K, delta, n = cases[name]
    rate = theory.matched_rates(level, theory.Gaussian(v), K)[methods.index(method)]
    features, rng = (
        (streaming.dense if K.ndim == 2 else streaming.diagonal)(K),
        experiment.rng("runs", K=name, method=method),
    )
    return simulation.risk_curves(features, delta, simulation.gaussian(v), rate, method, times, n, rng)


def until(curves):
    return measures.crossing_time(times, np.atleast_2d(curves).mean(axis=0), 1.5 * level)


keys = [(name, method) for name in cases for method in methods]
odes, curves = {key: equation(*key) for key in keys}, {key: simulated(*key) for key in keys}
table = [figures.curve_table(c[:, ::6], odes[n, m][::6], times[::6], axes=n, method=m) for (n, m), c in curves.items()]
experiment.figure("approach", pd.concat(table), draw=figures.approach)

# %%
claim = experiment.claim("preconditioning-speedup")
for name, method in keys[:4]:  # after the rotation signSGD does not get there in time
    boot = experiment.rng("bootstrap", K=name, method=method)
    measured = statistics.bootstrap(until, curves[name, method], rng=boot, resamples=500)
    other = "sgd" if method == "sign" else "sign"
    claim.within(
        f"time to 1.5 R_inf over the equation's, {figures.METHODS[method][0]}, {name} K",
        measured / until(odes[name, method]),
        (1 - bound, 1 + bound),
        origin=f"{bound:g} of the time, stated before running",
        controls={f"the equation of {figures.METHODS[other][0]}": measured / until(odes[name, other])},
    )


def gain(name):
    rng, pair = experiment.rng("gain", K=name), [curves[name, method] for method in methods]
    return statistics.bootstrap(lambda a, b: until(b) / until(a), *pair, rng=rng, resamples=500, paired=False)


claim.within(
    "speed-up of signSGD over SGD in time, diagonal K",
    gain("diagonal"),
    (1, None),
    null=1,
    origin="signSGD faster",
    controls={f"{name} K": gain(name) for name in ("isotropic", "rotated")},
)
experiment.finish()

# %% [markdown]
# On the axes signSGD gains the square root of the condition number; after a rotation the gain is gone and SGD leads.
