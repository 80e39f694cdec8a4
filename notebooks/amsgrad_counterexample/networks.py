# %% [markdown]
# # Logistic regression and one hidden layer
#
# Section 5 of the paper compares the two algorithms where no counterexample is built in. Both follow
#
# $$m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \qquad v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2, \qquad
#   x_{t+1} = x_t - \alpha_t\, m_t / \sqrt{\hat v_t},$$
#
# Adam with $\hat v_t = v_t$, AMSGrad with $\hat v_t = \max(\hat v_{t-1}, v_t)$. The paper reports that AMSGrad, both
# tuned, reaches a lower training and test loss, and that it is less sensitive to its parameters. As in the paper,
# $\beta_1 = 0.9$, $\beta_2 \in \{0.99, 0.999\}$, batches of 128, no bias correction, $\alpha_t = \alpha/\sqrt t$ for
# logistic regression and $\alpha_t = \alpha$ for the network with 100 hidden rectified linear units.

# %% tags=["parameters"]
data = "digits"
device = "cpu"
task = ["logistic", "mlp"]
multiple = [0.3, 1, 3, 10, 30, 100]
beta2 = [0.99, 0.999]
matched = [3]
seeds = 5
steps = 300
train = 1197
holdout = 300

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science.networks import perceptron
from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample.figures import networks as figures
from optclaims.papers.amsgrad_counterexample.measures import comparison
from optclaims.papers.amsgrad_counterexample.problems import splits
from optclaims.papers.amsgrad_counterexample.simulation import networks

experiment = Experiment("amsgrad_counterexample", "networks")
images = experiment.data(splits.load, data, experiment.rng("split"), seeds=seeds, train=train, holdout=holdout)
{name: rows.shape[1] for name, rows in images.splits.items()}

# %% [markdown]
# Every seed splits the images anew into training and hold-out images; the test images are the same throughout and
# are used for nothing else. The two algorithms of one seed share initial weights and batches, so they are compared in
# pairs. Step sizes are multiples of $\alpha = 0.1$ (logistic regression) and $\alpha = 0.001$ (hidden layer).

# %%
inputs = images.images[0].size
models = {"logistic": perceptron((inputs, 10), last=0), "mlp": perceptron((inputs, 100, 10))}
unit = {"logistic": 0.1, "mlp": 0.001}
records = list(range(steps // 10, steps + 1, steps // 10))
common = {"beta1": 0.9, "batch": 128, "records": records, "device": device}


def train_both(task, multiple, beta2):
    rngs = experiment.rng("runs", task=task, multiple=multiple, beta2=beta2).spawn(seeds)
    own = {"lr": unit[task] * multiple, "decay": task == "logistic"}
    return networks.compare(models[task], images, rngs, beta2=beta2, **own, **common)


runs = experiment.sweep(train_both, task=task, multiple=multiple, beta2=beta2)
runs["alpha"] = runs["task"].map(unit) * runs["multiple"]
by_task = dict(list(runs.groupby("task")))

# %% [markdown]
# ## Loss along training, and after it
# A configuration $(\alpha, \beta_2)$ is chosen for each algorithm by the geometric mean over seeds of the final
# training loss where the training loss is compared, of the final hold-out loss where the test loss is.

# %%
tuned_for = {"train": "train", "test": "holdout"}
curves = {name: comparison.curves(part, tuned_for) for name, part in by_task.items()}
experiment.figure("losses", pd.concat(curves, names=["task"]).reset_index("task"), draw=figures.losses)

# %%
grids = {name: comparison.landscape(part, ["train", "test"]) for name, part in by_task.items()}
experiment.figure("landscape", pd.concat(grids, names=["task"]).reset_index("task"), draw=figures.landscape)

# %% [markdown]
# ## Tuned against tuned
# The quantity is $\ln(\text{loss of Adam} / \text{loss of AMSGrad})$, positive where AMSGrad is better, with an
# interval over seeds. Two ways of tuning are judged, because on these few, separable images the best step size for
# training is not the best one for new images. Nothing is the difference between Adam and itself, which must not count
# as an advantage. With Adam stopped after a tenth of the steps, AMSGrad's advantage has to be found; and so has, for
# the test loss, one of 2 %, about what public repetitions report (1.5 % on MNIST): where it is not, nothing is decided.

# %%
claims = {"logistic": experiment.claim("logreg-adam-vs-amsgrad"), "mlp": experiment.claim("mlp-adam-vs-amsgrad")}
for name, part in by_task.items():
    for by, loss in (("train", "train"), ("holdout", "train"), ("holdout", "test")):
        pair = comparison.tuned(part, by)
        claims[name].within(
            f"ln(Adam / AMSGrad) of the final {loss} loss, tuned for the {by} loss",
            comparison.difference(pair, loss),
            (0, None),
            origin="AMSGrad is better",
            null=0,
            controls={"Adam against itself": comparison.itself(pair, loss)},
            positive={
                "Adam stopped after a tenth of the steps": comparison.difference(pair, loss, stopped=min(records))
            }
            | ({"a difference of 2 %": comparison.planted(pair, loss, 0.02)} if loss == "test" else {}),
        )

# %% [markdown]
# The paper's third statement, sensitivity: what a configuration drawn from the grid at random costs against the best
# one, as the mean over the grid of $\ln(\text{loss} / \text{best loss})$ on the hold-out images.

# %%
cost = {algorithm: comparison.cost(by_task["logistic"], algorithm, "holdout") for algorithm in ("Adam", "AMSGrad")}
claims["logistic"].within(
    "cost of an untuned configuration, Adam minus AMSGrad",
    statistics.mean(cost["Adam"] - cost["AMSGrad"]),
    (0, None),
    origin="AMSGrad is less sensitive",
    null=0,
    controls={"Adam against itself": statistics.mean(cost["Adam"] - cost["Adam"])},
    positive={"AMSGrad's cost halved": statistics.mean(cost["Adam"] - cost["AMSGrad"] / 2)},
)

# %% [markdown]
# ## Equal parameters
# Since $\hat v_t \ge v_t$, AMSGrad takes smaller steps than Adam from the same $\alpha$. Below the step size that is
# best for training it should therefore lag behind, at every $(\alpha, \beta_2)$; the pair that says so least is judged.
# The order must turn around when Adam gets the next smaller $\alpha$. That the smaller steps are the whole reason
# is not tested.

# %%
order = experiment.claim("matched-alpha-order")
for name, part in by_task.items():
    alphas = unit[name] * np.array(matched)
    pairs = comparison.matched(part, alphas, "train")
    order.within(
        f"ln(Adam / AMSGrad) of the final training loss, {name}, weakest of {len(pairs)} pairs",
        comparison.weakest(pairs),
        (None, 0),
        origin="smaller steps lag behind",
        null=0,
        controls={
            "Adam with the next smaller step size": comparison.matched(part, alphas, "train", adam_below=1),
        },
    )

# %% [markdown]
# On digits Adam's tuned training loss is the lower one, on logistic regression its test loss as well: the direction
# that the paper reports is not found here. The mechanism is plain in the first iterations, whose large gradients stay
# in AMSGrad's maximum: with $\beta_2 = 0.99$ Adam's steps have grown again after some hundred iterations, AMSGrad's
# have not. This costs AMSGrad speed where larger steps help and spares it the loss spikes where they do not (the right
# end of the landscape, above the best step size).

# %%
experiment.finish()
