# %% [markdown]
# # Boosting where gradients vanish
#
# Three hidden layers of 32 sigmoids on digits (not a data set of the paper): at the start the gradient of the first
# layer is a hundredth of the last one's, and at $\lambda = 0.1$ plain SGD stays at the loss of chance, $\ln 10$. The
# boosting factor is $1 + \sqrt\lambda/\epsilon = 32.6$ there ($\epsilon = 0.01$). So boosting trains the network at
# the same $\lambda$; but for $|G| \ll \epsilon$ it *is* SGD with the step $\lambda(1 + \sqrt\lambda/\epsilon)$.

# %% tags=["parameters"]
seeds = 8
steps = 1500

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.theopoula import figures, problems
from optclaims.papers.theopoula.simulation import networks
from optclaims.science.optimizers import SGD, Adam, TheoPouLa

experiment = Experiment("theopoula", "vanishing_gradients")
LR, EPS, BATCH, TRAIN = 0.1, 0.01, 64, 1500
gain, linear_gain = 1 + np.sqrt(LR) / EPS, 1 + LR / EPS
rules = {
    "boosted": TheoPouLa(LR, EPS),
    "boosted, eps 0.1": TheoPouLa(LR, 0.1),
    "boosted with the step itself": TheoPouLa(LR, EPS, boosting="linear"),
    "not boosted": TheoPouLa(LR, EPS, boosting="none"),
    "SGD 3.26": SGD(LR * gain),
    "SGD 1.1": SGD(LR * linear_gain),
    "SGD 0.1": SGD(LR),
    "Adam 0.01": Adam(0.01),
}

# %% [markdown]
# ## Training
# All arms of a run share its start and its batches; the logarithm of the training loss is averaged over runs.

# %%
images, labels, *_ = problems.digits_split(TRAIN, experiment.rng("split"))
records = np.linspace(0, steps, 11).astype(int)
losses = networks.losses(rules, images, labels, BATCH, records, experiment.rng("runs").spawn(seeds))
logs = {arm: np.log10(loss) for arm, loss in losses.items()}
frame = pd.concat(
    pd.DataFrame({"arm": arm, "step": records, "log10_loss": log.mean(1), "stderr": statistics.stderr(log, 1)})
    for arm, log in logs.items()
)
experiment.figure("training", frame, draw=figures.training)

# %% [markdown]
# ## Checks

# %%
final = {arm: statistics.mean(log[-1]) for arm, log in logs.items()}
for arm, mean in final.items():
    print(f"{arm}: log10 of the final loss {mean.value:.3f} [{mean.low:.3f}, {mean.high:.3f}]")
claim = experiment.claim("boosting-vanishing-gradient")
claim.within(
    "boosted: mean log10 of the final training loss",
    final["boosted"],
    (None, np.log10(0.05)),
    origin="a loss of 0.05, set before the runs on these splits",
    controls={
        "eps = 0.1": final["boosted, eps 0.1"],
        "step size in place of its root in the boosting": final["boosted with the step itself"],
    },
)
for arm in ("not boosted", "SGD 0.1"):
    claim.within(
        f"{arm}: mean log10 of the final training loss",
        final[arm],
        (np.log10(2), None),
        origin="a loss of 2, chance is 2.303",
        controls={"SGD with the step of weak boosting": final["SGD 1.1"]},
    )


def paired(arm):
    return statistics.mean(logs[arm][-1] - logs["boosted"][-1])


experiment.claim("boosting-is-a-larger-step").within(
    "SGD with step 3.26 minus boosted: paired difference of the log10 final losses",
    paired("SGD 3.26"),
    (None, 0.3),
    origin="a factor of 2 in the loss",
    controls={"step 1.1, the gain of boosting with the step itself": paired("SGD 1.1"), "step 0.1": paired("SGD 0.1")},
)

# %% [markdown]
# At equal $\lambda$ boosting trains what SGD does not; a larger step for SGD does as well, and a tuned Adam ends lower
# than both. What boosting adds is that the larger step applies only where gradients are below $\epsilon$; this
# experiment has no layer where that would be needed.

# %%
experiment.finish()
