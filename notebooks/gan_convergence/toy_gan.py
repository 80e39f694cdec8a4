# %% [markdown]
# # A small GAN in the plane
#
# Data on the segment from $(-1, 0)$ to $(1, 0)$: like the Dirac-GAN's, their law has no density, which is where the
# theory says that unregularised training fails. Generator and discriminator are perceptrons with three hidden layers of
# 24, the generator non-saturating, steps alternate. The measure is the energy distance
# $2E|X-Y| - E|X-X'| - E|Y-Y'|$ between 500 generated and 500 real points.

# %% tags=["parameters"]
seeds = 20
steps = 1000
reported = False  # train what is not judged too: another optimizer, and data on a circle

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.gan_convergence import figures, measures
from optclaims.papers.gan_convergence.simulation import toy_gan

experiment = Experiment("gan_convergence", "toy_gan")
EVERY, SAMPLES, LR = 25, 500, {"SGD": 0.1, "RMSprop": 1e-3}

# %% [markdown]
# ## Arms
# SGD at learning rate 0.1 with and without penalty on the segment; and, reported only, RMSprop at $10^{-3}$, the
# optimizer of practice, and data on the unit circle.

# %%
arms = {
    "SGD, none": ("segment", "none", 0.0, "SGD"),
    "SGD, R1 0.01": ("segment", "R1", 0.01, "SGD"),
    "SGD, R1": ("segment", "R1", 1.0, "SGD"),
    "SGD, R2": ("segment", "R2", 1.0, "SGD"),
}
if reported:
    arms |= {
        "RMSprop, none": ("segment", "none", 0.0, "RMSprop"),
        "RMSprop, R1": ("segment", "R1", 1.0, "RMSprop"),
        "circle, SGD, none": ("circle", "none", 0.0, "SGD"),
        "circle, SGD, R1": ("circle", "R1", 1.0, "SGD"),
    }
distances, pictures = {}, []
for arm, (shape, penalty, strength, optimizer) in experiment.progress(arms.items(), "arms"):
    setting = {"penalty": penalty, "strength": strength, "optimizer": optimizer, "lr": LR[optimizer]}
    rngs = experiment.rng("training", arm=arm).spawn(seeds)
    points, at = toy_gan.sample_paths(shape, rngs, **setting, batch=64, steps=steps, every=EVERY, samples=SAMPLES)
    late = points[at > 2 * steps / 3]
    fresh = experiment.rng("data", arm=arm).spawn(late.shape[0] * seeds)
    real = np.stack([toy_gan.data(shape, SAMPLES, rng) for rng in fresh]).reshape(len(late), seeds, SAMPLES, 2)
    distances[arm] = measures.log_distances(late, real)
    if arm in ("SGD, none", "SGD, R1 0.01", "SGD, R1"):
        shown = [(arm, run, *point) for run in range(3) for point in points[-1, run, :150]]
        pictures.append(pd.DataFrame(shown, columns=["arm", "run", "x", "y"]))
frame = pd.concat([pd.DataFrame({"arm": arm, "log10_distance": values}) for arm, values in distances.items()])
experiment.figure("distances", frame, draw=figures.distances)
experiment.figure(
    "samples",
    pd.concat(pictures).assign(x=lambda f: f.x.clip(-3, 3), y=lambda f: f.y.clip(-3, 3)),
    draw=figures.samples,
)

# %% [markdown]
# ## Checks
# The median over runs of the logarithm of the distance, with its interval over seeds: a few runs diverge with a penalty
# too (9 of the first 144), and a mean would be a matter of where those are cut off. The bound lies half-way between
# what a pilot at learning rate 0.03 gave with R1 (-2.3) and without (-0.9).

# %%
estimates = {arm: statistics.median(values) for arm, values in distances.items()}
claim = experiment.claim("toy-2d-gan")
for arm in ("SGD, R1", "SGD, R2"):
    claim.within(
        f"{arm}: median over runs of the log10 energy distance over the last third",
        estimates[arm],
        (None, -1.6),
        origin="half-way between the two arms of a pilot at learning rate 0.03, 32 other seeds",
        controls={"no penalty": estimates["SGD, none"], "a hundredth of the penalty": estimates["SGD, R1 0.01"]},
    )
for arm, estimate in estimates.items():
    lost = int((distances[arm] == 2).sum())
    print(
        f"{arm}: {estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}], {lost} of {seeds} diverged throughout"
    )

# %% [markdown]
# With SGD the penalty decides in most runs, not in all: at this learning rate a few diverge in spite of it. With
# RMSprop at a small rate the unregularised GAN does nearly as well (at the larger scales, whose arms are reported
# above): on this problem the practitioner's optimizer hides what the theory is about. And the start matters: with twice
# the initial variance in the last layer more regularised runs diverge.

# %%
experiment.finish()
