# %% [markdown]
# # The gradient noise of signSGD has one shape
#
# The sign of the residual squares to one, so $E[\mathrm{sign}(g)\,\mathrm{sign}(g)^\top] =
# E[\mathrm{sign}(x)\,\mathrm{sign}(x)^\top] = \frac2\pi\arcsin(C) = K_\sigma$ with the correlation matrix $C$: for
# **every** iterate and every noise law. Off-diagonal entries shrink, $|\frac2\pi\arcsin\rho| \le |\rho|$. SGD's second
# moment $2P K + 2K\delta\delta^\top K$ moves with both.

# %% tags=["parameters"]
samples = 20_000
d = 20

# %%
import numpy as np

from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "noise_reshaping")

# %%
setting = problems.Setting(problems.lognormal(d, 0.4), 0.8)
K = setting.covariance
C, K_sigma, upper = (
    K / np.sqrt(np.outer(setting.variances, setting.variances)),
    theory.arcsine_law(K),
    np.triu_indices(d, 1),
)
starts = {"near": problems.flat_start(d, 0.1), "far": experiment.rng("far iterate").standard_normal(d)}
noises = {"Gaussian": simulation.gaussian(0.5), "Cauchy": simulation.cauchy(0.5)}
signs = {
    (s, n): simulation.sign_moment(K, starts[s], noises[n], samples, experiment.rng("signs", iterate=s, noise=n))
    for s in starts
    for n in noises
}
measured, error = (np.array([m[part][upper] for m in signs.values()]) for part in (0, 1))

# %%
matrices = {
    "correlation $C$": C,
    r"$K_\sigma = \frac{2}{\pi}\arcsin C$": K_sigma,
    "measured (far, Cauchy)": signs["far", "Cauchy"][0],
}
experiment.figure("matrices", figures.matrix_table(matrices), draw=figures.matrices)

# %% [markdown]
# ## All entries above the diagonal, two iterates, two noise laws

# %%
claim = experiment.claim("noise-reshaping-arcsin")
claim.consistent(
    f"E sign(g) sign(g)', {measured.size} entries",
    measured,
    np.broadcast_to(K_sigma[upper], measured.shape),
    error,
    origin="standard errors",
    controls={
        "the correlation C": dict(predicted=np.broadcast_to(C[upper], measured.shape)),
        "the covariance K": dict(predicted=np.broadcast_to(K[upper], measured.shape)),
    },
)

# %% [markdown]
# ## SGD's second moment, which does depend on the iterate
# The two iterates' second moments of $\mathrm{sign}(g)$ agree with each other; SGD's trace grows with the risk.

# %%
(near, near_error), (far, far_error) = signs["near", "Gaussian"], signs["far", "Gaussian"]
moments = {
    s: simulation.gradient_moment(K, starts[s], noises["Gaussian"], 5 * samples, experiment.rng("gradients", iterate=s))
    for s in starts
}
claim.consistent(
    "difference of E sign(g) sign(g)' between the two iterates",
    (far - near)[upper],
    0.0,
    np.hypot(near_error, far_error)[upper],
    origin="standard errors",
    controls={
        "SGD's second moment": dict(
            measured=(moments["far"][0] - moments["near"][0])[upper],
            stderr=np.hypot(moments["far"][1], moments["near"][1])[upper],
        )
    },
)
exact = {
    s: (2 * (delta @ K @ delta / 2) + 0.25) * K + 2 * np.outer(K @ delta, K @ delta) for s, delta in starts.items()
}
every = np.triu_indices(d)
claim.consistent(
    "SGD's E g g' against 2 P K + 2 K delta delta' K, at the far iterate",
    moments["far"][0][every],
    exact["far"][every],
    moments["far"][1][every],
    origin="standard errors",
    controls={"the near iterate's": dict(predicted=exact["near"][every])},
)
experiment.finish()

# %% [markdown]
# One matrix describes signSGD's noise everywhere; it is closer to the identity than the correlation matrix is.
