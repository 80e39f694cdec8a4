# %% [markdown]
# # Spectra whose trace is infinite
# If $1/2 < \nu \le 1$ the trace of $H$ diverges, $\tilde U(1) = \infty$, and mini-batch SGD diverges at *every*
# learning rate, though only after a long stage in which the loss falls as $t^{-\zeta}$: growth $e^{\varepsilon t}$,
# $\varepsilon = -\log z_*$, with $z_* \tilde U(z_*) = 1$. If $\nu < 1/2$ even $\mathrm{Tr}\,H^2$ is infinite and so is
# the loss after one step: with $N$ modes it grows as $N^{1-2\nu}$.
# %% tags=["parameters"]
STEPS = 12_000
MODES = 1.0e40
TRUNCATED = 1000
SIZES = [1.0e3, 1.0e4, 1.0e5, 1.0e6, 1.0e7]
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.theory import spectra, stability

experiment = Experiment("sgd_generating_functions", "divergence")
# %% [markdown]
# ## Eventual divergence
# %%
setting = {"lr": 0.05, "momentum": 0.3, "gamma": 1.0}
infinite, finite = (spectra.power_law(0.75, 0.5, modes) for modes in (MODES, TRUNCATED))
steps = np.arange(1, STEPS + 1)
loss, cut = (moments.losses(times=steps, **s.arrays, **setting) for s in (infinite, finite))
rate, small = stability.growth_rate(infinite, **setting), stability.small_rate_growth(infinite, **setting)
late = [STEPS - STEPS // 6 - 1, STEPS - 1]
slope, cut_slope = (np.log(y[late[1]] / y[late[0]]) / (late[1] - late[0]) for y in (loss, cut))
lowest, cut_lowest = steps[np.argmin(loss)], steps[np.argmin(cut)]
print(
    f"exact rate {rate:.4e}, form for small learning rates {small:.4e}, U(1) of {TRUNCATED} modes: "
    f"{stability.utilde_one(finite, **setting):.3f}"
)
shown = np.unique(np.append(np.geomspace(1, STEPS, 90), np.linspace(1, STEPS, 40)).round().astype(int)) - 1
fitted = loss[-1] * np.exp(rate * (steps - STEPS))
experiment.figure(
    "eventual",
    pd.concat(
        curves.line(r"$\nu = 0.75, \zeta = 2/3$", c, k, steps[keep], y[keep])
        for c, k, y, keep in (
            (f"N = {MODES:.0e}", "recursion", loss, shown),
            (f"N = {TRUNCATED}", "recursion", cut, shown),
            (r"$\propto z_*^{-t}$", "theory", fitted, shown[steps[shown] > 1 / rate]),
        )
    ),
    draw=curves.losses,
)
claim = experiment.claim("eventual-divergence")
claim.exact(
    "late growth rate over the rate from z*",
    slope / rate,
    (0.99, 1.01),
    origin="slower terms at six times the inverse rate",
    controls={f"only {TRUNCATED} modes": cut_slope / rate, "form for small learning rates": slope / small},
)
claim.exact(
    "time of the smallest loss times the growth rate",
    lowest * rate,
    (None, 1),
    origin="the loss turns before the inverse rate",
    controls={f"only {TRUNCATED} modes": cut_lowest * rate},
)
claim.exact(
    "smallest loss over the first and over the last one",
    max(loss.min() / loss[0], loss.min() / loss[-1]),
    (None, 1),
    null=1,
    origin="the loss first falls, then grows: its minimum is inside",
    controls={f"only {TRUNCATED} modes": max(cut.min() / cut[0], cut.min() / cut[-1])},
)
# %% [markdown]
# ## Immediate divergence
# One step; the noiseless part is subtracted. The exponent is that of $\mathrm{Tr}\,H^2$ between the two largest sizes.
# At $\nu = 0.6$ the trace of $H$ is infinite too, but that of $H^2$ is not, and the loss after one step converges.
# %%
nus = (0.4, 0.45, 0.6)


def one_step(nu, modes):
    s = spectra.power_law(nu, 0.5, modes)
    noisy, smooth = moments.losses(times=[1], **s.arrays, lr=0.05, momentum=0.0, gamma=np.array([1.0, 0.0]), tau2=0)[
        :, 0
    ]
    return {"nu": nu, "modes": modes, "noise": noisy - smooth, "trace": s.trace()}


table = pd.DataFrame([one_step(nu, modes) for nu in nus for modes in SIZES])
pair = {nu: table[table["nu"] == nu].iloc[-2:] for nu in nus}
exponent = {nu: np.diff(np.log(p["noise"]))[0] / np.diff(np.log(p["modes"]))[0] for nu, p in pair.items()}
trace_exponent = {nu: np.diff(np.log(p["trace"]))[0] / np.diff(np.log(p["modes"]))[0] for nu, p in pair.items()}
experiment.figure("immediate", table.drop(columns="trace"), draw=curves.first_step)
claim = experiment.claim("immediate-divergence")
for nu in nus[:2]:
    claim.exact(
        f"exponent of the loss after one step in N, nu = {nu}",
        exponent[nu],
        (1 - 2 * nu - 0.04, 1 - 2 * nu + 0.04),
        origin="the constant term of the sum over N modes still shows at N = 1e7",
        controls={"nu = 0.6": exponent[0.6], "trace of H in place of H^2": trace_exponent[nu]},
    )
claim.exact(
    "exponent of the loss after one step in N, nu = 0.6",
    exponent[0.6],
    (None, 0.02),
    origin="the sum converges, its tail falls as N^-0.2",
    controls={"nu = 0.45": exponent[0.45], "trace of H in place of H^2": trace_exponent[0.6]},
)
experiment.finish()
# %% [markdown]
# Cutting the spectrum makes the trace finite, and the same learning rate converges: with finite data the divergence is
# a question of how many modes are learnable within the run.
