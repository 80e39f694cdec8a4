# %% [markdown]
# # Alignment, and what the defaults can do
# With $\epsilon = 0$ AdaGrad on a diagonal quadratic does not depend on its eigenvalues at all; rotated, the benefit is
# gone. On quadratics the default learning rates are stable up to a curvature of $2(1+\beta)/\mathrm{lr}$ for the heavy
# ball, $(1 + 1/(1+2\beta))/\mathrm{lr}$ for Nesterov's method and $2(1+\beta)/((1-\beta)\,\mathrm{lr})$ for momentum as
# a running mean, hence for Adam where its second moment stands still. In one dimension Adam is blind to curvature.

# %% tags=["parameters"]
kappas = [1.0001, 2, 10, 100, 10_000]
lrs = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128]
rotations = 4
limit = 60_000

# %%
import numpy as np

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import alignment as figures
from optclaims.papers.optimizers_on_quadratics.measures import alignment as measures
from optclaims.papers.optimizers_on_quadratics.simulation import alignment as simulation
from optclaims.papers.optimizers_on_quadratics.simulation.linear import points
from optclaims.papers.optimizers_on_quadratics.theory import defaults as theory
from optclaims.science.optimizers import SGD, AdaGrad, Adam, EMAMomentum, HeavyBall, Nesterov

experiment = Experiment("optimizers_on_quadratics", "alignment")
claim = experiment.claim("alignment-and-defaults")

# %% [markdown]
# ## AdaGrad, aligned and rotated
# %%
start, basis = simulation.rotation(10, experiment.rng("aligned"))


def spread(rule, turn):  # largest distance between the points for kappa = 10^4 and kappa = 1
    steep, flat = (turn @ np.diag(np.geomspace(1, k, 10)) @ turn.T for k in (1e4, 1.0))
    return np.abs(points(rule, lambda w: steep @ w, start, 50) - points(rule, lambda w: flat @ w, start, 50)).max()


claim.exact(
    "largest distance of AdaGrad's points (eps = 0, 50 steps) for kappa = 10^4 from those for 1, aligned",
    spread(AdaGrad(lr=0.5, eps=0.0), np.eye(10)),
    (None, 1e-12),
    origin="rounding",
    controls={
        "rotated": spread(AdaGrad(lr=0.5, eps=0.0), basis),
        "eps = 0.001": spread(AdaGrad(lr=0.5, eps=1e-3), np.eye(10)),
        "gradient descent": spread(SGD(lr=1.9e-4), np.eye(10)),
    },
)
rngs = [experiment.rng("rotation", run=run) for run in range(rotations)]
runs = simulation.aligned_and_rotated(kappas, lrs, rngs, limit=limit)
ratios = measures.best_ratios(runs, limit)
steep = ratios[ratios.kappa == max(kappas)]
print("best steps of the rotated arm inside the grid at the largest kappa:", steep.inside.all())
claim.exact(
    "kappa = 10^4: least ratio of steps to 1e-3, rotated over aligned, each at its best lr, four rotations",
    steep.ratio.min(),
    (100, None),
    origin="the order of sqrt(kappa): more than a method of momentum would lose",
    controls={f"kappa = {k:g}": ratios[ratios.kappa == k].ratio.min() for k in kappas[:-1]},
)
experiment.figure("aligned_and_rotated", ratios, draw=figures.aligned_and_rotated)

# %%
defaults = {
    "SGD": (SGD(0.01), theory.heavy_ball_threshold(0.01)),
    "heavy ball": (HeavyBall(0.01, 0.9), theory.heavy_ball_threshold(0.01, 0.9)),
    "Nesterov": (Nesterov(0.01, 0.9), theory.nesterov_threshold(0.01, 0.9)),
    "running mean": (EMAMomentum(0.01, 0.9), theory.averaged_threshold(0.01, 0.9)),
    "Adam, preconditioner fixed": (EMAMomentum(0.001, 0.9), theory.averaged_threshold(0.001, 0.9)),
}
print({name: round(threshold, 2) for name, (_, threshold) in defaults.items()})


def wrong_sides(rule, threshold):  # of two: decays at 0.99 of the threshold, grows at 1.01 of it
    return int(measures.late_size(rule, 0.99 * threshold) > -6) + int(measures.late_size(rule, 1.01 * threshold) < 6)


claim.exact(
    "runs at 0.99 and 1.01 of five thresholds that do not decay below 1e-6 or grow above 1e6 in 3000 steps",
    sum(wrong_sides(*pair) for pair in defaults.values()),
    (None, 0),
    origin="none of ten; at 1 % beside it the factor is at least 0.5 % off 1 a step, times (1 - beta) / (1 + beta)",
    controls={
        "running mean judged as a heavy ball": wrong_sides(defaults["running mean"][0], defaults["heavy ball"][1]),
        "Nesterov judged as a heavy ball": wrong_sides(defaults["Nesterov"][0], defaults["heavy ball"][1]),
        "heavy ball judged as SGD": wrong_sides(HeavyBall(0.01, 0.9), theory.heavy_ball_threshold(0.01)),
    },
)
claim.exact(
    "defaults of the installed PyTorch that differ from the table",
    measures.installed_differences(theory.TORCH),
    (None, 0),
    origin="none of 26",
    controls={"the table of Keras": measures.installed_differences(theory.KERAS)},
)


def curvature_spread(rule):  # of the point after 500 and 1000 steps over curvatures 1e-3, 1, 1e3
    path = points(rule, lambda w: [1e-3, 1.0, 1e3] * w, np.ones(3), 1000)
    return np.ptp(path[[500, 1000]], axis=1).max()


claim.exact(
    "Adam's defaults in one dimension: spread of the points after 500 and 1000 steps over curvatures 1e-3 to 1e3",
    curvature_spread(Adam(lr=0.001)),
    (None, 1e-4),
    origin="eps over the smallest gradient, 1e-8 / 1e-3, times ten for the sum of its effects",
    controls={
        "eps = 0.001": curvature_spread(Adam(lr=0.001, eps=1e-3)),
        "gradient descent": curvature_spread(SGD(lr=0.001)),
    },
)

# %% [markdown]
# AdaGrad gains a factor of thousands at $\kappa = 10^4$, and a rotation takes all of it. Momentum's tolerance of
# curvature depends on its parametrisation by factors of ten. The defaults of Keras were read in its source, not run.

# %%
experiment.finish()
