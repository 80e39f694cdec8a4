# %% [markdown]
# # Moments of the last iterate and of the average
#
# SGD on $\lambda w^2/2$ with white gradient noise of variance $\sigma^2$, $a = 1 - \alpha\lambda$. The last iterate has
# mean $a^n w_0$ and variance $\alpha^2\sigma^2(1-a^{2n})/(1-a^2)$. The average $\frac1n\sum_{k=1}^n w_k$ has mean
# $w_0\, a(1-a^n)/(n\alpha\lambda)$ and variance
# $$\frac{\sigma^2}{n^2\lambda^2}\Bigl[n - 2a\frac{1-a^n}{1-a} + a^2\frac{1-a^{2n}}{1-a^2}\Bigr]
# \to \frac{\sigma^2}{n\lambda^2},$$
# which does not know the learning rate: averaging pays in proportion to $\alpha$.

# %% tags=["parameters"]
runs = 20_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.iterate_averaging import figures, simulation, theory

experiment = Experiment("iterate_averaging", "moments")

# %% [markdown]
# ## Formulas, recursion, runs
# At four settings $(\alpha, \lambda, \sigma, n, w_0)$. Mistakes: an average that holds the start $w_0$, the variance
# without its bracket, the variance $\alpha\sigma^2/2\lambda$ of continuous time.

# %%
settings = [(0.1, 1.0, 0.5, 50, 2.0), (0.5, 2.0, 1.0, 200, 1.0), (0.02, 0.5, 0.3, 400, 3.0), (1.5, 1.0, 0.7, 80, 1.0)]
gaps, rows = [], []
for lr, curvature, sigma, n, start in settings:
    forms = theory.last(lr, curvature, sigma, n, start), theory.average(lr, curvature, sigma, n, start)
    for form, step in zip(forms, theory.recursion(lr, curvature, sigma, n, start), strict=True):
        gaps += [abs(form.mean - step.mean), abs(form.variance - step.variance)]
    drawn = simulation.descend(experiment.rng("runs", lr=lr), runs, lr, [curvature], sigma, n, start)
    included = (n * drawn[1] + start) / (n + 1)
    wrong = (lr * sigma**2 / (2 * curvature), sigma**2 / (n * curvature**2))
    for kind, w, form, slip in zip(("last", "average"), drawn, forms, wrong, strict=True):
        rows.append((kind, w.mean(), form.mean, (form.variance / runs) ** 0.5, included.mean(), form.mean))
        spread = form.variance * (2 / runs) ** 0.5
        rows.append((kind, w.var(), form.variance, spread, included.var(), slip))
table = pd.DataFrame(rows, columns=["kind", "measured", "predicted", "stderr", "included", "slip"])
print(table)

# %%
lrs, points = np.geomspace(0.02, 1.9, 60), np.array([0.03, 0.1, 0.3, 1.0, 1.7])
n, lines = 200, []
ends = simulation.descend(experiment.rng("figure"), runs // 20, points, np.ones(5), 1.0, n, 0.0)
for kind, form, w in zip(("last", "average"), (theory.last, theory.average), ends, strict=True):
    lines.append(pd.DataFrame({"kind": kind, "lr": lrs, "runs": 0, "variance": form(lrs, 1.0, 1.0, n, 0.0).variance}))
    lines.append(pd.DataFrame({"kind": kind, "lr": points, "runs": runs // 20, "variance": w.var(axis=0)}))
experiment.figure("moments", pd.concat(lines).assign(limit=1 / n), draw=figures.moments)

# %% [markdown]
# ## Checks
# At $\alpha\lambda = 1$ the bracket is $n$ exactly and the starting point is forgotten at once; the controls are judged
# over all settings, as the check is.

# %%
claim, averages = experiment.claim("ia-exact-moments"), (table.kind == "average").to_numpy()
claim.exact(
    "largest difference of closed form and recursion", max(gaps), (None, 1e-12), origin="rounding", controls={},
    identity=True,
)  # fmt: skip
claim.consistent(
    "means and variances in runs against the closed forms",
    table.measured,
    table.predicted,
    table.stderr,
    controls={
        "average with the start": {"measured": np.where(averages, table.included, table.measured)},
        "bracket forgotten": {"predicted": np.where(averages, table.slip, table.predicted)},
        "variance of continuous time": {"predicted": np.where(averages, table.predicted, table.slip)},
    },
)

# %% [markdown]
# The variance of the average over that of the last iterate is $(2-\alpha\lambda)/(n\alpha\lambda)$ for long runs: the
# larger the steps the more it pays, and its bias falls with $1/(n\alpha\lambda)$ alone. One direction, white noise: the
# noise of batches from one training set is neither white nor independent of the iterate.

# %%
experiment.finish()
