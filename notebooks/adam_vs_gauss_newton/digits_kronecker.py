# %% [markdown]
# # Digits in the Kronecker basis
#
# A network with 32 tanh units classifies 8 by 8 digits. The gradient of one sample by a weight matrix is an outer
# product $\delta a^\top$, so the eigenvectors $U_S$ of $\mathbb E[\delta\delta^\top]$ and $U_A$ of
# $\mathbb E[aa^\top]$ rotate it cheaply, to $U_S^\top\delta\,(U_A^\top a)^\top$: the Kronecker basis (K), beside the
# weights as they are (I). Both diagonals, of Adam and of the Gauss-Newton matrix (labels drawn from the model), are
# means over all images. Rate and damping are tuned for each run; $\eta_t = \eta_0(1 - t/T)$.

# %% tags=["parameters"]
samples = 500
runs = {"I inf": 5, "I 10": 4, "K inf": 3, "K 10": 4}
T = 120
dampings = [1e-3, 1e-1]
device = "cpu"

# %%
import numpy as np

from optclaims import statistics
from optclaims.science import datasets
from optclaims.experiment import Experiment
from optclaims.papers.adam_vs_gauss_newton import figures
from optclaims.papers.adam_vs_gauss_newton.measures import comparison
from optclaims.papers.adam_vs_gauss_newton.simulation.networks import training
from optclaims.science import networks

experiment = Experiment("adam_vs_gauss_newton", "digits_kronecker")
X, y = datasets.digits()
chosen = experiment.rng("images").permutation(len(y))[:samples]
inputs = np.column_stack([X[chosen], np.ones(samples)])
network = networks.perceptron((65, 32, 10), "tanh", bias=False)
data = training.Data.of(network, networks.CROSS_ENTROPY, inputs, y[chosen], device)
grids = {
    "GN^-1/2": np.geomspace(4e-2, 1.2, 9),
    "GN^-1": np.geomspace(2e-3, 0.5, 12),
    "GD": np.geomspace(0.2, 3.2, 7),
}
adam = {"I full": (6e-2, 1.5, 9), "K full": (6e-2, 12, 14), "I batch": (1.5e-2, 0.4, 9), "K batch": (1.5e-2, 0.6, 10)}

# %%
cells = {}
for quadrant in experiment.progress(runs, "quadrants"):
    rngs = experiment.rng("runs", quadrant=quadrant).spawn(runs[quadrant])
    rates = np.geomspace(*adam[quadrant.split()[0] + (" full" if "inf" in quadrant else " batch")])
    cells |= comparison.compare(data, quadrant, rngs, {"Adam": rates} | grids, dampings, T, every=10)
batch = min(size for _, size, _ in cells)
experiment.figure("digits", comparison.table(cells, every=10), draw=figures.comparison)


# %% [markdown]
# ## Gaps in decades of the final training loss


# %%
def ahead(basis, size, *others):
    return statistics.mean(comparison.lead(cells, basis, size, "Adam", others))


rivals = ("GN^-1/2", "GN^-1", "GD")
claim = experiment.claim("digits-kron")
for basis, least in (("I", 1), ("K", 5)):
    claim.within(
        f"decades by which Adam is ahead of the best other method, basis {basis}, full batch",
        ahead(basis, np.inf, *rivals),
        (least, None),
        origin="clearly more than seeds and grids move",
        controls={f"batch {batch:g}": ahead(basis, batch, *rivals)},
    )
for basis, bound in (("I", 0.25), ("K", 1)):
    claim.within(
        f"decades by which Adam is ahead of GN^-1/2, basis {basis}, batch {batch:g}",
        ahead(basis, batch, "GN^-1/2"),
        (-bound, bound),
        origin="a small part of the gap at full batch",
        controls={"full batch": ahead(basis, np.inf, "GN^-1/2")},
    )
experiment.finish()
