# %% [markdown]
# # The quadratic of the figure
# $x^2 + 2y^2$ (curvatures 2 and 4), steps 0.01, start $(1, 1)$. A coordinate spirals where its curvature lies in the
# interval of the law (`spirals`). The author also draws $\alpha_k = 2/(k\sqrt\gamma)$, in the manner of Nesterov's
# method: $\alpha$ tends to 0 and the interval to $(0, 4/\beta^2)$.

# %% tags=["parameters"]
steps = 7000
lr = 0.01

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures import spirals as figures
from optclaims.papers.inertial_newton_saddles.measures.spirals import sign_changes
from optclaims.papers.inertial_newton_saddles.problems.valley import quadratic
from optclaims.papers.inertial_newton_saddles.simulation.paths import path
from optclaims.papers.inertial_newton_saddles.theory import modes
from optclaims.science.optimizers import InertialNewton
from optclaims.science.optimizers.schedules import InversePower

experiment = Experiment("inertial_newton_saddles", "quadratic")
curvatures = np.array([2.0, 4.0])
pairs = {"(2, 0.1)": (2, 0.1), "(2, 1)": (2, 1), "(2, 0.49)": (2, 0.49), "(2, 0.5)": (2, 0.5), "(0.5, 1)": (0.5, 1)}
decaying = InversePower(2 / lr**0.5, 1.0)
alpha, beta = np.array(list(pairs.values()), float).T[:, :, None]


def followed(alpha, beta, runs):
    return path(InertialNewton(lr, alpha, beta), lambda theta: theta * curvatures, np.ones((runs, 2)), steps)


runs = dict(zip(pairs, np.moveaxis(followed(alpha, beta, len(pairs)), 1, 0), strict=True))
runs |= {"(2/t, 0.1)": followed(decaying, 0.1, 1)[:, 0], "(2/t, 1)": followed(decaying, 1.0, 1)[:, 0]}

# %% [markdown]
# ## Changes of sign of both coordinates
# Five or more where the law says spiral, at most one elsewhere. With the decaying $\alpha$ the law of $\alpha = 0$ is
# taken; at $(2/t, 1)$ the curvature 4 is the end of its interval.
# %%
changes = pd.DataFrame({name: sign_changes(points) for name, points in runs.items()}, index=["x", "y"])
limits = pairs | {"(2/t, 0.1)": (0, 0.1), "(2/t, 1)": (0, 1)}


def wrong(law):
    winds = np.array([law(*np.array(limits[name], float), curvatures) for name in changes]).T
    return int(np.sum(np.where(winds, changes < 5, changes > 1)))


claim = experiment.claim("spiral-quadratic-figure")
claim.exact(
    "coordinates of 14 that do not wind just where the law says so",
    wrong(modes.spirals),
    (None, 0),
    origin="none of them",
    controls={
        "heavy ball's condition, alpha^2 < 4 lambda": wrong(lambda a, b, h: a**2 < 4 * h),
        "alpha beta < 1 alone": wrong(lambda a, b, h: (a * b < 1) & (h > 0)),
        "alpha dropped": wrong(lambda a, b, h: (b * h) ** 2 < 4 * h),
        "1 / beta for 1 / beta^2": wrong(lambda a, b, h: (h * b - 2 + a * b) ** 2 < 4 * (1 - a * b)),
    },
)
print(changes.to_string())

# %%
drawn = ("(2, 0.1)", "(2, 1)", "(2/t, 0.1)", "(2/t, 1)")
frames = [pd.DataFrame({"kind": name, "x": runs[name][:900:4, 0], "y": runs[name][:900:4, 1]}) for name in drawn]
x, y = (values.ravel() for values in np.meshgrid(*2 * [np.linspace(-1.3, 1.3, 27)]))
frames.append(pd.DataFrame({"kind": "loss", "x": x, "y": y, "loss": quadratic(np.stack([x, y], axis=-1))}))
experiment.figure("quadratic_paths", pd.concat(frames).fillna({"loss": 0}), draw=figures.quadratic_paths)
frames = [
    pd.DataFrame(
        {
            "setting": name,
            "step": np.arange(0, 2500, 10),
            "loss": quadratic(runs[name][:2500:10]),
            "distance": np.linalg.norm(runs[name][:2500:10], axis=1),
        }
    )
    for name in drawn
]
experiment.figure("quadratic_curves", pd.concat(frames), draw=figures.quadratic_curves)

# %% [markdown]
# The law holds for each coordinate by itself: at $(0.5, 1)$ the flat one winds and the steep one does not. The settings
# $(2, 0.49)$ and $(2, 0.5)$ lie on both sides of a border of $y$, $\alpha\beta = 0.98$ and 1. With a decaying $\alpha$
# the runs wind as the limit predicts, but their amplitude no longer falls at a rate of its own from $\alpha$.

# %%
experiment.finish()
