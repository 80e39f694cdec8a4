# %% [markdown]
# # Training curves overlay across batch sizes
#
# A 64-32-10 tanh network learns the digits with half of the labels replaced at random (which keeps the gradient noise
# alive) at a base batch and at 4 and 16 times it. Progress is counted in epochs. Under the square-root rule the curves
# should coincide; $D$ is the root mean square over 24 checkpoints of the difference of the seed-mean log training loss
# (true labels). All arms of a seed share their start and the order of the samples. RMSprop is Adam with $\beta_1 = 0$,
# bias-corrected.

# %% tags=["parameters"]
seeds = 8
epochs = 20
kappas = [4, 16]

# %%
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adaptive_sde_scaling import measures, figures
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters
from optclaims.papers.adaptive_sde_scaling.simulation import digits, digits_runs

experiment = Experiment("adaptive_sde_scaling", "digits")
task = digits.load(experiment.rng("split"))
rules = ["sqrt", "linear", "none"]
settings = {
    "RMSprop": (Hyperparameters(5e-4, 0.998, 1e-4), 2),
    "Adam": (Hyperparameters(5e-4, 0.998, 1e-4, beta1=0.99), 1),
}


def compare(optimizer):
    rngs = experiment.rng("runs", optimizer=optimizer).spawn(seeds)
    common = {"epochs": epochs, "noise": 0.5, "checkpoints": 24}
    return digits_runs.compare_rules(task, rngs, *settings[optimizer], kappas, rules, **common)[0]


runs = {optimizer: compare(optimizer) for optimizer in settings}

# %%
tables = [
    pd.DataFrame(
        {"optimizer": optimizer, "rule": rule, "kappa": kappa, "epoch": [epochs * (i + 1) / 24 for i in range(24)]}
        | measures.curve_columns("loss", loss)
        | measures.curve_columns("accuracy", accuracy)
    )
    for optimizer, arms in runs.items()
    for (rule, kappa), (loss, accuracy) in arms.items()
]
experiment.figure("digits_curves", measures.stack(*tables), draw=figures.curves)

# %% [markdown]
# ## Distances
# The square-root rule's distance must be at most 0.4 of the smaller of the two others'. The test accuracies of all
# rules are within two points of each other and judge nothing. This $\epsilon$ is too small, and the bias correction
# too effective, for the $\beta$ and $\epsilon$ parts of the rule to show here; the ablation and the parabola show
# them.

# %%
for optimizer, arms in runs.items():
    claim = experiment.claim(f"digits-sqrt-rule-{optimizer.lower()}")
    for kappa in kappas:
        base = arms["base", 1][0]
        own, linear, none = (arms[rule, kappa][0] for rule in rules)
        claim.within(
            f"D(sqrt) over the smaller of D(linear) and D(none), kappa = {kappa}",
            measures.distance_ratio(own, base, linear, none),
            (None, 0.4),
            origin="at least 2.5 times nearer to the base batch than the next rule",
            controls={
                "linear": measures.distance_ratio(linear, base, own, none),
                "none": measures.distance_ratio(none, base, own, linear),
            },
        )
experiment.finish()
