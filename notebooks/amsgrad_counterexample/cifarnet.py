# %% [markdown]
# # Convolutional network
#
# The paper's last comparison trains CIFARNet on CIFAR-10: two convolutions of 64 channels with 6 x 6 kernels, each
# followed by local response normalisation and 2 x 2 pooling, then dense layers of 384 (dropout 1/2) and 192 units
# (architecture recalled). The step size is constant, $\beta_1 = 0.9$, no bias correction:
#
# $$x_{t+1} = x_t - \alpha\, m_t / \sqrt{\hat v_t}, \qquad \hat v_t = v_t \text{ (Adam)}, \quad
#   \hat v_t = \max(\hat v_{t-1}, v_t) \text{ (AMSGrad)}.$$
#
# The paper reports that AMSGrad, both tuned, trains to a lower loss and also tests better. Scale paper runs this
# network; the smaller scales put a small one without normalisation and dropout on 256 of the 8 x 8 digits, with
# $\beta_2 = 0.99$ alone: within a few hundred steps $v_t$ with $\beta_2 = 0.999$ hardly falls, the maximum changes
# nothing, and the two algorithms coincide.

# %% tags=["parameters"]
data = "digits"
device = "cpu"
alpha = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
beta2 = [0.99]
channels = 8
kernel = 3
hidden = [64, 32]
regularised = False
seeds = 5
steps = 240
batch = 128
train = 256
holdout = 300

# %%
from optclaims.experiment import Experiment
from optclaims.papers.amsgrad_counterexample.figures import networks as figures
from optclaims.papers.amsgrad_counterexample.measures import comparison
from optclaims.papers.amsgrad_counterexample.problems import splits
from optclaims.papers.amsgrad_counterexample.simulation import networks

experiment = Experiment("amsgrad_counterexample", "cifarnet")
images = experiment.data(splits.load, data, experiment.rng("split"), seeds=seeds, train=train, holdout=holdout)
{name: rows.shape[1] for name, rows in images.splits.items()}

# %% [markdown]
# Every seed splits the images anew into training and hold-out images; the test images are the same throughout and
# are used for nothing else. The two algorithms of one seed share initial weights, batches and dropout masks.

# %%
model = networks.convolutional(images.images[0].shape, channels, kernel, tuple(hidden), 10, regularised)
common = {"beta1": 0.9, "batch": batch, "decay": False, "device": device}
records = list(range(steps // 10, steps + 1, steps // 10))


def train_both(alpha, beta2):
    rngs = experiment.rng("runs", alpha=alpha, beta2=beta2).spawn(seeds)
    return networks.compare(model, images, rngs, lr=alpha, beta2=beta2, records=records, **common)


runs = experiment.sweep(train_both, alpha=alpha, beta2=beta2)

# %% [markdown]
# ## Loss along training, and after it
# A configuration $(\alpha, \beta_2)$ is chosen for each algorithm by the geometric mean over seeds of the final
# training loss where the training loss is drawn, of the final hold-out loss where the test loss is.

# %%
curves = comparison.curves(runs, {"train": "train", "test": "holdout"})
experiment.figure("cnn_losses", curves.assign(task="cnn"), draw=figures.losses)

# %%
landscape = comparison.landscape(runs, ["train", "test"])
experiment.figure("cnn_landscape", landscape.assign(task="cnn"), draw=figures.landscape)

# %% [markdown]
# ## Tuned against tuned
# The quantity is $\ln(\text{loss of Adam} / \text{loss of AMSGrad})$, positive where AMSGrad is better, with an
# interval over seeds. Two ways of tuning are judged, because on so few images the best step size for training is not
# the best one for new images. Nothing is the difference between Adam and itself, which must not count as an
# advantage. With Adam stopped after a tenth of the steps, AMSGrad's advantage has to be found; and so has one of 2.6 %,
# what a public repetition on CIFAR-10 reports. This data, this network without dropout and this $\beta_2$ were one of
# several trials whose others left the order undecided, so a verdict here has to have the power for that size.

# %%
claim = experiment.claim("cifarnet-adam-vs-amsgrad")
for by, loss in (("train", "train"), ("holdout", "train"), ("holdout", "test")):
    pair = comparison.tuned(runs, by)
    claim.within(
        f"ln(Adam / AMSGrad) of the final {loss} loss, tuned for the {by} loss",
        comparison.difference(pair, loss),
        (0, None),
        origin="AMSGrad is better",
        null=0,
        controls={"Adam against itself": comparison.itself(pair, loss)},
        positive={
            "Adam stopped after a tenth of the steps": comparison.difference(pair, loss, stopped=min(records)),
            "a difference of 2.6 %": comparison.planted(pair, loss, 0.026),
        },
    )

# %% [markdown]
# On digits Adam's training loss is the lower one at the step size that the hold-out images choose, and nearly
# everywhere in the landscape; the tuned test losses differ by a few per cent at most. Tuned for the training loss, the
# network interpolates at the larger step sizes, where the losses of single seeds scatter widely. So few
# seeds do not resolve a difference of the published size, and the setting was not fixed in advance: nothing is decided
# before CIFAR-10 itself, at scale paper.

# %%
experiment.finish()
