# %% [markdown]
# # Adam follows its SDE to first order in $\eta^2$
#
# With $c_i = (1-\beta_i)/\eta^2$ and the bias corrections $\gamma_i(t) = 1 - e^{-c_i t}$, Adam's limit is
#
# $$d\theta = -\frac{\sqrt{\gamma_2}}{\gamma_1} P^{-1} m\,dt, \quad dm = c_1(f' - m)\,dt + \sigma_0 c_1\,dW, \quad
#   \dot u = c_2(1-u), \quad P = \sigma_0\sqrt u + \epsilon_0\sqrt{\gamma_2},$$
#
# from a time $t_0 > 0$ on. On $f = \theta^2/2$ the law of $(\theta, m)$ is Gaussian and its moments solve linear
# equations. The analysis divides by $\hat v_k$; stock Adam divides by $\hat v_{k+1}$. Both have this limit, with
# different constants.

# %% tags=["parameters"]
paths = 1_000_000

# %%
import numpy as np

from optclaims.experiment import Experiment
from optclaims.papers.adaptive_sde_scaling import figures, measures, theory
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
from optclaims.papers.adaptive_sde_scaling.simulation import Setting

experiment = Experiment("adaptive_sde_scaling", "adam_weak_order")
constants = {"sigma0": 1.0, "eps0": 0.1, "c1": 4.0, "c2": 1.0}
theta0, m0, u0, t0, T = 1.5, 0.3, 0.4, 0.5, 2.5
eta2 = [0.1, 0.05, 0.025, 0.0125]
names = ["theta", "theta2", "m2", "u"]


def simulated(step, newest):
    hyper, sigma = from_sde(step, **constants)
    timing = {"correct_from": round(t0 / step), "newest": newest}
    setting = Setting(hyper, sigma, round((T - t0) / step), (theta0, m0, u0 * sigma**2), **timing)
    return measures.moments(setting, paths, experiment.rng("paths", eta2=step, newest=newest))


previous, newest = ({step: simulated(step, flag) for step in eta2} for flag in (False, True))

# %%
equation = {"t0": t0, **constants, "start": (theta0, m0, u0)}
truth = theory.adam_sde(T, **equation)
uncorrected = theory.adam_sde(T, **equation, correction=False)
weak_noise = theory.adam_sde(T, **equation, diffusion=constants["sigma0"])
errors = measures.weak_errors(previous, truth, names, series="Adam")
errors_newest = measures.weak_errors(newest, truth, names, series="stock Adam")
errors_wrong = measures.weak_errors(previous, uncorrected, names, series="no bias corrections")
experiment.figure("adam_weak_error", measures.stack(errors, errors_newest, errors_wrong), draw=figures.weak_error)

# %% [markdown]
# ## Order of the error
# The second moments $u$ and $E m^2$ are in the asymptotic regime throughout. With $\hat v_k$ the error of $\theta$ is
# not yet, at $\eta^2 \ge 0.05$: only its last halving is judged. Stock Adam's error of $\theta$ is, and the slope is
# taken over all four points; its error of $\theta^2$ is not (slope 0.74 over all four), so there too the last halving
# counts.

# %%
claim = experiment.claim("adam-sde-weak-order")
origin = "first order, with room for the next one"
for table, name in ((errors, "u"), (errors, "m2"), (errors_newest, "theta")):
    wrong, label = {
        "u": ({"u": u0}, "u frozen"),
        "m2": (weak_noise, "diffusion sigma0"),
        "theta": (uncorrected, "no bias corrections"),
    }[name]
    source = previous if table is errors else newest
    control = {label: measures.slope_of(measures.weak_errors(source, wrong, [name]), name)}
    bounds = (0.85, 1.35) if name == "m2" else (0.85, 1.15)
    quantity = f"order of the error of {figures.NAMES[name]}, {table.series[0]}"
    claim.within(quantity, measures.slope_of(table, name), bounds, origin=origin, controls=control)

# %%
for table, name in ((errors, "theta"), (errors_newest, "theta2")):
    source = previous if table is errors else newest
    uncorrected_table = measures.weak_errors(source, uncorrected, [name])
    claim.within(
        f"error of {figures.NAMES[name]} at eta^2 = 0.025 over that at 0.0125, {table.series[0]}",
        measures.ratio(*measures.pair(table, name, 0.025, 0.0125)),
        (1.6, 2.2),
        origin="2 at first order, less before the asymptotic regime",
        controls={"no bias corrections": measures.ratio(*measures.pair(uncorrected_table, name, 0.025, 0.0125))},
    )

# %% [markdown]
# The constants, against an independent double-precision simulation: $u$ to 5 %, $E m^2$ to $4.5 \pm 0.8$.

# %%
known = np.array([[4.5] * 4, [0.710, 0.710, 0.705, 0.702]])
bias = np.array([[0.8], [0.05 * 0.7]])
measured, stderr = measures.over_eta2(errors, ["m2", "u"])
weak = measures.over_eta2(measures.weak_errors(previous, weak_noise, ["m2", "u"]), ["m2", "u"])
claim.consistent(
    "error over eta^2 of E m^2 and u against an independent simulation",
    measured,
    known,
    stderr,
    bias=bias,
    controls={"diffusion sigma0": {"measured": weak[0], "stderr": weak[1]}},
    origin="spread of the recorded constants",
)
experiment.finish()
