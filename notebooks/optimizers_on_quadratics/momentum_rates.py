# %% [markdown]
# # The best momentum, and what it costs at first
# Over spectra in $[\mu, L]$, $q = (\sqrt\kappa-1)/(\sqrt\kappa+1)$: the best heavy ball has $\alpha =
# 4/(\sqrt\mu+\sqrt L)^2$, $\beta = q^2$ and rate $q$; Nesterov's method as usually proved ($\alpha = 1/L$, $\beta = q$)
# has $1 - 1/\sqrt\kappa$, and tuned $1 - 2/\sqrt{3\kappa+1}$. These are rates for $n\to\infty$. For every $n$, from a
# start at rest, the worst residual is exactly $(1 + n(1+q))\,q^n$ for the heavy ball, which *grows* to about
# $\sqrt\kappa/e$ first, and $(1 + n/\sqrt\kappa)(1 - 1/\sqrt\kappa)^n$ for Nesterov's method.

# %% tags=["parameters"]
kappas = [10, 100, 1000]
eigenvalues = 12_500  # on each of two grids, linear and logarithmic
steps = 400

# %%
import numpy as np

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import momentum as figures
from optclaims.papers.optimizers_on_quadratics.measures import momentum as measures
from optclaims.papers.optimizers_on_quadratics.theory import momentum as theory
from optclaims.science.quadratics import optimal

