# %% [markdown]
# # Where INNA spirals
# Along a Hessian eigenvector with curvature $\lambda > 0$ INNA's roots, $s^2 + (\alpha+\beta\lambda)s + \lambda = 0$,
# are complex just where $(\alpha+\beta\lambda)^2 < 4\lambda$: never for $\alpha\beta \geq 1$, and otherwise for
# $$2-\alpha\beta-2\sqrt{1-\alpha\beta} < \lambda\beta^2 < 2-\alpha\beta+2\sqrt{1-\alpha\beta} .$$
# Steps are small, $\gamma|s| \leq 0.2$, so that no change of sign comes from a step that is too long. A mode is
# followed down to $10^{-250}$; a spiral changes sign three times or more, any other mode at most once.

# %% tags=["parameters"]
curvatures = [0.01, 0.05, 0.2, 1, 2, 4, 20, 300, 400]
cells = 20000
grid = 14  # of the map, in each direction

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures import spirals as figures
from optclaims.papers.inertial_newton_saddles.simulation.modes import matrix, sign_changes
from optclaims.papers.inertial_newton_saddles.theory import modes

experiment = Experiment("inertial_newton_saddles", "spirals")
claim = experiment.claim("spiral-law")

# %% [markdown]
# ## Runs against the law
# On a table of five settings and nine curvatures, and 2 % and 0.5 % beside both ends of the interval at five settings.
# %%
table = np.array([(a, b, h) for a, b in [(2, 0.1), (2, 1), (0.5, 1), (0.9, 1), (1, 1)] for h in curvatures], float).T
border = [(2, 0.1), (0.5, 1), (0.9, 1), (0.3, 0.9), (0.2, 2)]


def beside(distance):
    ends = [(a, b, float(end)) for a, b in border for end in modes.spiral_interval(a, b)]
    return np.array([(a, b, end * (1 + side * distance)) for a, b, end in ends for side in (-1, 1)]).T


def turns(alpha, beta, curvature, length):
    lr = length / np.abs(modes.roots(alpha, beta, curvature)).max(axis=0)
    return sign_changes(alpha, beta, curvature, lr)


laws = {
    "heavy ball's condition, alpha^2 < 4 lambda": lambda a, b, h: a**2 < 4 * h,
    "alpha dropped": lambda a, b, h: (b * h) ** 2 < 4 * h,
    "alpha beta < 1 alone": lambda a, b, h: a * b < 1,
    "lower end of the interval alone": lambda a, b, h: (a * b < 1) & (h * b**2 > 2 - a * b - 2 * root(a, b)),
    "upper end of the interval alone": lambda a, b, h: (a * b < 1) & (h * b**2 < 2 - a * b + 2 * root(a, b)),
    "1 / beta for 1 / beta^2": lambda a, b, h: (a * b < 1) & (np.abs(h * b - 2 + a * b) < 2 * root(a, b)),
    "alpha - beta lambda": lambda a, b, h: (a - b * h) ** 2 < 4 * h,
}


def root(alpha, beta):
    return np.sqrt(np.maximum(1 - alpha * beta, 0))


def wrong(changes, predicted):  # a single change needs no spiral: the start has a velocity
    return int(np.sum(np.where(predicted, changes < 3, changes > 1)))


for name, cell, length in (
    ("settings and curvatures of 45", table, 0.2),
    ("curvatures of 20, 2 % beside the ends,", beside(0.02), 0.1),
    ("curvatures of 20, 0.5 % beside the ends,", beside(0.005), 0.1),
):
    changes = turns(*cell, length)
    claim.exact(
        f"{name} whose changes of sign are not as the law says",
        wrong(changes, modes.spirals(*cell)),
        (None, 0),
        origin="none of them",
        controls={slip: wrong(changes, law(*cell)) for slip, law in laws.items()},
    )

# %% [markdown]
# ## The law itself
# Against the eigenvalues of a step, in random cells with $\gamma$ so small that the step is never too long.
# %%
rng = experiment.rng("cells")
a, b, h = (10 ** rng.uniform(low, high, cells) for low, high in ((-1.5, 1), (-1.5, 1), (-2, 2.5)))
eigenvalues = np.linalg.eigvals(matrix(a, b, h, 0.1 / np.abs(modes.roots(a, b, h)).max(axis=0)))
complex_pair = np.abs(eigenvalues.imag).max(axis=-1) > 0
claim.exact(
    "random cells of the law where the eigenvalues of a step are not complex as it says",
    np.sum(complex_pair != modes.spirals(a, b, h)),
    (None, 0),
    origin="none of them; the least distance from the border is far above rounding",
    controls={slip: np.sum(complex_pair != law(a, b, h)) for slip, law in laws.items()},
)

# %% [markdown]
# ## Figures
# %%
axis = np.linspace(0.1, 2.9, grid)
alpha, beta = (values.ravel() for values in np.meshgrid(axis, axis))
runs = {"kind": "run", "curvature": 1.0, "alpha": alpha, "beta": beta, "changes": turns(alpha, beta, 1.0, 0.05)}
line = np.linspace(0.02, 3, 60)
borders = [{"kind": "border", "curvature": c, "alpha": 2 * c**0.5 - line * c, "beta": line} for c in (0.3, 1, 2, 5)]
hull = {"kind": "alpha beta = 1", "curvature": 0.0, "alpha": 1 / line, "beta": line}
parts = [pd.DataFrame({"changes": 0} | part) for part in (runs, *borders, hull)]
experiment.figure("spiral_map", pd.concat(parts).query("0 <= alpha <= 3"), draw=figures.spiral_map)

products = np.linspace(0, 1, 101)
sides = zip(("lower", "upper"), modes.spiral_interval(products, 1.0), strict=True)
ends = [pd.DataFrame({"kind": "end", "side": side, "product": products, "scaled": end}) for side, end in sides]
a, b, h = beside(0.02)
points = {"kind": "run", "side": "", "product": a * b, "scaled": h * b**2, "changes": turns(a, b, h, 0.1)}
shown = pd.concat([*ends, pd.DataFrame(points)]).fillna({"changes": 0}).query("scaled > 0")
experiment.figure("spiral_interval", shown, draw=figures.spiral_interval)

# %% [markdown]
# Both ends are as sharp as runs can show: half a per cent on either side decides between one change of sign and seven.
# The interval has an upper end because $\beta$ damps steep directions; a condition that forgets it, the heavy ball's,
# is wrong in half of the cells.

# %%
experiment.finish()
