# %% [markdown]
# # Adam's rule on a small language model
#
# A causal transformer with one layer learns fresh sequences of a random Markov chain of order two with stock Adam
# ($\eta = 10^{-3}$, $\beta = (0.98, 0.996)$, $\epsilon = 10^{-8}$, batch 2). It stands in for the language models of
# the paper. Here the $\beta$ part of the square-root rule is visible: changing the learning rate alone is a control
# beside the linear rule and leaving everything as it is. $D$ compares the curves of the held-out log loss at 16
# checkpoints, counted in sequences.

# %% tags=["parameters"]
seeds = 8
sequences = 4096
kappas = [4]

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adaptive_sde_scaling import measures, figures
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import Hyperparameters, scale_hyperparameters
from optclaims.papers.adaptive_sde_scaling.simulation import transformer

experiment = Experiment("adaptive_sde_scaling", "transformer")
base, rules = Hyperparameters(1e-3, 0.996, 1e-8, beta1=0.98), ["sqrt", "linear", "none", "lr-only"]
chain = transformer.chain(experiment.rng("chain"))
held_out = transformer.sequences(chain, experiment.rng("held out"), 512)
data = np.stack([transformer.sequences(chain, rng, sequences) for rng in experiment.rng("data").spawn(seeds)])
theta = transformer.initial(experiment.rng("weights").spawn(seeds))


def train(kappa, rules):
    scaled = [scale_hyperparameters(base, kappa, rule) for rule in rules]
    return transformer.train(theta, data, held_out, scaled, 2 * kappa, 16)


curves = {("base", 1): train(1, ["none"])[0]}
curves |= {(rule, kappa): c for kappa in kappas for rule, c in zip(rules, train(kappa, rules), strict=True)}
seen = np.arange(1, 17) * sequences // 16
rows = [{"rule": r, "kappa": k, "sequences": seen} | measures.curve_columns("loss", c) for (r, k), c in curves.items()]
experiment.figure("transformer", measures.stack(*map(pd.DataFrame, rows)), draw=figures.transformer)

# %%
claim = experiment.claim("tiny-transformer-adam")
for kappa in kappas:
    reference, arms = curves["base", 1], {rule: curves[rule, kappa] for rule in rules}
    others = [arms[rule] for rule in rules[1:]]
    planted = reference + 0.25 * (arms["lr-only"] - reference)
    claim.within(
        f"D(sqrt) over the smallest of the other rules, kappa = {kappa}",
        measures.distance_ratio(arms["sqrt"], reference, *others),
        (None, 0.5),
        origin="at least twice as near to the base batch as the next rule",
        controls={"lr-only": measures.distance_ratio(arms["lr-only"], reference, arms["linear"], arms["none"])},
        positive={"a quarter of lr-only's distance": measures.distance_ratio(planted, reference, *others)},
    )
experiment.finish()

# %% [markdown]
# At $\kappa = 4$ the square-root rule is the nearest of the four. At $\kappa = 16$ (scale default) $\kappa(1-\beta_1)$
# is 0.32: the averages forget within three steps, and the continuous limit of the rule is no longer a description of
# them, so that a failure there would say nothing about the theorem. Eight seeds do not tell the rule's distance from
# half of the linear rule's. What would settle it: 24 seeds, the distance of two halves of one rule as the floor, betas
# nearer to 1, and whether the distance grows as $\kappa\eta^2$ over a sweep of the base rate.