experiment = Experiment("optimizers_on_quadratics", "momentum_rates")
claim = experiment.claim("momentum-optimal-rates")
found = {(k, ahead): measures.search(k, ahead) for k in kappas for ahead in (0.0, 1.0)}
methods = ["gradient_descent", "heavy_ball", "nesterov"]
best = {m: lambda k, m=m: getattr(optimal, m)(1.0, k) for m in [*methods, "tuned_nesterov"]}
ball, tuned, q = best["heavy_ball"], best["tuned_nesterov"], lambda k: optimal.contraction(1.0, k)
claim.exact(
    "relative distance of lr and momentum found by search from the formulas (heavy ball, tuned Nesterov)",
    max(measures.parameter_errors(found, ball, tuned)),
    (None, 1e-6),
    origin="square root of the rounding at the double root",
    controls={
        "heavy ball: momentum q": measures.parameter_errors(found, lambda k: (ball(k).lr, q(k)), tuned),
        "Nesterov: lr 1 / L": measures.parameter_errors(found, ball, lambda k: (1 / k, tuned(k).momentum)),
    },
)
gaps = [measures.rate(*n[:2], 1.0, k) - n.rate for k in kappas for n in (best["nesterov"](k), tuned(k))]
gaps += [found[k, ahead][1] - rule(k).rate for k in kappas for ahead, rule in ((0.0, ball), (1.0, tuned))]
mistakes = {
    "heavy ball: momentum q": (0.0, lambda k: (ball(k).lr, q(k))),
    "heavy ball: lr 2 / (mu + L)": (0.0, lambda k: (2 / (1 + k), ball(k).momentum)),
    "heavy ball: lr 1 / L": (0.0, lambda k: (1 / k, ball(k).momentum)),
    "Nesterov: lr 1 / L with the tuned momentum": (1.0, lambda k: (1 / k, tuned(k).momentum)),
}
claim.exact(
    "largest distance of the rates from q, 1 - kappa^(-1/2) and 1 - 2 (3 kappa + 1)^(-1/2)",
    np.abs(measures.excess_rates(found, 0.0, ball) + gaps).max(),
    (None, 1e-6),
    origin="square root of the rounding at the double root",
    controls={slip: measures.excess_rates(found, *mistake) for slip, mistake in mistakes.items()},
)
fixed, scan, ends = np.array([0.3, 2.6, 3.6]) / 100, np.linspace(0, 0.9999, 20_000), [1.0, 100.0]
least = [measures.least_rate(lr, ends, scan) for lr in fixed]
claim.exact(
    "kappa = 100, lr fixed at three values: least rate over momentum minus max |1 - sqrt(lr l)|, largest size",
    max(abs(m - theory.heavy_ball_rate_at(lr, ends)) for m, lr in zip(least, fixed, strict=True)),
    (None, scan[1] / 1.6),
    origin="spacing of the momenta over twice the least rate, 0.8: the rate is sqrt(momentum) beyond the best",
    controls={"without the absolute value": abs(least[2] - (1 - np.sqrt(fixed[2])))},
)
n = np.arange(steps + 1)
spectra = {k: np.append(np.linspace(1, k, eigenvalues), np.geomspace(1, k, eigenvalues)) for k in kappas}
sup = {m: {k: measures.suprema(spectra[k], steps, **best[m](k).parameters) for k in kappas} for m in methods}
slips = {
    "heavy ball: n - 1 for n": lambda k: (1 + (n - 1) * (1 + q(k))) * q(k) ** n,
    "heavy ball: the residual at mu": lambda k: (1 + n * (1 - q(k))) * q(k) ** n,
    "heavy ball: q^n": lambda k: q(k) ** n,
}
claim.exact(
    "worst residuals of the three methods against their formulas, relative, while q^n > 1e-10",
    max(max(measures.residual_errors(sup[m], lambda k, m=m: optimal.worst_residual(m, n, k))) for m in methods),
    (None, 1e-8),
    origin="rounding of 400 steps",
    controls={slip: measures.residual_errors(sup["heavy_ball"], formula) for slip, formula in slips.items()},
)
seen = measures.milestones(*([sup[m][k] for k in kappas[1:]] for m in methods))
formulas = measures.milestones(*([optimal.worst_residual(m, n, k) for k in kappas[1:]] for m in methods))
rates = measures.milestones(*([best[m](k).rate ** n for k in kappas[1:]] for m in methods))
claim.exact(
    "milestones (peaks, first n with one method below another; kappa = 100, 1000) that differ from the formulas'",
    np.sum(seen != formulas),
    (None, 0),
    origin="none of eight",
    controls={"rates alone": np.sum(seen != rates)},
)
shares = np.array([[measures.contracted_faster(k, lr, q(k)) for lr in (2 / (1 + k), 1 / k)] for k in kappas]).T
off = np.abs(shares - [theory.gradient_descent_share(k) for k in kappas])
claim.exact(
    "share of eigenvalues that gradient descent contracts faster, distance from (kappa + 1) / (sqrt(kappa) + 1)^2",
    off[0].max(),
    (None, 1e-4),
    origin="ten times the spacing of the grid",
    controls={"gradient descent with lr 1 / L": off[1]},
)
beta, norms = measures.complex_norms(experiment.rng("complex pairs"), theory.ripple_borders, 4000, 60)
powers = np.arange(1, 61)[:, None]
claim.exact(
    "largest norm of R^n over rho^(n-1) (rho + n (1 + rho^2)), 4000 complex pairs, n up to 60",
    (norms / theory.power_bound(powers, beta)).max(),
    (None, 1),
    origin="the bound",
    controls={
        "rho^n alone": (norms / beta ** (powers / 2)).max(),
        "n - 1 for n": (norms / (beta ** (powers / 2 - 0.5) * (beta**0.5 + (powers - 1) * (1 + beta)))).max(),
    },
)
shown = {"gradient descent": "gradient_descent", "heavy ball": "heavy_ball", "Nesterov": "nesterov"}
curves = measures.residual_curves({name: sup[m][100] for name, m in shown.items()}, spectra[100])
experiment.figure("worst_residuals", curves, draw=figures.worst_residuals)
experiment.figure("ravine", measures.ravine(0.12, 2.0), draw=figures.ravine)

# %% [markdown]
# The parameters and rates are the best ones. The rates say little about the first $\sqrt\kappa$ steps: at $\kappa =
# 100$ the heavy ball's worst error is 3.7 times its start after four steps, and it falls behind gradient descent until
# step 21. Most eigenvalues are contracted faster by gradient descent; the best parameters serve the two ends.

# %%
experiment.finish()
