# %% [markdown]
# # The price of taming: a bias of order $\sqrt\lambda$
#
# In $u = x^4/4 - x^2/2$ at inverse temperature $\beta = 1$ the chains $x \leftarrow x - \lambda h_\lambda(u'(x)) +
# \sqrt{2\lambda/\beta}\,\xi$ have an invariant law $\pi_\lambda$ beside the target $\pi \propto e^{-\beta u}$. The
# paper bounds $W_1(\pi_\lambda, \pi)$ by a multiple of $\sqrt\lambda$ (recalled). Here the law is found without
# sampling, from the stationary vector of the transitions on a grid, and both the order and its constant are measured.
# With $h = G + \sqrt\lambda\,b(G) + O(\lambda)$, $b = G/(\epsilon+|G|) - G|G|$ and $B' = b(u')$ first-order
# perturbation of the invariant law gives (ours) $$W_1 = C\sqrt\lambda + O(\lambda),\qquad C =
# \int\Big|\int_{-\infty}^x \beta\,\pi\,(B - E_\pi B)\Big|\,dx.$$

# %% tags=["parameters"]
points = 1001
runs = 1_000_000

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.theopoula import figures, measures, problems, simulation, theory
from optclaims.science.optimizers import TheoPouLa

experiment = Experiment("theopoula", "bias")
BETA, EPS = 1.0, 0.1
lr = 0.08 / 2.0 ** np.arange(6)
variants = {
    "TheoPouLa": ("root", "root"),
    "tamed with the step itself": ("none", "linear"),
    "both with the step itself": ("linear", "linear"),
    "tamed with the step, boosted": ("root", "linear"),
    "plain Langevin": ("none", "none"),
}


def distance(step, eps=EPS, variant=("root", "root"), potential=problems.DOUBLE_WELL):
    rule = TheoPouLa(step, eps, boosting=variant[0], taming=variant[1])
    bound = 4.5 if variant == ("none", "none") else 6.0  # the plain step overshoots further out
    x, weights = simulation.invariant(potential, rule, BETA, points, bound)
    return measures.distance_to_target(potential, BETA, x, weights)


# %% [markdown]
# ## Order
# Chains of the same algorithm confirm the law at the two largest steps.

# %%
distances = {name: np.array([distance(step, variant=v) for step in lr]) for name, v in variants.items()}
samples = [
    simulation.well(problems.DOUBLE_WELL, h, EPS, BETA, 12.0, runs, experiment.rng("well", lr=h)) for h in lr[:2]
]
laws = [simulation.invariant(problems.DOUBLE_WELL, TheoPouLa(h, EPS), BETA, points) for h in lr[:2]]
rows = [
    pd.DataFrame({"algorithm": name, "source": "invariant law", "lr": lr, "distance": d})
    for name, d in distances.items()
]
seen = [measures.distance_to_target(problems.DOUBLE_WELL, BETA, x) for x in samples]
rows.append(pd.DataFrame({"algorithm": "TheoPouLa", "source": "chains", "lr": lr[:2], "distance": seen}))
ends = lr[[0, -1]]
for name, level, power in (("slope 1/2", 0.6, 0.5), ("slope 1", 0.15, 1.0)):
    rows.append(pd.DataFrame({"algorithm": "", "source": name, "lr": ends, "distance": level * ends**power}))
experiment.figure("bias", pd.concat(rows), draw=figures.bias)

# %% [markdown]
# ## Constant
# $W_1/(C\sqrt\lambda)$ for three $\epsilon$ and three potentials.

# %%
cases = {
    "double well, eps 0.01": (0.01, problems.DOUBLE_WELL),
    "double well, eps 0.1": (0.1, problems.DOUBLE_WELL),
    "double well, eps 1": (1.0, problems.DOUBLE_WELL),
    "quartic, eps 0.1": (0.1, problems.QUARTIC),
    "tilted well, eps 0.1": (0.1, problems.TILTED),
}
coarse = np.array([0.04, 0.01, 0.0025])
rows = [
    {"case": case, "lr": h, "ratio": distance(h, eps, potential=u) / (theory.bias_constant(u, eps, BETA) * np.sqrt(h))}
    for case, (eps, u) in cases.items()
    for h in coarse
]
experiment.figure("constant", pd.DataFrame(rows), draw=figures.constant)

# %% [markdown]
# ## Checks

# %%
fine = lr <= 0.02


def off_half(name):  # largest |local slope - 1/2| over steps of 0.02 and less
    return np.abs(measures.local_slopes(lr[fine], distances[name][fine]) - 0.5).max()


claim = experiment.claim("w1-rate-half")
claim.exact(
    "largest distance of a local slope of W1 from 1/2, step sizes 0.02 to 0.0025",
    off_half("TheoPouLa"),
    (None, 0.03),
    origin="next order of the expansion, at most 0.2 root lambda of the first: 0.03 at 0.02",
    controls={name: off_half(name) for name in variants if name != "TheoPouLa"},
)
squares, plain = (
    [float(w @ x**2) for x, w in found]
    for found in (
        laws,
        [simulation.invariant(problems.DOUBLE_WELL, TheoPouLa(h, EPS, "linear"), BETA, points) for h in lr[:2]],
    )
)
claim.consistent(
    "chains: mean of x^2 at step sizes 0.08 and 0.04 against the invariant law",
    [np.mean(x**2) for x in samples],
    squares,
    [statistics.stderr(x**2) for x in samples],
    controls={"law of boosting with the step itself": {"predicted": plain}},
)


def off_one(constant, distances):  # largest |ratio - 1| in units of the next order
    return np.abs((distances / (constant * np.sqrt(pair)) - 1) / (0.2 * np.sqrt(pair) + 0.005)).max()


pair = np.array([0.01, 0.0025])
both, tamed, boosted = (
    np.array([distance(h, 0.01, variant) for h in pair])
    for variant in (("root", "root"), ("none", "root"), ("root", "none"))
)
C = theory.bias_constant(problems.DOUBLE_WELL, 0.01, BETA)
claim = experiment.claim("w1-constant")
claim.exact(
    "largest |W1 / (C root lambda) - 1| over 0.2 root lambda + 0.005, lambda = 0.01 and 0.0025, eps = 0.01",
    off_one(C, both),
    (None, 1.0),
    origin="next order of the expansion, and the error of a grid",
    controls={
        "boosting left out of the algorithm": off_one(C, tamed),
        "taming left out of the algorithm": off_one(C, boosted),
        "constant of eps = 0.1": off_one(theory.bias_constant(problems.DOUBLE_WELL, 0.1, BETA), both),
        "constant of taming alone": off_one(
            theory.bias_constant(problems.DOUBLE_WELL, 0.01, BETA, boosting=False), both
        ),
    },
)
print(f"C = {C:.4f}; local slopes {measures.local_slopes(lr, distances['TheoPouLa']).round(3)}")

# %% [markdown]
# The root is a real cost of taming and boosting with $\sqrt\lambda$: plain Langevin steps, stable in this well, have a
# bias of order $\lambda$, and so has taming with $\lambda$ itself, which is enough for a cubic gradient. The paper
# proves an upper bound for all dimensions and $W_2$ too; here the order is shown to be attained in one dimension.

# %%
experiment.finish()
