# %% [markdown]
# # The risk of signSGD follows a differential equation
#
# One-pass least squares, batch size one: $x \sim N(0, K)$ in dimension $d$, $y = \langle x, \theta_*\rangle +
# \epsilon$, steps $\theta \leftarrow \theta - \frac{\eta}{d}\,\mathrm{sign}(g)$, time $t = k / d$. With $D =
# \mathrm{diag}(\sqrt{K_{ii}})$ and $K_\sigma = \frac2\pi \arcsin(D^{-1} K D^{-1})$, the risk $R = \frac12\delta^\top
# K\delta$ concentrates on $\sum_i r_i$ with
# $$\dot r_i = -2\eta\,\lambda_i\frac{\varphi(R)}{\sqrt{2R}}\,r_i + \frac{\eta^2}{2d}\lambda_i s_i ,$$
# where $\lambda_i$ are the eigenvalues of $D^{-1/2} K D^{-1/2}$ and $s_i$ projects $D^{1/2}K_\sigma D^{1/2}$ on its
# eigenvectors. SGD follows the same equation with $K$ in both places and a forcing that grows with the risk.

# %% tags=["parameters"]
d = 200
T = 6
runs = 6000
rms_bound = 0.05
max_bound = 0.1

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "risk_curves")

# %% [markdown]
# ## Three covariances, Gaussian label noise of standard deviation 1/2

# %%
v, rates, times, delta = 0.5, {"sign": 0.6, "sgd": 0.3}, np.linspace(0, T, 61), problems.flat_start(d)
settings = {
    "power law": problems.Setting(problems.power_law(d)),
    "AR(1) 0.9": problems.Setting(np.ones(d), 0.9),
    "AR(1) 0.6, unequal variances": problems.Setting(problems.lognormal(d, 0.7), 0.6),
}


def simulated(name, method):
    rng, features = experiment.rng("runs", covariance=name, method=method), settings[name].features
    return simulation.risk_curves(features, delta, simulation.gaussian(v), rates[method], method, times, runs, rng)


def sign_ode(name, rate=rates["sign"], **changes):
    return theory.signsgd_risk(settings[name].covariance, delta, theory.Gaussian(v), rate, times, **changes)


def sgd_ode(name):
    return theory.sgd_risk(settings[name].covariance, delta, theory.Gaussian(v), rates["sgd"], times)


def slope(R):
    return theory.Gaussian(v).phi(R) / np.sqrt(2 * R)


curves = {(name, method): simulated(name, method) for name in settings for method in rates}
odes = {(name, method): sign_ode(name) if method == "sign" else sgd_ode(name) for name, method in curves}
K, record, rng = settings["power law"].covariance, np.rint(times[::3] * 100).astype(int), experiment.rng("signHSGD")
diffusion = simulation.sign_hsgd(K, delta, slope, rates["sign"], record, 0.01, 400, rng, corrected=False)

# %%
table = [figures.curve_table(c, odes[n, m], times, covariance=n, method=m) for (n, m), c in curves.items()]
medians = {"covariance": "power law", "method": "signHSGD", "time": times[::3], "mean": np.median(diffusion, axis=0)}
table = pd.concat([*table, pd.DataFrame(medians)]).assign(status="empty: not computed")
experiment.figure("risk", table, draw=figures.risk)

# %% [markdown]
# ## Gap to the curve, over time and at its largest
#
# The wrong theories replace $K_\sigma$ by $I$ or by the correlation matrix, drop the preconditioner ($D \to
# \sqrt{\mathrm{Tr} K / d}\, I$), or take one method for the other. At equal variances the preconditioner cannot be
# seen, and at correlation 0.6 neither can $K_\sigma$ from $C$ within these bounds.

# %%
equal, unequal = list(settings)[1:]
C = settings[equal].covariance  # its variances are 1
wrong = {
    (equal, "sign"): {
        "K_sigma -> I": sign_ode(equal, noise_matrix=np.eye(d)),
        "K_sigma -> C": sign_ode(equal, noise_matrix=C),
    },
    (unequal, "sign"): {
        "K_sigma -> I": sign_ode(unequal, noise_matrix=np.eye(d)),
        "no preconditioning": sign_ode(unequal, scales=1.0),
    },
}
for name in (equal, unequal):
    dropped = theory.sgd_risk(settings[name].covariance, delta, theory.Gaussian(0.0), rates["sgd"], times)
    wrong[name, "sgd"] = {"signSGD's equation": sign_ode(name, rates["sgd"]), "forcing without v^2": dropped}

claims = {"sign": experiment.claim("ode-matches-signsgd"), "sgd": experiment.claim("ode-matches-sgd")}
origin = "the order 1/d of the correction to the equation, a few per cent at this dimension"
for (name, method), mistakes in wrong.items():
    curve, ode = curves[name, method], odes[name, method]
    measures.follows(claims[method], name, curve, ode, mistakes, rms_bound, max_bound, origin)
experiment.finish()

# %% [markdown]
# The equation holds to one or two per cent at this dimension, for both methods. The symmetric form of the modes
# matters: $D^{-1}K$ is not symmetric unless $K$ is diagonal or $D$ is a multiple of the identity.
