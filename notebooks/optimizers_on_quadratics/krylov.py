# %% [markdown]
# # Conjugate gradients, Chebyshev, BFGS: one family
# Over a spectrum in $[\mu, L]$ no residual polynomial of degree $n$ is smaller at its worst than $1/T_n\big(
# \frac{\kappa+1}{\kappa-1}\big) = 2q^n/(1+q^{2n})$. Chebyshev's semi-iteration attains it, conjugate gradients (which
# choose the polynomial for the start at hand) stay below it in the norm of $H$, and end after as many steps as $H$ has
# distinct eigenvalues. They are momentum with changing coefficients, and BFGS with exact line search takes the same
# steps, whatever its memory. The direction is $d_n = g_n + \frac{|g_n|^2}{|g_{n-1}|^2} d_{n-1}$ (printed with a minus).

# %% tags=["parameters"]
starts = 20
steps = 40

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import krylov as figures
from optclaims.science.quadratics import krylov, optimal, schedules, two_step

experiment = Experiment("optimizers_on_quadratics", "krylov")
claim = experiment.claim("krylov-optimality")
n = np.arange(steps + 1)
kappa = 100.0
least = optimal.chebyshev_value(n, kappa)
spectrum = np.concatenate([np.linspace(1, kappa, 5000), np.geomspace(1, kappa, 5000)])

# %% [markdown]
# ## The bound of Chebyshev
# Random starts on 200 eigenvalues for conjugate gradients; the whole spectrum for the semi-iteration.
# %%
levels = np.geomspace(1, kappa, 200)
random = experiment.rng("starts").normal(size=(starts, 200))


def norm_ratios(method, **slip):  # |e_n|_H / |e_0|_H over the bound, (starts, steps + 1)
    losses = np.array([krylov.losses(levels, method(levels, start, steps, **slip)) for start in random])
    return np.sqrt(losses / losses[:, :1]) / least


def worst(lr, momentum):
    return np.abs(two_step.residuals(spectrum, steps, lr, momentum)).max(axis=1)


chebyshev, ball = worst(*schedules.chebyshev(1, kappa, steps)), worst(*optimal.heavy_ball(1, kappa)[:2])
conjugate, steepest = norm_ratios(krylov.conjugate_gradients), norm_ratios(krylov.steepest_descent)
claim.exact(
    "largest H-norm of the error of conjugate gradients over 1 / T_n, any start and n",
    conjugate.max(),
    (None, 1 + 1e-9),
    origin="one, up to rounding",
    controls={
        "steepest descent with exact line search": steepest.max(axis=1),
        "minus in the direction": norm_ratios(krylov.conjugate_gradients, sign=-1.0).max(axis=1),
    },
)
claim.exact(
    "worst residual of Chebyshev's semi-iteration times T_n, distance from 1, largest over n",
    np.abs(chebyshev / least - 1).max(),
    (None, 1e-8),
    origin="rounding",
    controls={"its limit, the heavy ball": np.abs(ball / least - 1)[1:].max()},
)
curves = {"Chebyshev": chebyshev, "heavy ball": ball, "conjugate gradients": (conjugate * least).max(axis=0)}
curves["steepest descent"] = (steepest * least).max(axis=0)
frame = pd.concat([pd.DataFrame({"method": m, "n": n, "error": e}) for m, e in curves.items()])
experiment.figure("krylov_errors", frame.assign(bound=np.tile(least, len(curves))), draw=figures.krylov_errors)

# %%
start = experiment.rng("start").normal(size=100)


def errors(count, **slip):  # relative error by step for so many distinct eigenvalues
    hessian = np.resize(np.geomspace(1, 100, count), 100)
    return np.linalg.norm(krylov.conjugate_gradients(hessian, start, 6, **slip), axis=1) / np.linalg.norm(start)


claim.exact(
    "relative error after 5 steps on 5 distinct eigenvalues",
    errors(5)[5],
    (None, 1e-9),
    origin="zero, up to rounding amplified by kappa",
    controls={
        "6 distinct eigenvalues": errors(6)[5],
        "minus in the direction": errors(5, sign=-1.0)[5],
        "4 steps": errors(5)[4],
    },
)
basis = np.linalg.qr(experiment.rng("basis").normal(size=(20, 20)))[0]
hessian, e0 = basis * np.geomspace(1, 50, 20) @ basis.T, start[:20]
points = krylov.conjugate_gradients(hessian, e0, 12)


def distance(other):
    return np.abs(other - points).max() / np.abs(points).max()


dresses = [krylov.conjugate_momentum(hessian, e0, 12), *(krylov.bfgs(hessian, e0, 12, m) for m in (None, 1, 5))]
claim.exact(
    "largest distance of momentum form, BFGS and L-BFGS (memory 1, 5) from conjugate gradients over 12 steps, relative",
    max(map(distance, dresses)),
    (None, 1e-9),
    origin="rounding: below 4e-12 after 12 steps on three pilot seeds, then tenfold a step",
    controls={
        "minus in the direction": distance(krylov.conjugate_gradients(hessian, e0, 12, sign=-1.0)),
        "memory 0: steepest descent": distance(krylov.steepest_descent(hessian, e0, 12)),
    },
)
plane = {"conjugate gradients": krylov.conjugate_gradients, "steepest descent": krylov.steepest_descent}
paths = [
    pd.DataFrame(f([1.0, 6.0], [3.0, 1.0], 8), columns=["x", "y"]).assign(method=name) for name, f in plane.items()
]
experiment.figure("conjugate_directions", pd.concat(paths), draw=figures.conjugate_directions)

# %% [markdown]
# All statements hold to rounding; with the printed minus the method is slower than steepest descent. Rounding grows
# about tenfold a step, so that after twenty steps ($d = 20$, $\kappa = 50$) the forms differ in the fifth digit.

# %%
experiment.finish()
