# %% [markdown]
# # Which curvature each form of momentum can bear
#
# On a quadratic of (preconditioned) curvature s, with the preconditioner held fixed, momentum is a filter of the
# gradients with transfer function $C(z)$. It loses stability at $z = -1$, so that $s^* = 2 / (\eta\, C(-1))$:
# $$\frac{2}{\eta},\quad \frac{2+2\beta}{\eta},\quad \frac{2+2\beta}{(1+2\beta)\eta},\quad
# \frac{2+2\beta}{(1-\beta)\eta},\quad \frac{2+2\beta}{(1-\beta)(1+2\beta)\eta}$$
# without momentum, for heavy ball, Nesterov, and for the averaged forms of both, which are inside Adam and Nadam.
# With Adam's $\beta_1 = 0.9$ the threshold is $38/\eta$.

# %% tags=["parameters"]
momenta = [0.0, 0.3, 0.5, 0.8, 0.9, 0.95]
steps = 500

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adaptive_edge_of_stability import figures, simulation, theory
from optclaims.science import optimizers

experiment = Experiment("adaptive_edge_of_stability", "thresholds")

# %% [markdown]
# ## Formulas and companion matrices

# %%
rows = [
    {"form": form, "momentum": b, "root": theory.root(form, b), "formula": float(theory.threshold(form, b))}
    for form, b in itertools.product(theory.FORMS, momenta)
]
frame = pd.DataFrame(rows)
experiment.figure("thresholds", frame, draw=figures.thresholds)

# %% [markdown]
# ## Runs just below and just above
# The optimizers themselves, $\eta = 0.1$, at $0.98\, s^*$ and $1.02\, s^*$.

# %%
LR, forms = 0.1, frame.form.unique()
RULES = {
    "none": lambda b: optimizers.SGD(LR),
    "heavy ball": lambda b: optimizers.HeavyBall(LR, b),
    "Nesterov": lambda b: optimizers.Nesterov(LR, b),
    "averaged heavy ball": lambda b: optimizers.EMAMomentum(LR, b),
    "averaged Nesterov": lambda b: optimizers.Nesterov(LR, b, momentum_form="average"),
}


def grown(form, as_form, share, at):  # log10 growth of the runs of a form at a share of the threshold of another one
    return simulation.growth(RULES[form](at), share * theory.threshold(as_form, at, LR), steps)


# %% [markdown]
# ## Checks
# Mistakes are judged from $\beta = 0.3$ on, since most of them are none at $\beta = 0$.

# %%
used = frame[frame.momentum >= 0.3].set_index(["form", "momentum"])
b = np.array(momenta)[np.array(momenta) >= 0.3]


def off(form, formula):  # smallest relative error of a formula for a form, over the momenta
    return float(np.abs(formula / used.root[form].to_numpy() - 1).min())


claim = experiment.claim("momentum-thresholds")
claim.exact(
    "formula over the root of the companion matrix, largest relative error, five forms and all momenta",
    float(np.abs(frame.formula / frame.root - 1).max()),
    (None, 1e-8),
    origin="rounding of the root",
    controls={
        "2 / lr for every form with momentum": min(off(form, 2.0) for form in forms if form != "none"),
        "heavy ball for the averaged heavy ball": off("averaged heavy ball", theory.threshold("heavy ball", b)),
        "1 + momentum forgotten in the averaged heavy ball": off("averaged heavy ball", 2 / (1 - b)),
        "averaged heavy ball for the averaged Nesterov": off(
            "averaged Nesterov", theory.threshold("averaged heavy ball", b)
        ),
    },
)
every = np.array(momenta)
other = {"averaged Nesterov": "averaged heavy ball", "Nesterov": "heavy ball"}
claim.exact(
    f"largest log10 growth in {steps} steps at 0.98 of the threshold, five forms and all momenta",
    max(grown(form, form, 0.98, every).max() for form in forms),
    (None, 0.0),
    null=0.0,
    origin="decay",
    controls={f"{right} for {form}": list(grown(form, right, 0.98, b)) for form, right in other.items()},
)
claim.exact(
    f"smallest log10 growth in {steps} steps at 1.02 of the threshold, five forms and all momenta",
    min(grown(form, form, 1.02, every).min() for form in forms),
    (0.0, None),
    null=0.0,
    origin="growth",
    controls={
        "heavy ball for the averaged heavy ball": list(grown("averaged heavy ball", "heavy ball", 1.02, b)),
        "Nesterov for heavy ball": list(grown("heavy ball", "Nesterov", 1.02, b)),
    },
)

# %% [markdown]
# Averaging the gradients, as Adam does, multiplies the threshold by $1/(1-\beta)$: mostly it is a smaller step. The
# look-ahead of Nesterov costs a factor $1 + 2\beta$, nearly three at the usual momentum. All this is one dimension and
# a fixed preconditioner; whether a network goes there is another matter.

# %%
experiment.finish()
