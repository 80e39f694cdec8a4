# %% [markdown]
# # Without mass it is SGD, with mass a heavy ball
#
# Semi-implicit steps with implicit friction, $v^+ = (m v - h\,\nabla\Phi_i(q))/(m + \alpha h)$, $q^+ = q + h v^+$
# (the model is reconstructed, and that this is the paper's scheme is an assumption): at mass 0 they are SGD with
# learning rate $h/\alpha$, at constant mass a heavy ball with $\beta = m/(m + \alpha h)$ and rate
# $l = h^2/(m + \alpha h)$, whose effective rate $l/(1 - \beta)$ is $h/\alpha$ whatever the mass.

# %% tags=["parameters"]
steps = 1000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures
from optclaims.papers.pdmp_momentum.problems import CENTRES, log_cosh_slope
from optclaims.papers.pdmp_momentum.simulation import schemes
from optclaims.science.optimizers import SGD, HeavyBall, Underdamped

experiment = Experiment("pdmp_momentum", "scheme")

# %% [markdown]
# ## Iterates
# The same 1000 gradients of single potentials $\Phi_i = \log\cosh(2(x - b_i))/2$, indices drawn at random.

# %%
ALPHA, H = 2.0, 0.1
index = experiment.rng("indices").integers(len(CENTRES), size=steps)


def iterates(rule):
    return schemes.scheme(rule, lambda q, t: log_cosh_slope(q, CENTRES[index[t - 1]]), [1.5], steps)[:, 0]


def distance(rule, other):
    return np.abs(iterates(rule) - iterates(other)).max()


def heavy(mass):
    return HeavyBall(H**2 / (mass + ALPHA * H), mass / (mass + ALPHA * H))


claim = experiment.claim("scheme-sgd-limit")
claim.exact(
    "mass 0: largest distance from SGD with learning rate h / alpha",
    distance(Underdamped(H, 0.0, ALPHA), SGD(H / ALPHA)),
    (None, 1e-12),
    origin="an identity, up to rounding",
    controls={
        "learning rate h": distance(Underdamped(H, 0.0, ALPHA), SGD(H)),
        "mass 0.001": distance(Underdamped(H, 1e-3, ALPHA), SGD(H / ALPHA)),
    },
)
pairs = [(mass, Underdamped(H, mass, ALPHA)) for mass in (0.01, 0.1, 1.0)]
claim.exact(
    "masses 0.01, 0.1 and 1: largest distance from the heavy ball",
    max(distance(rule, heavy(mass)) for mass, rule in pairs),
    (None, 1e-12),
    origin="an identity, up to rounding",
    controls={
        "explicit friction, beta = 1 - alpha h / m (mass 1)": distance(pairs[-1][1], HeavyBall(H**2, 1 - ALPHA * H)),
        "rate h / alpha in place of h^2 / (m + alpha h)": distance(
            pairs[-1][1], HeavyBall(H / ALPHA, 1 / (1 + ALPHA * H))
        ),
    },
)
claim.exact(
    "largest |effective rate l / (1 - beta) - h / alpha| of these heavy balls",
    max(abs(heavy(mass).lr / (1 - heavy(mass).momentum) - H / ALPHA) for mass, _ in pairs),
    (None, 1e-12),
    origin="an identity, up to rounding",
    controls={"rate of explicit friction, h^2": abs(H**2 / (1 - 1 / (1 + ALPHA * H)) - H / ALPHA)},
)
curves = [
    pd.DataFrame({"mass": mass, "step": range(201), "q": iterates(Underdamped(H, mass, ALPHA))[:201]})
    for mass in (0.0, 0.1, 1.0)
]
experiment.figure("iterates", pd.concat(curves), draw=figures.iterates)

# %% [markdown]
# So a heavy ball whose momentum is lost while $h$ stays goes over into SGD at the same effective rate, without a change
# of step size on the way. These are identities of the scheme; they say nothing of which mass trains better.

# %%
experiment.finish()
