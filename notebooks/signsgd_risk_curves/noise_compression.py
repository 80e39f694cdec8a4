# %% [markdown]
# # Noise compression: what a noise law does to the drift
#
# Label noise enters signSGD through one number, $\varphi(R) = \frac2\pi E[e^{-\epsilon^2/4R}]$, with
# $E\,\mathrm{sign}(g) = \frac{\varphi(R)}{\sqrt{2R}} D^{-1}K\delta$. Relative to Gaussian noise of the same variance
# the drift is multiplied by
# $$\psi(R) = E[e^{-\epsilon^2/4R}]\sqrt{1 + v^2/2R}, \qquad
# \psi = 1 + \frac{E\epsilon^4 - 3v^4}{32R^2} + \dots \ (R \to \infty), \qquad
# \psi \to \sqrt{2\pi}\,v f(0)\ (R \to 0).$$
# Far from the optimum the sign of the excess kurtosis decides, close to it the density at zero. First one step at a
# fixed iterate by plain Monte Carlo, then whole trajectories.

# %% tags=["parameters"]
d = 200
samples = 100_000
runs = 400

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "noise_compression")

# %%
v = 0.5  # standard deviation of every law that has one; t has scale chosen accordingly
laws = {
    "Gaussian": (theory.Gaussian(v), simulation.gaussian(v)),
    "Laplace": (theory.Laplace(v / 2**0.5), simulation.laplace(v / 2**0.5)),
    "uniform": (theory.Uniform(v * 3**0.5), simulation.uniform(v * 3**0.5)),
    "Rademacher": (theory.Rademacher(v), simulation.rademacher(v)),
    "t(3)": (theory.StudentT(3, v / 3**0.5), simulation.student_t(3, v / 3**0.5)),
    "t(5)": (theory.StudentT(5, v * 0.6**0.5), simulation.student_t(5, v * 0.6**0.5)),
    "t(10)": (theory.StudentT(10, v * 0.8**0.5), simulation.student_t(10, v * 0.8**0.5)),
    "mixture": (theory.Mixture((0.9, 0.1), (0.3, 3.0)), simulation.mixture((0.9, 0.1), (0.3, 3.0))),
    "Cauchy": (theory.Cauchy(0.3), simulation.cauchy(0.3)),
}
risks, variances = [0.02, 0.5], problems.uniform_spectrum(d, 0.3, 2.0)


def one_step(name, R):
    delta = problems.flat_start(d, np.sqrt(2 * R / variances.mean()))
    c, error = simulation.drift_coefficient(
        variances, delta, laws[name][1], samples, experiment.rng("step", law=name, R=R)
    )
    exact, unit = float(laws[name][0].phi(R)) / np.sqrt(2 * R), np.pi / 2 * np.sqrt(2 * R + laws[name][0].variance)
    return {"law": name, "risk": R, "coefficient": c, "error": error, "exact": exact, "unit": unit}


steps = pd.DataFrame([one_step(name, R) for name in laws if name != "Cauchy" for R in risks])

# %%
shown, grid = [name for name in laws if name not in ("mixture", "Cauchy")], np.geomspace(1e-3, 1e2, 61)
lines = pd.concat([pd.DataFrame({"law": n, "risk": grid, "psi": laws[n][0].psi(grid), "stderr": 0.0}) for n in shown])
points = steps[steps.law.isin(shown)].assign(psi=steps.coefficient * steps.unit, stderr=steps.error * steps.unit)
points = points[["law", "risk", "psi", "stderr"]].assign(kind="Monte Carlo")
experiment.figure("psi", pd.concat([lines.assign(kind="theory"), points]), draw=figures.psi)

# %% [markdown]
# ## One step at a fixed iterate, eight laws at two risks

