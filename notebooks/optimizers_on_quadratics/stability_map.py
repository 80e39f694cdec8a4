# %% [markdown]
# # Where momentum is stable
# In one eigendirection the error of a two-step method is multiplied by a matrix with determinant $b$ and trace
# $1+b-\alpha\lambda$, $b = \beta$ for the heavy ball and $b = \beta(1-\alpha\lambda)$ for Nesterov's method. The heavy
# ball is stable just where $0 < \alpha\lambda < 2(1+\beta)$, $|\beta|<1$, and rings (complex roots, radius
# $\sqrt\beta$) just where $(1-\sqrt\beta)^2 < \alpha\lambda < (1+\sqrt\beta)^2$. Nesterov's method is stable just where
# $0 < \alpha\lambda < 2(1+b)$, $|b|<1$; for $\beta > -1/2$ the first reads $\alpha\lambda < 1 + 1/(1+2\beta)$.

# %% tags=["parameters"]
cells = [61, 41]  # of the maps, in x and beta

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import momentum as figures
from optclaims.papers.optimizers_on_quadratics.theory import momentum as theory
from optclaims.science.quadratics import two_step

experiment = Experiment("optimizers_on_quadratics", "stability_map")
claim = experiment.claim("momentum-stability-map")


# %% [markdown]
# ## Eigenvalues of the companion matrices against the inequalities
# On the grids of the box, cells whose radius is within $10^{-9}$ of 1 left out.
# %%
def box(beta):
    x, beta = np.meshgrid(np.linspace(0.01, 4.2, 420), beta)
    return x, beta, np.abs(np.linalg.eigvals(two_step.companion(x, beta))), two_step.companion(x, beta, beta)


x, beta, moduli, ahead = box(np.linspace(-1.1, 1.1, 221))
radius = moduli.max(axis=-1)
clear = np.abs(radius - 1) > 1e-9


def mismatches(inequality):
    return np.sum(((radius < 1) != inequality)[clear])


claim.exact(
    "heavy ball: cells where radius < 1 and the inequality disagree",
    mismatches(theory.heavy_ball_stable(x, beta)),
    (None, 0),
    origin="none of 92820",
    controls={
        "2 (1 - beta) for 2 (1 + beta)": mismatches((x < 2 * (1 - beta)) & (np.abs(beta) < 1)),
        "the rule of gradient descent, x < 2": mismatches((x < 2) & (np.abs(beta) < 1)),
        "|beta| < 1 left out": mismatches(x < 2 * (1 + beta)),
    },
)
ringing = moduli.min(axis=-1) > moduli.max(axis=-1) * (1 - 1e-6)  # a pair of complex roots has one modulus
inside = beta > 1e-9
low, high = theory.ripple_borders(np.maximum(beta, 0))
away = inside & (np.minimum(np.abs(x - low), np.abs(x - high)) > 1e-9)
claim.exact(
    "heavy ball: cells where complex roots and the ripple borders disagree",
    np.sum((ringing != ((low < x) & (x < high)))[away]),
    (None, 0),
    origin="none of the cells with beta > 0",
    controls={"(1 -+ beta)^2": np.sum((ringing != (((1 - beta) ** 2 < x) & (x < (1 + beta) ** 2)))[away])},
)
off = np.abs(radius / np.sqrt(np.maximum(beta, 1e-300)) - 1)[away & (low < x) & (x < high)]
claim.exact(
    "heavy ball: largest relative distance of the radius from sqrt(beta) between the borders",
    off.max(),
    (None, 1e-12),
    origin="rounding",
    controls={"beta for its root": np.abs(radius / np.maximum(beta, 1e-300) - 1)[away & (low < x) & (x < high)].max()},
)

# %% [markdown]
# ## Nesterov's method
# %%
x, beta, _, ahead = box(np.linspace(-1.5, 1.5, 301))
radius = np.abs(np.linalg.eigvals(ahead)).max(axis=-1)
clear = np.abs(radius - 1) > 1e-9
upper = beta > -0.5 + 1e-12
simplified = x < 1 + 1 / np.where(upper | (beta < -0.5 - 1e-12), 1 + 2 * beta, np.inf)
second = np.abs(1 - x) * np.abs(beta) < 1
claim.exact(
    "Nesterov: cells where radius < 1 and the inequality disagree",
    mismatches(theory.nesterov_stable(x, beta)),
    (None, 0),
    origin="none of 126420",
    controls={
        "the rule of the heavy ball": mismatches(theory.heavy_ball_stable(x, beta)),
        "the simplified form at every beta": mismatches(simplified & second),
        "|b| < 1 left out": mismatches(x < 2 * (1 + beta * (1 - x))),
    },
)
clear &= upper
claim.exact(
    "Nesterov, beta > -1/2: cells where radius < 1 and the simplified inequality disagree",
    mismatches(simplified & second),
    (None, 0),
    origin="none of them",
    controls={"without its second inequality": mismatches(simplified)},
)


# %%
def heat(width, lookahead):
    x, beta = np.meshgrid(np.linspace(0, 4, cells[0]), np.linspace(-width, width, cells[1]))
    shown = np.minimum(two_step.radius(x, beta, beta * lookahead), 1).round(4)
    return pd.DataFrame({"x": x.ravel(), "beta": beta.ravel(), "radius": shown.ravel()})


experiment.figure("heavy_ball_map", heat(1.0, 0), draw=figures.heavy_ball_map)
experiment.figure("nesterov_map", heat(1.5, 1), draw=figures.nesterov_map)

# %% [markdown]
# Each inequality agrees with the eigenvalues in every cell of its box. The simplified condition of Nesterov's method
# turns round below $\beta = -1/2$: there the thesis's form declares stable what is not. Negative momentum is stable for
# the heavy ball too, but only for $\alpha\lambda < 2(1+\beta)$, less than gradient descent allows.

# %%
experiment.finish()
