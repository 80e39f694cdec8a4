# %% [markdown]
# # The stationary law of stochastic gradients with mass
#
# The process (reconstructed from the abstract; all formulas are ours): $\dot q = v$, $m\dot v = -\alpha v - a\,(q -
# b_{i(t)})$, where the index is drawn anew, uniformly from all five, after exponential waits of mean $\eta$. With $k
# = 1/\eta$ and $\sigma^2$ the variance of the centres $b$ its stationary second moments are $$E q^2 = \frac{\sigma^2
# a\,(1 + mk/\alpha)}{a + \alpha k + m k^2},\quad E qb = \frac{\sigma^2 a}{a + \alpha k + m k^2},\quad E v^2 = a k\,E
# qb/\alpha .$$ Paths are simulated event by event with the exact flow in between, so there is no error of time steps.

# %% tags=["parameters"]
runs = 10_000

# %%
from dataclasses import replace

import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, theory
from optclaims.papers.pdmp_momentum.simulation import events
from optclaims.papers.pdmp_momentum.problems import CENTRES, VARIANCE, Setting

experiment = Experiment("pdmp_momentum", "stationary")
settings = [Setting(1, 1, 1, 0.5), Setting(0.5, 2, 1, 0.3), Setting(2, 1, 0.5, 0.5), Setting(0.3, 1, 2, 0.2)]
starts = (0.0, 2.0, -1.0)


def paths(name, setting, start, times, **options):
    rng = experiment.rng(name, setting=str(setting), start=start)
    flow, jump = events.harmonic(setting), events.sojourns(setting.wait)
    return events.switched(flow, jump, CENTRES, np.full(runs, start), times, rng, **options)


# %% [markdown]
# ## Sample paths
# Dashed: the mean of the process, which is the dynamics with the full gradient.

# %%
rows, grid = [], np.linspace(0, 20, 101)
for mass in (0.1, 1.0):
    for wait in (1.0, 0.1):
        setting = Setting(mass, 1.0, 1.0, wait)
        flow, jump = events.harmonic(setting), events.sojourns(wait)
        rng = experiment.rng("sample", mass=mass, wait=wait)
        q = events.switched(flow, jump, CENTRES, np.full(3, 2.0), grid, rng)[:, 0]
        mean = theory.full_gradient_path(setting, 2.0, grid)
        point = {"mass": mass, "wait": wait, "time": grid, "mean_path": mean}
        rows += [pd.DataFrame(point | {"path": i, "q": q[:, i]}) for i in range(3)]
experiment.figure("sample_paths", pd.concat(rows), draw=figures.sample_paths)

# %% [markdown]
# ## Simulations
# Each of four settings from three starts, until 25 relaxation times; once more with the present index excluded from the
# draw. On the way from the start 2 the mean is recorded at five times.

# %%
early = np.array([0.5, 1.0, 2.0, 4.0, 8.0])
cells = [(setting, start) for setting in settings for start in starts]
found = {
    index: np.stack([paths(index, s, q0, [*early, 25 * s.relaxation], index=index) for s, q0 in cells])
    for index in ("all", "others")
}  # (cells, times, [q, v, b], runs)


def moments(name):
    q, v, b = np.moveaxis(found[name][:, -1], 1, 0)
    return {"qq": q**2, "qb": q * b, "vv": v**2}


def predicted(formula):
    laws = [formula(setting) for setting, _ in cells]
    return {name: np.array([getattr(law, name) for law in laws]) for name in ("qq", "qb", "vv")}


measured, others = moments("all"), moments("others")
exact = predicted(lambda s: theory.stationary(s, VARIANCE))
massless = predicted(lambda s: theory.stationary(Setting(0, s.friction, s.curvature, s.wait), VARIANCE))
claim = experiment.claim("stationary-law")
for names, text in ((["qq"], "mean of q^2"), (["qb", "vv"], "means of qb and v^2")):
    values = np.concatenate([measured[name] for name in names])
    controls = {"present index excluded": {"measured": np.concatenate([others[name].mean(1) for name in names])}}
    if names == ["qq"]:
        controls["formula of mass 0"] = {"predicted": massless["qq"]}
        limit = [VARIANCE * s.curvature * s.wait / s.friction for s, _ in cells]
        controls["limit of short waits, sigma^2 a eta / alpha"] = {"predicted": limit}
    claim.consistent(
        f"{text} at four settings from three starts",
        values.mean(axis=1),
        np.concatenate([exact[name] for name in names]),
        statistics.stderr(values, axis=1),
        controls=controls,
    )

