# %% [markdown]
# # The least damping of a second-order method is proportional to lr / B
#
# A step with preconditioner $1/(\hat\lambda_i + \delta)$ that resolves the outliers and takes the bulk for zero is
# stable in mean square only with enough damping. From the exact condition, to leading order,
# $$\delta_{\min} = \frac{\eta}{2B}\,\mathrm{tr}(\text{bulk}).$$

# %% tags=["parameters"]
rates = [0.01, 0.05, 0.2]

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.granziol_batch_hessian import figures, problems, theory

experiment = Experiment("granziol_batch_hessian", "damping")
BATCHES, BULK = (4, 16, 64, 256, 1024), 0.4 * 1997
ROOT = "square root of the damped curvature"
SPECTRA = {top: problems.bulk_spectrum([top, top / 2, top / 4], 0.4, 2000) for top in (4.0, 400.0)}

# %% [markdown]
# ## Roots
# Three resolved outliers, 4, 2, 1 or 400, 200, 100, above 1997 eigenvalues of 0.4. As a mistake, the damped curvature
# under a square root, as in Adam.

# %%
rows = []
for (top, spectrum), lr, batch in itertools.product(SPECTRA.items(), rates, BATCHES):
    delta = theory.least_damping(spectrum, 3, lr, batch)
    rows.append({"top": top, "lr": lr, "batch": batch, "delta": delta, "leading": lr * BULK / (2 * batch)})
    rows[-1]["whole_trace"] = lr * spectrum.sum() / (2 * batch)
    rows[-1]["rooted"] = theory.least_damping(spectrum, 3, lr, batch, power=0.5)
frame = pd.DataFrame(rows)
experiment.figure("damping", frame.drop(columns=["whole_trace", "rooted"]), draw=figures.damping)

# %% [markdown]
# ## Checks
# Slopes between neighbours of the grid; the constant at batch sizes up to 64.


# %%
def slopes(by, column, part):
    ordered = part.sort_values(by).groupby(list({"top", "lr", "batch"} - {by}))
    return [np.polyfit(np.log(g[by]), np.log(g[column]), 1)[0] for _, g in ordered]


small = frame[frame.batch <= 64]
constant, whole = small.delta / small.leading, small.delta / small.whole_trace
claim = experiment.claim("damping-lr-over-batch")
claim.exact(
    "exponent of the least damping in lr, B = 16 and 64: farthest from 1",
    max(abs(s - 1) for s in slopes("lr", "delta", small[small.batch >= 16])),
    (None, 0.01),
    origin="1 to leading order; the next is delta over the resolved eigenvalues",
    controls={ROOT: [abs(s - 1) for s in slopes("lr", "rooted", small[small.batch >= 16])]},
)
claim.exact(
    "exponent of the least damping in B, up to 64: farthest from -1",
    max(abs(s + 1) for s in slopes("batch", "delta", small)),
    (None, 0.03),
    origin="-1 to leading order; the next is B times the bulk over its trace",
    controls={ROOT: [abs(s + 1) for s in slopes("batch", "rooted", small)]},
)
claim.exact(
    "least damping over lr tr(bulk) / 2B, up to B = 64: farthest from the middle of the accepted interval",
    max(constant, key=lambda c: abs(c - 1.045)),
    (1.0, 1.09),
    origin="1 to leading order, the first corrections are positive and below a tenth",
    controls={"trace of the whole spectrum, outliers 400, 200, 100": list(whole[small.top == 400])},
)

# %% [markdown]
# The damping that K-FAC and its like need is the learning rate over the batch size times half of the trace they do not
# resolve. The trace of the whole spectrum would be twice too much with large outliers; with small ones nobody could
# tell. From B = 256 on the bulk's own curvature adds: 1.13 and 1.51 times the leading order.

# %%
experiment.finish()
