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


def moments(index):
    q, v, b = np.moveaxis(found[index][:, -1], 1, 0)
    return {"qq": q**2, "qb": q * b, "vv": v**2}


def predicted(names, **mistake):
    laws = [theory.stationary(replace(setting, **mistake), VARIANCE) for setting, _ in cells]
    return np.array([getattr(law, name) for name in names for law in laws])


claim = experiment.claim("stationary-law")
limit = [VARIANCE * s.curvature * s.wait / s.friction for s, _ in cells]
only = {"formula of mass 0": {"predicted": predicted(["qq"], mass=0)}}
only |= {"limit of short waits, sigma^2 a eta / alpha": {"predicted": limit}}
for names, text, controls in ((["qq"], "mean of q^2", only), (["qb", "vv"], "means of qb and v^2", {})):
    values, others = (np.concatenate([moments(index)[name] for name in names]) for index in ("all", "others"))
    claim.consistent(
        f"{text} at four settings from three starts",
        values.mean(axis=1),
        predicted(names),
        statistics.stderr(values, axis=1),
        controls={"present index excluded": {"measured": others.mean(axis=1)}} | controls,
    )

# %% [markdown]
# The mean of the process obeys the dynamics with the full gradient, whatever the waits: its decay is that of the roots
# of $m s^2 + \alpha s + a$. Judged from the start 2 at five times.

# %%
moving = np.stack(
    [found["all"][i, :-1, 0] for i, (_, start) in enumerate(cells) if start == 2]
)  # (settings, times, runs)
roots = np.stack([theory.full_gradient_path(s, 2.0, early) for s in settings])
doubled = [replace(s, mass=2 * s.mass) for s in settings]
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
# At equal $\eta$ mass increases the variance, while the mean of the process does not feel the waits at all; and the law
# depends on whether the present index may be drawn again, which a model has to say. All of it is for one family of
# quadratics in one dimension, where the process has no error of time steps.

# %%
experiment.finish()
