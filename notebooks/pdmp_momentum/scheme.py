# %% [markdown]
# # A discretisation that survives the loss of momentum
#
# Semi-implicit steps with implicit friction, $v^+ = (m v - h\,\nabla\Phi_i(q))/(m + \alpha h)$, $q^+ = q + h v^+$
# (that this is the paper's scheme is an assumption). On curvature a they are stable where $h^2 a < 2(2m + \alpha h)$,
# which is $h < (\alpha + \sqrt{\alpha^2 + 4am})/a$ and stays $2\alpha/a$ as $m \to 0$. At mass 0 they are SGD with
# learning rate $h/\alpha$, at constant mass a heavy ball with $\beta = m/(m + \alpha h)$ and rate $l = h^2/(m +
# \alpha h)$.

# %% tags=["parameters"]
steps = 20_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, theory
from optclaims.papers.pdmp_momentum.simulation import schemes
from optclaims.papers.pdmp_momentum.problems import CENTRES, log_cosh_slope
from optclaims.science.optimizers import SGD, HeavyBall, Underdamped

experiment = Experiment("pdmp_momentum", "scheme")
settings = [(0.01, 1.0, 1.0), (0.2, 1.0, 1.0), (1.0, 1.0, 1.0), (0.5, 0.6, 1.5), (2.0, 0.3, 0.7)]

# %% [markdown]
# ## Stability
# The largest step of the scheme by bisection: whether a long run ends with more energy than it has half-way.

# %%
columns = np.array(settings).T
measured = np.array([schemes.bisected_step(*setting, steps) for setting in settings])
explicit = np.array([schemes.bisected_step(*setting, steps, scheme="explicit") for setting in settings])
predicted = theory.largest_step(*columns)


def gap(measured, predicted):
    return np.abs(measured / predicted - 1).max()


experiment.claim("scheme-stability").exact(
    "largest relative gap between the bisected and the predicted step, five settings",
    gap(measured, predicted),
    (None, 1e-4),
    origin="growth that a run of so many steps can show, log(2) over half their number",
    controls={
        "friction explicit": gap(explicit, predicted),
        "formula of mass 0": gap(measured, theory.largest_step(0 * columns[0], *columns[1:])),
        "half the mass in the formula": gap(measured, theory.largest_step(columns[0] / 2, *columns[1:])),
    },
)
masses = np.geomspace(1e-3, 10, 13)
rows = [
    {"scheme": f"{s} friction", "mass": m, "measured": schemes.bisected_step(m, 1.0, 1.0, steps // 4, scheme=s)}
    for s in ("implicit", "explicit")
    for m in masses
]
frame = pd.DataFrame(rows)
sign = np.where(frame.scheme == "implicit friction", 1, -1)  # explicit: (-alpha + sqrt(alpha^2 + 4 a m)) / a
frame["predicted"] = theory.largest_step(frame.mass.to_numpy(), 1.0, 1.0) - (1 - sign)
experiment.figure("stability", frame, draw=figures.stability)

# %% [markdown]
# ## SGD and heavy balls
# The same 1000 gradients of single potentials $\Phi_i = \log\cosh(2(x - b_i))/2$, indices drawn at random.

# %%
ALPHA, H, STEPS = 2.0, 0.1, 1000
index = experiment.rng("indices").integers(len(CENTRES), size=STEPS)


def iterates(rule):
    return schemes.scheme(rule, lambda q, t: log_cosh_slope(q, CENTRES[index[t - 1]]), [1.5], STEPS)[:, 0]


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
# The stable step is bounded away from 0 for every mass, so the mass may be lost at a constant step; explicit friction
# would need steps of order m. On quadratics and this sum of potentials only.

# %%
experiment.finish()
