# %% [markdown]
# # Real features: how far the Gaussian theory goes
#
# tanh random features of images, binary labels, one pass of signSGD; $\theta_*$ is the least-squares solution and its
# residuals are the noise, taken as they are. Columns have unequal scales so that $D$ matters. The paper describes such
# runs by the equation for **Gaussian** features with the empirical covariance. For other features
# $E[\mathrm{sign}(x_i) x_j] \ne \sqrt{2/\pi}\,K_{ij}/D_{ii}$; measuring it, $A = \sqrt{\pi/2}\;E[\mathrm{sign}(x)
# x^\top]$ in place of $D^{-1}K$, gives an equation without fitted numbers that should hold far better:
# $$\dot M = -\eta\frac{\varphi}{\sqrt{2R}}(AM + MA^\top) + \frac{\eta^2}{d}K_\sigma, \qquad
# M = E\,\delta\delta^\top,\quad R = \tfrac12\mathrm{Tr}\,KM .$$

# %% tags=["parameters"]
cases = [["digits", 1797, 100, 0.5, 5, 0.05], ["digits", 1797, 100, 3, 5, 0.2]]
shuffles = 200
draws = 3

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import datasets, streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, measures, simulation, theory

experiment = Experiment("signsgd_risk_curves", "real_data")
even, animals, machines = [0, 2, 4, 6, 8], [2, 3, 5], [9, 8, 0]

# %% [markdown]
# ## Data sets: digits and MNIST by parity, CIFAR-10 three animals against three vehicles

# %%
load = {"digits": datasets.digits, "mnist": datasets.mnist, "cifar10": datasets.cifar10}


def pooled(train_X, train_y, *test):  # training and test images: there is no generalisation to measure here
    return (np.concatenate([train_X, test[0]]), np.concatenate([train_y, test[1]])) if test else (train_X, train_y)


images = experiment.data(lambda: {name: pooled(*load[name]()) for name in sorted({case[0] for case in cases})})


def features(name, count, d, gain, spread, key):  # the first `count` images that have a label
    X, y = images[name]
    kept = np.flatnonzero(np.isin(y, animals + machines) if name == "cifar10" else y >= 0)[:count]
    Z = simulation.random_features(
        X[kept].reshape(len(kept), -1), d, gain, (1 / spread, spread), experiment.rng("features", case=key)
    )
    return simulation.regression(Z, simulation.binary_labels(y[kept], machines if name == "cifar10" else even))


def equations(problem, delta, rate, times):
    K, noise, M = problem.covariance, theory.Empirical(problem.residuals), np.outer(delta, delta)
    D, A = theory.deviations(K)[:, None], theory.drift_matrix(problem.features)
    drifts = {"measured drift": A, "no 2/pi": np.pi / 2 * A, "measured drift without D": D * A / np.sqrt(np.mean(D**2))}
    drifts |= {"Gaussian": K / D, "Gaussian without D": K / np.sqrt(np.mean(D**2))}
    return {
        n: theory.matrix_risk(drift, K, theory.arcsine_law(K), M, noise, rate, times) for n, drift in drifts.items()
    }


def ran(draw, name, count, d, gain, spread, rate):
    key = [name, gain, rate, draw]
    problem = features(name, count, d, gain, spread, key)
    delta = 0.2 * experiment.rng("start", case=key).standard_normal(d)
    times = np.linspace(0, len(problem.features) // d, 41)
    real = simulation.shuffled_passes(
        problem, np.tile(delta, (shuffles, 1)), rate, times, experiment.rng("shuffles", case=key)
    )
    surrogate, rng = streaming.dense(problem.covariance), experiment.rng("surrogate", case=key)
    gaussian = simulation.risk_curves(
        surrogate, delta, simulation.empirical(problem.residuals), rate, "sign", times, shuffles, rng
    )
    return times, real, gaussian, equations(problem, delta, rate, times)


results = {f"{case[0]}, gain {case[3]:g}, rate {case[5]:g}": [ran(j, *case) for j in range(draws)] for case in cases}

# %%
table = []
for name, ((times, real, gaussian, ode), *_) in results.items():  # the first draw of the random features is drawn
    keys = {"case": name, "gaussian_theory": ode["Gaussian"]}
    table.append(figures.curve_table(real, ode["measured drift"], times, data="real features", **keys))
    table.append(figures.curve_table(gaussian, ode["Gaussian"], times, data="Gaussian surrogate", **keys))
experiment.figure("real_data", pd.concat(table), draw=figures.real_data)

# %% [markdown]
# ## Median over time of |log(mean risk / equation)|, mean over draws of the features
#
# "Without D" replaces the preconditioner by its mean, $D \to \sqrt{\mathrm{Tr} K / d}\,I$.

# %%
claim = experiment.claim("real-data-random-features")


def gap(runs, equations, rng):  # runs: one array (shuffles, times) for each draw
    def statistic(c):
        return np.mean([measures.median_log_gap(c[:, j, 1:], e[1:]) for j, e in enumerate(equations)])

    return statistics.bootstrap(statistic, np.stack(runs, axis=1), rng=rng, resamples=300)


for case, (name, drawn) in zip(cases, results.items(), strict=True):
    boot, allowed = experiment.rng("bootstrap", case=name), 0.10 if case[0] == "mnist" else 0.06
    real, gaussian = [r[1] for r in drawn], [r[2] for r in drawn]
    odes = {label: [r[3][label] for r in drawn] for label in drawn[0][3]}
    odes["a risk that stays at its start"] = [np.full(c.shape[1], c[0, 0]) for c in real]
    mistakes = ["measured drift without D", "no 2/pi"] + ["Gaussian"] * (case[3] >= 1)  # saturated features only
    for what, sample, equation, bound, wrong in (
        ("real features to the equation with measured drift", real, "measured drift", allowed, mistakes),
        ("a Gaussian surrogate to the Gaussian equation", gaussian, "Gaussian", 0.05, ["Gaussian without D"]),
        ("real features to the Gaussian equation", real, "Gaussian", 0.45, ["a risk that stays at its start"]),
    ):
        claim.within(
            f"gap of {what}, {name}",
            gap(sample, odes[equation], boot),
            (None, bound),
            origin="qualitative: the paper's own description"
            if bound == 0.45
            else "a few per cent, stated before running",
            controls={label: gap(sample, odes[label], boot) for label in wrong},
        )
experiment.finish()

# %% [markdown]
# With saturated features the paper's Gaussian equation is only qualitative: the risk of real features lies up to 40
# per cent below it. The whole gap is in the drift matrix: with $A$ measured the equation holds within a few per cent,
# and on Gaussian surrogates of the same covariance the Gaussian equation does.
