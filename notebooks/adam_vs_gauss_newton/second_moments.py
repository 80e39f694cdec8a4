# %% [markdown]
# # What Adam divides by
#
# Least squares with Gaussian features $x \sim N(0, H)$, noise $\sigma$, a batch of $B$: with $\bar g = H\Delta$ and
# $2L = \Delta^\top H\Delta + \sigma^2$
# $$\mathbb E\,[g g^\top] = \frac{2L}{B} H + \Big(1 + \frac1B\Big)\bar g\bar g^\top .$$
# At small $B$ the first term rules and Adam divides by $\sqrt{H_{ii}}$, as $\mathrm{GN}^{-1/2}$ does; at full batch
# only
# $\bar g\bar g^\top$ is left and Adam is sign descent. In any basis $1 \le B v_i / 2 L h_i \le B + 2$.

# %% tags=["parameters"]
batches = 400_000
draws = 20_000

# %%
import numpy as np
import pandas as pd
from scipy.special import expit

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adam_vs_gauss_newton import figures, problems, simulation, theory

experiment = Experiment("adam_vs_gauss_newton", "second_moments")

# %% [markdown]
# ## Gaussian features, a random H and all entries

# %%
d, sigma, upper = 6, 0.7, np.triu_indices(6)
rng = experiment.rng("problem")
A, delta = rng.standard_normal((d, d)), rng.standard_normal(d)
H, U = A @ A.T / d + 0.1 * np.eye(d), np.linalg.qr(rng.standard_normal((d, d)))[0]
root, delta = np.linalg.cholesky(U.T @ H @ U), U.T @ delta
H = root @ root.T
sizes = [1, 2, 5, 16]
sampled = {
    B: simulation.least_squares_moment(root, delta, sigma, B, "Gaussian", batches, experiment.rng("Gaussian", B=B))
    for B in sizes
}


def entries(formula, over=sizes):
    return np.array([formula(B)[upper] for B in over])


measured, stderr = (np.array([sampled[B][i][upper] for B in sizes]) for i in (0, 1))
predicted = entries(lambda B: theory.gaussian_moment(H, delta, sigma, B))
minus = entries(lambda B: theory.gaussian_moment(H, delta, sigma, B, wick=-1))
noiseless = entries(lambda B: theory.gaussian_moment(H, delta, 0.0, B))
claim = experiment.claim("gauss-second-moment")
claim.consistent(
    "all entries of E[g g'], four batch sizes",
    measured.ravel(),
    predicted.ravel(),
    stderr.ravel(),
    controls={
        "1 - 1/B": dict(predicted=minus.ravel()),
        "without sigma^2": dict(predicted=noiseless.ravel()),
    },
)

# %% [markdown]
# ## Other features, in the eigenbasis: the kurtosis enters, and one-hot features break the proportionality

# %%
claim = experiment.claim("nongauss-second-moment")
lam, offset = np.geomspace(1, 0.05, d), np.array([1.5, -0.4, 0.8, 2.0, -1.0, 0.3])
pi = lam / lam.sum()
for kind in ("Rademacher", "uniform", "Laplace", "one-hot"):
    predicted, measured, stderr, gaussian = [], [], [], []
    for B in (1, 4, 8):
        rng = experiment.rng("features", kind=kind, B=B)
        if kind == "one-hot":
            moment, error = simulation.product_moment(simulation.one_hot_draws(pi, offset, sigma, B), batches, rng, B)
            expected, wrong = (
                theory.one_hot_moment(pi, offset, sigma, B),
                theory.kurtosis_moment(pi, offset, sigma, B, 3.0),
            )
        else:
            moment, error = simulation.least_squares_moment(np.diag(np.sqrt(lam)), offset, sigma, B, kind, batches, rng)
            expected, wrong = (
                theory.kurtosis_moment(lam, offset, sigma, B, k) for k in (simulation.FEATURES[kind][0], 3.0)
            )
        for values, new in zip(
            (predicted, measured, stderr, gaussian), (expected, np.diag(moment), np.diag(error), wrong), strict=True
        ):
            values.append(new)
    claim.consistent(
        f"diagonal of E[g g'], {kind} features",
        np.ravel(measured),
        np.ravel(predicted),
        np.ravel(stderr),
        controls={"Gaussian formula": dict(predicted=np.ravel(gaussian))},
    )

# %% [markdown]
# ## Logistic regression: the residual $(p - p^*)^2$ stays where $p(1 - p)$ vanishes

# %%
claim = experiment.claim("logistic-second-moment")
rng = experiment.rng("logistic")
X = rng.standard_normal((400, 4)) * np.sqrt(np.geomspace(2, 0.2, 4))
teacher, far = rng.standard_normal(4), 3 * rng.standard_normal(4)
q, upper = expit(X @ teacher), np.triu_indices(4)
for B in (1, 5, 40):
    count = batches * 3 // 5
    moment, error = simulation.product_moment(
        simulation.logistic_draws(X, q, far, B), count, experiment.rng("away", B=B), B
    )
    right, wrong = (theory.logistic_moment(X, q, far, B, misfit=on) for on in (True, False))
    claim.consistent(
        f"all entries away from the optimum, B = {B}",
        moment[upper],
        right[upper],
        error[upper],
        controls={"without (p - q)^2": dict(predicted=wrong[upper])},
    )
