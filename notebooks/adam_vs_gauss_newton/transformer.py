# %% [markdown]
# # A one-layer transformer
#
# Ten binary tokens, the parity of three of them as the label, logistic loss; one layer of attention and ReLU units of
# width 32 (8 704 weights) without normalisation. The gradient of one sample by a weight matrix is now a sum
# $\sum_s \delta_s a_s^\top$ over the tokens; bases and diagonals are as for the digits. With few steps this only looks
# at the order of the methods at full batch and at a small one.

# %% tags=["parameters"]
samples = 128
runs = {"I inf": 3, "I 32": 3, "K inf": 6, "K 32": 4}
T = 100
dampings = [1e-4, 1e-2]
device = "cpu"

# %%
import numpy as np

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.adam_vs_gauss_newton import figures
from optclaims.papers.adam_vs_gauss_newton.measures import comparison
from optclaims.papers.adam_vs_gauss_newton.simulation.networks import training
from optclaims.science import networks

experiment = Experiment("adam_vs_gauss_newton", "transformer")
every_input = np.arange(1024)[:, None] >> np.arange(10) & 1
tokens = every_input[experiment.rng("inputs").permutation(1024)[:samples]]
labels = 1.0 * (tokens[:, :3].sum(axis=1) % 2)
data = training.Data.of(
    networks.transformer(2, 10, 32, 2, 64, 1, embedding=0.5), networks.LOGISTIC, tokens, labels, device
)
grids = {
    "Adam": np.geomspace(5e-3, 0.16, 6),
    "GN^-1/2": np.geomspace(2e-3, 0.2, 5),
    "GN^-1": np.geomspace(1e-4, 3e-2, 5),
    "GD": np.geomspace(0.02, 2, 5),
}

# %%
cells = {}
for quadrant in experiment.progress(runs, "quadrants"):
    rngs = experiment.rng("runs", quadrant=quadrant).spawn(runs[quadrant])
    cells |= comparison.compare(data, quadrant, rngs, grids, dampings, T, every=10)
batch = min(size for _, size, _ in cells)
experiment.figure("transformer", comparison.table(cells, every=10), draw=figures.comparison)


# %%
def lead(basis, size, method="Adam", others=("GN^-1/2", "GN^-1", "GD")):
    return comparison.lead(cells, basis, size, method, others)


claim = experiment.claim("transformer-1layer")
for basis in ("I", "K"):
    claim.within(
        f"decades by which Adam is ahead of the best other method, basis {basis}, full batch",
        statistics.mean(lead(basis, np.inf)),
        (1, None),
        origin="a decade",
        controls={"GN^-1/2 ahead of GN^-1": statistics.mean(lead(basis, np.inf, "GN^-1/2", ["GN^-1"]))},
    )
    shrinks = statistics.difference(lead(basis, np.inf), lead(basis, batch))
    claim.within(
        f"decades by which the lead shrinks from full batch to {batch:g}, basis {basis}",
        shrinks,
        (0, None),
        null=0,
        origin="no difference",
        controls={
            "GN^-1/2 in Adam's place": statistics.difference(
                *(lead(basis, size, "GN^-1/2", ["GN^-1", "GD"]) for size in (np.inf, batch))
            )
        },
    )
experiment.finish()
