# %% [markdown]
# # The generating function of the loss
# The mean loss solves $2L(t) = V_t + \sum_{s<t} U_{t-1-s}\, 2L(s)$: what is left of the signal plus the noise of
# earlier steps. Its generating function is therefore $$\tilde L(z) = \sum_t L(t) z^t = \frac{\tilde V(z)}{2\,(1 -
# z\,\tilde U(z))},$$ with $\tilde U$, $\tilde V$ sums over modes of rational functions whose denominator is one cubic
# $S(\alpha\lambda, z)$. Convergence is then a statement about $z = 1$, provided that $S > 0$ and $z\tilde U(z)$
# increases on $(0, 1)$ (second figure).
# %% tags=["parameters"]
STEPS = 4000
MODES = 1000
GRID = 27
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves, maps
from optclaims.papers.sgd_generating_functions.theory import generating_function, spectra

experiment = Experiment("sgd_generating_functions", "generating_function")
spectrum = spectra.power_law(1.5, 1.0, MODES)
settings = [
    {"lr": 0.5, "momentum": 0.0, "gamma": 0.3, "tau2": 1.0},
    {"lr": 0.2, "momentum": 0.6, "gamma": 0.5, "tau2": 0.0},
    {"lr": 0.3, "momentum": -0.4, "gamma": 0.7, "tau2": -1.0},
    {"lr": 0.2, "momentum": -0.7, "gamma": 1.0, "tau2": 1.0},
]
# %% [markdown]
# ## Series against closed form
# The closed form, two ways to get it wrong, and the sum of the recursion's losses.
# %%
z, steps = np.array([0.5, 0.9, 0.97]), np.arange(STEPS + 1)
series = np.array([moments.losses(times=steps, **spectrum.arrays, **s) @ z ** steps[:, None] for s in settings])
closed = np.array([generating_function.loss_transform(spectrum, z, **s) for s in settings])
misprint = np.array([generating_function.loss_transform(spectrum, z, cubic_sign=1.0, **s) for s in settings])
no_factor = np.array(
    [
        generating_function.vtilde(spectrum, z, **s) / (2 * (1 - generating_function.utilde(spectrum, z, **s)))
        for s in settings
    ]
)
error, misprinted, shifted = (np.abs(form / series - 1) for form in (closed, misprint, no_factor))
with_momentum = [i for i, s in enumerate(settings) if s["momentum"] != 0]  # beta^3 z^3 vanishes without momentum
names = [rf"$\alpha={s['lr']}, \beta={s['momentum']}, \gamma={s['gamma']}, \tau_2={s['tau2']:g}$" for s in settings]
line = np.linspace(0, 0.98, 50)
forms = [generating_function.loss_transform(spectrum, line, **s) for s in settings]
experiment.figure(
    "transform",
    pd.concat(
        [
            pd.DataFrame({"setting": n, "kind": "closed form", "z": line, "value": f})
            for n, f in zip(names, forms, strict=True)
        ]
        + [
            pd.DataFrame({"setting": n, "kind": "series", "z": z, "value": f})
            for n, f in zip(names, series, strict=True)
        ]
    ),
    draw=curves.transform,
)
experiment.claim("generating-function-identity").exact(
    "largest relative error of the closed form, 4 settings, z = 0.5, 0.9, 0.97",
    error.max(),
    (None, 1e-10),
    origin="rounding; the series is cut where z^t is below 1e-50",
    controls={
        "sign of the cubic term": misprinted[with_momentum].min(),
        "1 - U(z) without the factor z": shifted.min(),
    },
)
# %% [markdown]
# ## Where the argument holds
# $S(x, z) > 0$ on $z \in (0, 1)$, and $z\tilde U$ of one mode increases, for the noise parameter $\tau_2\gamma$ of each
# panel. Inside the noiseless limit $\alpha\lambda < 2(1 + \beta)$ both hold wherever $0 \le \tau_2\gamma \le 1$.
# %%
x, beta = (axis.ravel() for axis in np.meshgrid(np.linspace(0.02, 4, GRID), np.linspace(-0.98, 0.98, GRID)))
zs = np.linspace(0.005, 0.995, 100)[:, None]


def holds(noise):
    s = generating_function.mode_polynomial(x, zs, beta, noise)
    rising = np.diff(zs * (1 + beta * zs) / s, axis=0) > 0
    return (np.all(s > 0, axis=0) & np.all(rising, axis=0)).astype(int)


cells = [
    pd.DataFrame(
        {"panel": rf"$\tau_2 \gamma = {noise}$", "x": x.round(4), "momentum": beta.round(4), "holds": holds(noise)}
    )
    for noise in (0, 1)
]
experiment.figure("positivity", pd.concat(cells), draw=maps.positivity)
experiment.finish()
# %% [markdown]
# The identity holds to rounding for both signs of the momentum and of $\tau_2$, so the loss at all times is known as
# soon as its generating function is.