moment, error = simulation.product_moment(
    simulation.logistic_draws(X, q, teacher, 1), 10 * batches, experiment.rng("optimum"), 1
)
h = np.diag((X.T * (q * (1 - q))) @ X) / len(X)
claim.consistent(
    "E g^2 at the optimum against h",
    np.diag(moment),
    h,
    np.diag(error),
    controls={"h^2, as at full batch": dict(predicted=h**2)},
)

# %% [markdown]
# ## The effective exponent, from sampled gradients

# %%
claim, lam, sizes = experiment.claim("exponent-crossover"), np.geomspace(1, 1e-3, 64), [1, 16, 64, 256, 1024, 65536]
problem = problems.quadratic(np.diag(lam), 0.5)


def sampled(B, blocks=40):
    noise = simulation.draws(experiment.rng("exponent", B=B), 1, draws, 64, B)
    g = simulation.batch_gradient(problem, np.tile(np.sqrt(lam), (draws, 1)), noise.chi[0], noise.xi[0], B)
    return (g**2).reshape(blocks, -1, 64).mean(axis=1)


def jackknifed(squares):
    n, full = len(squares), theory.slope(lam, squares.mean(axis=0))
    left = np.array([theory.slope(lam, np.delete(squares, i, axis=0).mean(axis=0)) for i in range(n)])
    return statistics.mean(n * full - (n - 1) * left)


squares = {B: sampled(B) for B in sizes}
measured = {B: jackknifed(squares[B]) for B in sizes}
expected = {B: theory.effective_exponent(lam, 0.5, B) for B in sizes}
table = pd.DataFrame({"batch": sizes, "slope": [measured[B].value for B in sizes], "theory": list(expected.values())})
experiment.figure("exponents", table, draw=figures.exponents)
exact = {B: np.diag(theory.gaussian_moment(np.diag(lam), np.ones(64), 0.5, B)) for B in sizes[::2]}
frames = [
    pd.DataFrame({"batch": B, "eigenvalue": lam, "moment": squares[B].mean(axis=0), "theory": exact[B]})
    for B in sizes[::2]
]
experiment.figure("spectra", pd.concat(frames), draw=figures.spectra)
for B in sizes:
    spread = theory.slope(lam, theory.one_hot_moment(lam / lam.sum(), np.linspace(0.1, 3, 64), 0.5, B))
    wrong = {"one-hot features": measured[B] - float(spread)} | ({"slope 1 at all B": measured[B] - 1} if B > 1 else {})
    claim.within(
        f"slope minus its formula, B = {B}",
        measured[B] - expected[B],
        (-0.02, 0.02),
        origin="the width of a line",
        controls=wrong,
    )
claim.exact(
    "slope at full batch",
    theory.slope(lam, lam**2),
    (2 - 1e-9, 2 + 1e-9),
    origin="v = lambda^2",
    controls={"B = 65536": expected[65536]},
)

# %% [markdown]
# ## How far Adam is from GN$^{-1/2}$ along its own path

# %%
claim = experiment.claim("adam-gn-ratio-bound")
H = problems.block_problem()
bases = {"identity": None, "eigenbasis": problems.eigenbasis(H)}
bases |= {f"random {i}": np.linalg.qr(experiment.rng("basis", i=i).standard_normal((64, 64)))[0] for i in range(5)}
rows, low, mean_gap, wrong, least = [], [], [], [], []
for basis, U in bases.items():
    for B in (1, 4, 16, 64, 256, 1024):
        P, rng = problems.quadratic(H, 0.5, U), experiment.rng("path", basis=basis, B=B)
        w = simulation.path(P, problems.unit_start(P, rng, 1), 0.02, simulation.draws(rng, 400, 1, 64, B))
        r = theory.ratios(P.hessian, w, 0.5, B)
        rows.append({"basis": basis, "batch": B, "largest": r.max()})
        low.append(r.min())
        wrong.append((r / P.diagonal).max() / (B + 2))
        least.append((r / P.diagonal).min())
        mean_gap += (
            [np.abs(r.mean(axis=1) - 1 - theory.average_excess(P.hessian, w, 0.5, B)).max()]
            if basis == "eigenbasis"
            else []
        )
table = pd.DataFrame(rows)
experiment.figure("ratios", table[table.basis.isin(["identity", "eigenbasis", "random 0"])], draw=figures.ratios)
claim.exact(
    "largest r_i / (B + 2)",
    float((table.largest / (table.batch + 2)).max()),
    (None, 1),
    origin="Cauchy-Schwarz",
    controls={"h_i^2 in place of h_i": max(wrong)},
)
claim.exact(
    "smallest r_i",
    min(low),
    (1 - 1e-9, None),
    origin="the second term is a square",
    controls={"h_i^2 in place of h_i": min(least)},
)
claim.exact(
    "mean excess in the eigenbasis against its formula, largest difference",
    max(mean_gap),
    (None, 1e-9),
    origin="rounding",
    controls={},
    identity=True,
)
experiment.finish()
