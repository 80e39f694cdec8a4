# %% [markdown]
# # Linear networks leave their saddle as the roots say
# An extension: $\frac12|W_2W_1 - s|^2$ with one output, $|s| = 2$, and weights of $10^{-6}$. For two layers 0 is a
# strict saddle with the curvature $-|s|$ along $u = (W_1 s/|s| + W_2^T)/\sqrt2$, and the formula of `escape_time` holds
# for $|u|$. The loss falls below the share $q$ of its plateau $|s|^2/2$ once $|u| = \sqrt{2|s|(1-\sqrt q)}$. For three
# layers the Hessian vanishes at 0: the saddle is not strict, and the law of the logarithm is broken.

# %% tags=["parameters"]
runs = [100, 60]  # of two and of three layers
steps = [900, 3000]
lr = 0.02

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.inertial_newton_saddles.figures import steps as figures
from optclaims.papers.inertial_newton_saddles.measures.escapes import first_above
from optclaims.papers.inertial_newton_saddles.problems.networks import shapes
from optclaims.papers.inertial_newton_saddles.simulation.networks import train
from optclaims.papers.inertial_newton_saddles.theory import escapes, modes
from optclaims.science.optimizers import SGD, InertialNewton
from optclaims.statistics import mean, ratio

experiment = Experiment("inertial_newton_saddles", "networks")
claim = experiment.claim("inna-nn")
GD, target, curvature = "gradient descent", np.array([1.0, -1.0, 1.0, -1.0]), -2.0
inna = {str(pair): pair for pair in [(0.5, 1), (1, 1.1), (2, 0.1), (0.5, 0.5)]}
rules = {GD: SGD(lr)} | {name: InertialNewton(lr, *pair) for name, pair in inna.items()}
two, three = shapes(2, 5, 4), shapes(3, 5, 4)

# %% [markdown]
# ## Two layers: run by run up to $|u| = 10^{-3}$, and the first loss below 0.95 of the plateau
# %%
start = 1e-6 * experiment.rng("two layers").standard_normal((runs[0], 25))
trained = {name: train(rule, start, two, target, steps[0]) for name, rule in rules.items()}  # losses and |u|
radius = escapes.plateau_radius(2.0, 0.95)
near = {name: first_above(trained[name][1], 1e-3) for name in rules}
pairs = {GD: (1, 1)} | inna
speed = {name: modes.growth(*pair, curvature, lr) for name, pair in pairs.items()}
share = {name: modes.growing_share(*pair, curvature) for name, pair in pairs.items()}


def left(losses):  # first step below 0.95 of the plateau, 2
    return first_above(2.0 - losses, 0.1)


def swapped(alpha, beta):  # ln(1 + gamma s_+) with the wrong sign of beta lambda
    a = alpha - beta * curvature
    return np.log1p(lr * (np.sqrt(a**2 - 4 * curvature) - a) / 2)


def formula(radius, speed, share):
    return (np.log(radius / trained[GD][1][0]) - np.log(share)) / speed


def wrong(name, speed, share):  # runs that are not the formula rounded up; 1e-3 of a step is left to rounding
    steps = formula(1e-3, speed, share)
    return int(np.sum((near[name] < np.ceil(steps - 1e-3)) | (near[name] > np.ceil(steps + 1e-3))))


claim.exact(
    "runs of five methods whose first step with |u| > 0.001 is not the formula rounded up",
    sum(wrong(name, speed[name], share[name]) for name in rules),
    (None, 0),
    origin="none of them",
    controls={
        "gradient descent's growth": [wrong(name, speed[GD], share[name]) for name in inna],
        "wrong sign of beta lambda": [wrong(name, swapped(*pair), share[name]) for name, pair in inna.items()],
        "without c": [wrong(name, speed[name], 1.0) for name in inna],
    },
)
for name, pair in inna.items():
    slips = {"gradient descent's growth": speed[GD], "wrong sign of beta lambda": swapped(*pair)}
    found = left(trained[name][0])
    claim.within(
        f"{name}: steps to 0.95 of the plateau over the formula",
        mean(found / formula(radius, speed[name], share[name])),
        (0.99, 1.01),
        origin="rounding up and the bend add one to three steps of 260 or more",
        controls={slip: mean(found / formula(radius, other, share[name])) for slip, other in slips.items()},
    )

# %% [markdown]
# ## Three layers, gradient descent
# Near 0 the gradient is of second order, so that the time of escape goes as one over the size of the weights: it
# doubles with each halving, where two layers take 17.7 steps more. Starts are equal but for their size.
# %%
base, scales = experiment.rng("three layers").standard_normal((runs[1], 50)), (6e-2, 3e-2, 1.5e-2)
deep = [train(SGD(lr), size * base, three, target, steps[1])[0] for size in scales]
flat = [train(SGD(lr), size * base[:, :25], two, target, 500)[0] for size in scales]


def delays(curves):  # steps that the second halving adds, over those that the first adds
    first, second, third = map(left, curves)
    return ratio(third - second, second - first, paired=True)


claim.within(
    "three layers: steps to 0.95 of the plateau that a second halving of the weights adds, over those of the first",
    delays(deep),
    (1.5, 2.5),
    origin="2 for a time as 1/size, 1 for a logarithm; half of the way between them",
    controls={"two layers": delays(flat)},
)
cells = [(2, n, 1e-6, trained[n][0][:900:10], np.median(formula(radius, speed[n], share[n]))) for n in rules]
cells += [(3, GD, size, losses[:2000:10], 0.0) for size, losses in zip(scales, deep, strict=True)]
frame = pd.DataFrame(cells, columns=["layers", "setting", "scale", "loss", "predicted"])
frame["loss"] = [list(enumerate(np.median(losses, axis=1))) for losses in frame.loss]
frame = frame.explode("loss")
frame["step"], frame["loss"] = 10 * frame.loss.str[0].astype(int), frame.loss.str[1].astype(float)
experiment.figure("network_losses", frame, draw=figures.network_losses)

# %% [markdown]
# The unstable directions of a network obey the same two roots, and its plateau ends when the formula says. The theorem
# is about strict saddles and says nothing of three layers. Nets with nonlinear units and noise were not tried.

# %%
experiment.finish()