# %% [markdown]
# The mean of the process obeys the dynamics with the full gradient, whatever the waits: its decay is that of the roots
# of $m s^2 + \alpha s + a$. Judged from the start 2 at five times.

# %%
moving = np.stack(
    [found["all"][i, :-1, 0] for i, (_, start) in enumerate(cells) if start == 2]
)  # (settings, times, runs)
roots = np.stack([theory.full_gradient_path(s, 2.0, early) for s in settings])
doubled = [Setting(2 * s.mass, s.friction, s.curvature, s.wait) for s in settings]
claim.consistent(
    "mean of q from the start 2 at five times",
    moving.mean(axis=-1),
    roots,
    statistics.stderr(moving, axis=-1),
    controls={
        "no mass": {"predicted": [2 * np.exp(-s.curvature / s.friction * early) for s in settings]},
        "twice the mass": {"predicted": np.stack([theory.full_gradient_path(s, 2.0, early) for s in doubled])},
    },
)

# %% [markdown]
# ## Fixed waits
# SGD draws its batch after every step, not after random waits. With waits of exactly $\eta$ the variance at the jumps
# solves a discrete Lyapunov equation, and as $\eta \to 0$ it is half the variance of exponential waits.

# %%
short = [Setting(1, 1, 1, 0.05), Setting(0.2, 1, 1, 0.05), Setting(1, 1, 1, 0.5)]
late = [10.0, 15.0, 20.0, 25.0]  # the law is forgotten in between, so each path counts four times
squares = {
    waits: np.stack([np.mean(paths(f"{waits} waits", s, 0.0, late, waits=waits)[:, 0] ** 2, axis=0) for s in short])
    for waits in ("fixed", "exponential")
}
random = np.array([theory.stationary(s, VARIANCE).qq for s in short])
fixed = np.array([theory.fixed_wait_variance(s, VARIANCE) for s in short])
brief = [replace(s, wait=1e-3) for s in short]
random_limit = np.array([theory.stationary(s, VARIANCE).qq for s in brief])
fixed_limit = np.array([theory.fixed_wait_variance(s, VARIANCE) for s in brief])
error = statistics.stderr(squares["fixed"], axis=1) / random
claim = experiment.claim("waiting-law")
claim.consistent(
    "variance with fixed waits over the formula of exponential ones, three settings",
    squares["fixed"].mean(axis=1) / random,
    fixed / random,
    error,
    controls={
        "exponential waits": {"measured": squares["exponential"].mean(axis=1) / random},
        "the limit of short waits at every wait": {"predicted": fixed_limit / random_limit},
    },
)
for i, s in enumerate(short[:2]):
    claim.within(
        f"the same ratio at eta = 0.05, mass {s.mass:g}",
        statistics.mean(squares["fixed"][i] / random[i]),
        (0.47, 0.53),
        origin="the limit 1/2 with the next order, O(eta)",
        controls={"exponential waits": statistics.mean(squares["exponential"][i] / random[i])},
    )

waits = np.geomspace(0.02, 2, 13)
rows = []
for mass in (0.2, 1.0):
    for wait in waits:
        s = Setting(mass, 1.0, 1.0, wait)
        point = {"mass": mass, "wait": wait, "kind": "formula"}
        rows += [
            point | {"waits": "exponential", "var": theory.stationary(s, VARIANCE).qq},
            point | {"waits": "fixed", "var": theory.fixed_wait_variance(s, VARIANCE)},
        ]
for law, values in squares.items():
    for s, value in zip(short, values.mean(axis=1), strict=True):
        rows.append({"mass": s.mass, "wait": s.wait, "kind": "simulated", "waits": law, "var": value})
experiment.figure("variance", pd.DataFrame(rows), draw=figures.variance)

# %% [markdown]
# At equal $\eta$ mass increases the variance, and the whole law depends on whether the present index may be drawn again
# and on the law of the waits: a learning rate in continuous time is not that of SGD until this factor of two is told.
# All of it is for one family of quadratics in one dimension.

# %%
experiment.finish()
