# %% [markdown]
# # The bounds, along the path
#
# Theorem II (smooth) on the noisy quadratic of the rates, with the smallest $\delta$ and the largest second moment that
# were measured on the path; Theorem III (convex),
# $$E f(\bar x_T) - f^* \le \frac{\lVert x_0-x^*\rVert^2}{2\gamma(T+1)}
#   + \gamma\sigma^2\Bigl(\frac12 + \frac{2\sqrt{1-\delta}}{\delta}\Bigr),$$
# on $\epsilon|x_1+x_2| + |x_1-x_2|$ with the scaled sign and on $\lVert x\rVert_1$ in 50 dimensions with top-1.
# Statements recalled, constants derived anew.

# %% tags=["parameters"]
steps = 4000
runs = 10

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.ef_signsgd import figures, problems, simulation, theory
from optclaims.papers.ef_signsgd.problems import ARMS, Forms

experiment = Experiment("ef_signsgd", "bounds")
d, h = 50, problems.spectrum(50)
times = np.unique(np.geomspace(30, steps, 25).round().astype(int))

# %% [markdown]
# ## Smooth
# As in the rates: $\gamma = 2/\sqrt T$ for each horizon.


# %%
def at_horizon(name, T):  # the mean squared gradient, the bound, and the bound without delta
    lr, noise = 2 / np.sqrt(T), problems.noise(experiment.rng("noise", method=name, T=int(T)), runs, int(T), d)
    run = simulation.on_quadratic(h, noise, lr, ARMS[name], 1.0)
    delta, sigma2 = run.delta.min(), run.sampled.mean(axis=0).max()
    both = [theory.nonconvex_bound(h.sum() / 2, lr, 1.0, sigma2, delta, int(T) - 1, c) for c in (True, False)]
    return (f"smooth, {name}", T, run.gradient.mean(), *both)


COLUMNS = ["problem", "t", "value", "bound", "without"]
smooth = pd.DataFrame([at_horizon(n, T) for n in ("EF, scaled sign", "EF, top-1") for T in times], columns=COLUMNS)

# %% [markdown]
# ## Convex


# %%
def convex(forms, name, lr, delta, sigma2, label):
    rows = []
    for T in times:
        mean = simulation.on_forms(forms, ARMS[name], lr, int(T), None).mean
        distance = float(np.linalg.norm(forms.start))
        both = [theory.convex_bound(distance, lr, sigma2, delta, int(T) - 1, c) for c in (True, False)]
        rows.append((label, T, problems.loss(forms, mean), *both))
    return pd.DataFrame(rows, columns=COLUMNS)


absolute = Forms(np.eye(d), np.ones(d), False, np.linspace(0.5, 1.5, d))
frame = pd.concat(
    [
        smooth,
        convex(problems.nonsmooth_pair(0.3), "EF, scaled sign", 0.01, 0.5, 2 * (1 + 0.3**2), "non-smooth pair"),
        convex(absolute, "EF, top-1", 0.01, 1 / d, float(d), "absolute values, top-1"),
    ]
)
experiment.figure("bounds", frame, draw=figures.bounds)

# %% [markdown]
# ## Checks
# At all horizons from 30 to the last. Without its term in $\delta$ the bound is crossed by top-1 on both problems (on
# the pair it is not, so that says nothing there). A step that is compressed without feedback crosses the convex bound.

# %%
frame["ratio"], frame["short"] = frame.value / frame.bound, frame.value / frame.without
worst = frame.groupby("problem")[["ratio", "short"]].max()
print(worst)
unrepaired = convex(problems.nonsmooth_pair(0.3), "scaled sign", 0.01, 0.5, 2 * (1 + 0.3**2), "no feedback")
claim = experiment.claim("bounds-hold")
claim.exact(
    "mean squared gradient over its bound, largest over horizons, scaled sign and top-1",
    worst.ratio[["smooth, EF, scaled sign", "smooth, EF, top-1"]].max(),
    (None, 1),
    origin="Theorem II",
    controls={"bound without its last term, top-1": worst.short["smooth, EF, top-1"]},
)
claim.exact(
    "f at the mean point over its bound, absolute values with top-1, largest over horizons",
    worst.ratio["absolute values, top-1"],
    (None, 1),
    origin="Theorem III",
    controls={"bound without its term in delta": worst.short["absolute values, top-1"]},
)
claim.exact(
    "f at the mean point over its bound, non-smooth pair, largest over horizons",
    worst.ratio["non-smooth pair"],
    (None, 1),
    origin="Theorem III",
    controls={"no feedback": (unrepaired.value / unrepaired.bound).max()},
)

# %% [markdown]
# The bounds hold with room: a factor of ten and more for the scaled sign, more still for top-1, whose worst
# $\delta = 1/50$ enters squared. A bound that is respected is weak evidence for it; that its compression term is
# needed is what top-1 shows.

# %%
experiment.finish()
