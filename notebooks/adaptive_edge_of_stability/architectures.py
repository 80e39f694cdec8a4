# %% [markdown]
# # The adaptive edge of a convolutional network
#
# That full-batch Adam settles where $\lambda_1(P^{-1}H) = (2 + 2\beta_1)/(1 - \beta_1)\eta$ was found for convolutional
# networks, residual ones and transformers. Here it is asked of a small convolutional network of tanh units under
# squared error: two 3 x 3 convolutions, each before a mean over 2 x 2 squares, and a dense layer.

# %% tags=["parameters"]
data = "digits"
n = 300
plan = [6, "pool", 12, "pool"]
steps = 3500
seeds = 4

# %%
import numpy as np
import torch

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adaptive_edge_of_stability import figures, measures, problems, simulation, theory
from optclaims.science import datasets, networks, training
from optclaims.science.optimizers import Adam

experiment = Experiment("adaptive_edge_of_stability", "architectures")
LR, BETA1S, EVERY = 1e-3, (0.9, 0.88), 175

# %% [markdown]
# ## Runs
# Every momentum starts from the same networks on the same images; all runs are trained at once.

# %%
rng, device = experiment.rng("images"), training.device_of("auto")
known = datasets.digits() if data == "digits" else datasets.cifar10()[:2]
images, targets = (torch.as_tensor(part, device=device) for part in problems.pictures(*known, n, rng))
network = networks.convolutional(tuple(images.shape[1:]), plan, 10, activation="tanh", pool="mean")
mean_loss = networks.mean_loss(network, networks.SQUARED)


def loss(theta):
    return mean_loss(theta, images[None], targets[None].expand(len(theta), -1, -1))


theta = network.initial(experiment.rng("networks").spawn(seeds)).to(device).repeat(len(BETA1S), 1)
rule = Adam(LR, np.repeat(BETA1S, seeds)[:, None], beta2=0.95)
points = simulation.stacked(loss, rule, theta, range(EVERY, steps + 1, EVERY))
frame = measures.follow_stack(loss, rule, experiment.progress(points, "records"), rng)
frame["beta1"], frame["height"] = np.array(BETA1S)[frame.run // seeds], LR * frame.preconditioned
experiment.figure("architectures", frame.drop(columns="preconditioned"), draw=figures.architectures)

# %% [markdown]
# ## Checks

# %%
levels = {
    b: statistics.mean([measures.level(run.height) for _, run in part.groupby("run")])
    for b, part in frame.groupby("beta1")
}
below, edge, above = (float(theory.threshold("averaged heavy ball", b)) for b in (0.88, 0.9, 0.92))
experiment.claim("aeos-architectures").within(
    "lr times the preconditioned sharpness, late median",
    levels[0.9],
    ((below * edge) ** 0.5, (edge * above) ** 0.5),
    origin="geometric midpoints to the thresholds of the momenta 0.88 and 0.92",
    controls={"momentum 0.88": levels[0.88]},
)

# %% [markdown]
# The level is that of the momentum here, too, with single records that vary by an eighth. One small network on one data
# set: that is no test of residual networks or transformers.

# %%
experiment.finish()
