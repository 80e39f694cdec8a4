# %% [markdown]
# # Scaling only the learning rate is not enough; noise dominance along the trajectory
#
# With $\epsilon = 0.05$ beside $\sqrt v$ the preconditioner feels $\epsilon$, and leaving $\epsilon$ and $\beta$ alone
# shows. The second half measures what the theory assumes: $q = \|\nabla f\|^2 / (\mathrm{tr\,Cov}/B)$ must be small at
# the *largest* batch.

# %% tags=["parameters"]
seeds = 8
epochs = 10
noise_seeds = 24
noise_epochs = 20
starts = 200

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adaptive_sde_scaling import measures, figures
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.papers.adaptive_sde_scaling.simulation import digits, digits_runs

experiment = Experiment("adaptive_sde_scaling", "digits_epsilon")
task = digits.load(experiment.rng("split"))
rules, kappas = ["sqrt", "beta fixed", "eps fixed", "lr-only", "linear", "none"], [4, 16]
base = Hyperparameters(5e-4, 0.998, 0.05)
rngs = experiment.rng("runs").spawn(seeds)
arms, _ = digits_runs.compare_rules(task, rngs, base, 2, kappas, rules, epochs=epochs, noise=0.2, checkpoints=24)
reference = arms["base", 1][0]


def bar(rule, kappa):
    found = measures.distance(arms[rule, kappa][0], reference)
    return {"rule": rule, "kappa": kappa, "distance": found.value, "low": found.low, "high": found.high}


bars = pd.DataFrame([bar(rule, kappa) for rule in rules for kappa in kappas])
experiment.figure("digits_ablation", bars, draw=figures.ablation)

# %%
claim = experiment.claim("digits-epsilon-matters")
for kappa in kappas:
    others = {rule: arms[rule, kappa][0] for rule in rules}
    for partial in ("eps fixed", "lr-only"):
        claim.within(
            f"D(sqrt) over D({partial}), kappa = {kappa}",
            measures.distance_ratio(others["sqrt"], reference, others[partial]),
            (None, 0.3),
            origin="at least three times nearer to the base batch",
            controls={
                rule: measures.distance_ratio(others[rule], reference, others[partial]) for rule in ("linear", "none")
            },
        )

# %% [markdown]
# ## Noise dominance
# $q$ is computed exactly, label noise included, along the base run of RMSprop ($B = 2$, $\epsilon = 10^{-4}$), for
# $B = 2$ and 32. At the start, where it is largest and scatters most, more networks are drawn. With less label noise
# it is larger, and the square-root rule then matches less well at $\kappa = 16$.

# %%
small = Hyperparameters(5e-4, 0.998, 1e-4)


def dominance(noise):
    rngs = experiment.rng("noise runs", noise=noise).spawn(noise_seeds)
    common = {"epochs": noise_epochs, "noise": noise, "checkpoints": 40}
    curves, weights = digits_runs.compare_rules(task, rngs, small, 2, [16], ["sqrt"], **common)
    networks = [
        digits.initial(experiment.rng("start", noise=noise).spawn(starts)),
        *(weights[i - 1] for i in checkpoints),
    ]
    return curves, [np.array([digits.noise_ratio(task, w, noise, 32) for w in group]) for group in networks]


checkpoints = [1, 5, 10, 20, 40]
found = {noise: dominance(noise) for noise in (0.5, 0.2)}
epoch = [i * noise_epochs / 40 for i in (0, *checkpoints)]
frames = [
    {"label_noise": noise, "epoch": at} | measures.curve_columns("q", q)
    for noise, (_, along) in found.items()
    for at, q in zip(epoch, along, strict=True)
]
experiment.figure("noise_ratio", pd.DataFrame(frames), draw=figures.noise_ratio)

# %%
claim = experiment.claim("digits-noise-dominance")
largest = {noise: statistics.mean(max(along, key=np.mean)) for noise, (_, along) in found.items()}
claim.within(
    "largest q at B = 32, label noise 0.5",
    largest[0.5],
    (None, 0.3),
    origin="at q = 0.3 the displacement per sample is sqrt(1 / (1 + q)) = 0.88 of that without signal",
    controls={"label noise 0.2": largest[0.2]},
)
clean, noisy = ((found[noise][0]["sqrt", 16][0], found[noise][0]["base", 1][0]) for noise in (0.2, 0.5))
halves = noise_seeds // 2
claim.within(
    "D(sqrt, kappa = 16) with label noise 0.2 less that with 0.5",
    measures.distance_gap(clean, noisy),
    (0.025, None),
    origin="as much again as the mismatch with label noise 0.5, which was 0.025 in a pilot on other seeds",
    controls={
        "label noise 0.5 in both, other seeds": measures.distance_gap(
            *((curves[part], base[part]) for part in (slice(halves), slice(halves, None)) for curves, base in [noisy])
        )
    },
)
experiment.finish()

# %% [markdown]
# With an $\epsilon$ that matters, scaling the learning rate alone leaves the base batch's curve, and so does scaling
# all but $\epsilon$; the bars show what leaving $\beta$ alone does. The signal stays below 0.3 of the noise at the
# largest batch, not far below it, and the run with the larger ratio is matched less well. The two runs differ in their
# labels and so in their task: this is an association at two levels of noise, no law.