# %%
claim, near = experiment.claim("noise-compression-psi"), steps[steps.risk == risks[0]]
claim.consistent(
    "drift coefficient at a fixed iterate",
    steps.coefficient,
    steps.exact,
    steps.error,
    origin="standard errors",
    controls={
        "psi = 1 for all laws": dict(predicted=1 / steps.unit),
        "no 2/pi": dict(predicted=np.pi / 2 * steps.exact),
    },
)
psi = {
    row.law: statistics.from_stderr(row.coefficient * row.unit, row.error * row.unit, np.inf)
    for row in near.itertuples()
}
for name, other, accept in (("Laplace", "uniform", (1, None)), ("Rademacher", "t(10)", (None, 1))):
    claim.within(
        f"psi of {name} noise at R = {risks[0]:g}",
        psi[name],
        accept,
        null=1,
        origin="the sign of the excess kurtosis",
        controls={f"{other} noise in its place": psi[other]},
    )

# %% [markdown]
# ## Trajectories, nine laws at four times

# %%
times, rate, delta = np.array([0.0, 1, 2, 4, 8]), 0.3, problems.flat_start(d)
features = streaming.diagonal(variances)
mean, error, ode = {}, {}, {}
for name, (law, sampler) in laws.items():
    rng = experiment.rng("runs", law=name)
    curves = simulation.risk_curves(features, delta, sampler, rate, "sign", times, runs, rng)[:, 1:]
    mean[name], error[name] = curves.mean(axis=0), statistics.stderr(curves)
    ode[name] = theory.signsgd_risk(variances, delta, law, rate, times)[1:]
claim.consistent(
    "mean risk of trajectories at t = 1, 2, 4, 8",
    *(np.concatenate(list(part.values())) for part in (mean, ode, error)),
    bias=0.04 * np.concatenate(list(ode.values())),
    origin="a bias of 4 % and standard errors",
    controls={
        f"psi = 1 for {name} noise": dict(predicted=np.concatenate(list((ode | {name: ode["Gaussian"]}).values())))
        for name in ("Laplace", "Rademacher", "t(3)")
    },
)

# %% [markdown]
# ## The two ends of $\psi$, by quadrature

# %%
claim = experiment.claim("psi-asymptotics")
unit = {"Laplace": theory.Laplace(2**-0.5), "uniform": theory.Uniform(3**0.5), "Rademacher": theory.Rademacher(1.0)}
for name, tolerance in (("Laplace", 0.03), ("uniform", 0.01), ("Rademacher", 0.01)):
    value, excess = 32 * 80**2 * (float(unit[name].psi(80.0)) - 1), unit[name].excess_kurtosis
    claim.exact(
        f"32 R^2 (psi - 1) over the excess kurtosis at R = 80, {name}",
        value / excess,
        (1 - tolerance, 1 + tolerance),
        origin="the next order in 1/R",
        controls={"kurtosis instead of excess kurtosis": value / (excess + 3)},
    )
unit |= {f"t({n})": theory.StudentT(n, (1 - 2 / n) ** 0.5) for n in (3, 4, 5, 10)}
limits = {
    "Laplace": np.pi**0.5,
    "uniform": (np.pi / 6) ** 0.5,
    "t(3)": 1.5958,
    "t(4)": 1.3293,
    "t(5)": 1.2284,
    "t(10)": 1.0905,
}
for name, limit in limits.items():
    claim.exact(
        f"psi at R = 1e-6 over its limit at 0, {name}",
        float(unit[name].psi(1e-6)) / limit,
        (0.99, 1.01),
        origin="the density at 0; the next order is sqrt(R), with factor 1.6 for Laplace noise",
        controls={"Gaussian noise in its place": float(theory.Gaussian(1.0).psi(1e-6)) / limit},
    )
claim.exact(
    "psi at R = 1e-6, Rademacher",
    float(unit["Rademacher"].psi(1e-6)),
    (None, 0.01),
    origin="no density at 0",
    controls={"Gaussian noise in its place": float(theory.Gaussian(1.0).psi(1e-6))},
)
experiment.finish()

# %% [markdown]
# The one number $\varphi$ carries all that a noise law does to the drift: rare large errors help signSGD, bounded noise
# hurts it once the risk is below the noise.
