# %% [markdown]
# # The non-saturating GAN
#
# The generator ascends $\log D$ instead of descending $\log(1-D)$. At the equilibrium nothing changes: the eigenvalues
# are $\pm i/2$. Further out it helps: in continuous time $\frac{d}{dt} r^2 = -2u\tanh(u/2)$ with $u = \theta\psi$,
# over a turn $-r^4/8$, so
# $$r^2(t) \approx \frac{1}{1/r_0^2 + t/8}.$$
# Simultaneous steps add $h^2 r^2/4$ a step: they win where $r^2 < 2h$.

# %% tags=["parameters"]
rounds = 100_000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gan_convergence import figures, measures, problems, simulation, theory

experiment = Experiment("gan_convergence", "non_saturating")
field, times = problems.non_saturating(), np.geomspace(1, 4000, 60)

# %% [markdown]
# ## Continuous time

# %%
starts = np.array([[1.0, 1.0], [2.0, 0.0], [0.5, 1.5], [3.0, 0.0]])
first = (starts**2).sum(-1)
predicted = theory.radius_squared(times[:, None], first)
square = measures.radii(simulation.flow(field, starts, times)) ** 2
saturating = measures.radii(simulation.flow(problems.gan(), starts, times)) ** 2
runs = dict(zip(map(str, starts.tolist()), zip(square.T, predicted.T, strict=True), strict=True))
rows = [pd.DataFrame({"start": start, "time": times, "square": r2, "predicted": p}) for start, (r2, p) in runs.items()]
coarse = simulation.dirac_run(starts[:1], 0.2, 20_000, scheme="simultaneous", non_saturating=True)
coarse = measures.radii(coarse[5 * times.astype(int), 0]) ** 2
rows.append(
    pd.DataFrame({"start": "SimGD 0.2", "time": times, "square": coarse, "predicted": np.nan, "status": "none"})
)
experiment.figure("radius", pd.concat(rows), draw=figures.squared_radius)

late = times >= 500
without_average = square[late] * (1 / first + times[late, None] / 4)
slow = simulation.dirac_run(starts[:1], 0.2, rounds, scheme="alternating", non_saturating=True)
slow = (measures.radii(slow[-1000:]) ** 2).mean()
stuck = simulation.dirac_run(starts[:1], 0.2, rounds, scheme="simultaneous", non_saturating=True)
stuck = (measures.radii(stuck[-1000:]) ** 2).mean()

# %% [markdown]
# ## The cycle of simultaneous steps
# From inside and outside, the mean of $r^2$ over the last tenth of a time of 4000.

# %%
cells = pd.DataFrame(list(itertools.product([0.4, 0.3, 0.2, 0.15, 0.03], [1.0, 0.05])), columns=["lr", "start"])
begin = np.repeat(cells[["start"]].to_numpy(), 2, axis=1)
ends = (4000 / cells.lr).astype(int)


def settled(scheme):
    points = simulation.dirac_run(begin, cells.lr, ends.max(), scheme=scheme, non_saturating=True)
    return [(measures.radii(points[end - end // 10 : end, i]) ** 2).mean() for i, end in enumerate(ends)]


cells["square"], cells["alternating"] = settled("simultaneous"), settled("alternating")
cells["excess"] = cells.square / theory.cycle_radius_squared(cells.lr) - 1
experiment.figure("cycle", cells[["lr", "start", "excess"]], draw=figures.cycle)

# %% [markdown]
# ## Checks

# %%
claim = experiment.claim("nsgan-sublinear")
claim.exact(
    "largest relative error of the averaged squared radius in continuous time, t = 500 to 4000",
    np.abs(square / predicted - 1)[late].max(),
    (None, 0.01),
    origin="averaging is of order r^2, 1.6 % at t = 500, and of either sign",
    controls={
        "average of sin^2 forgotten, t/4": list(np.abs(without_average - 1).max(0)),
        "saturating generator": list(np.abs(saturating / predicted - 1)[late].max(0)),
    },
)
predicted_end = float(theory.radius_squared(0.2 * rounds, 2.0))
claim.exact(
    "alternating steps of 0.2: relative error of the final squared radius",
    abs(slow / predicted_end - 1),
    (None, 0.01),
    origin="a per cent, as in continuous time",
    controls={
        "simultaneous steps": abs(stuck / predicted_end - 1),
        "average of sin^2 forgotten, t/4": abs(slow * (0.5 + 0.2 * rounds / 4) - 1),
    },
)
experiment.claim("nsgan-simgd-cycle").exact(
    "largest relative distance of the squared radius from 2h, over h^2",
    (cells.excess.abs() / cells.lr**2).max(),
    (None, 0.1),
    origin="the next order, h^2, with room for the average over a cycle",
    controls={
        "average of sin^2 forgotten, r^2 = h": list((cells.square / cells.lr - 1).abs() / cells.lr**2),
        "alternating steps, no cycle": list((cells.alternating / (2 * cells.lr) - 1).abs() / cells.lr**2),
    },
)

# %% [markdown]
# The non-saturating loss repairs the plain GAN in continuous time, though only like $8/t$, slower than any
# exponential; the discretisation decides whether anything is left of it. Alternating steps keep it, simultaneous ones
# end on a cycle whose size no training time reduces.

# %%
experiment.finish()
