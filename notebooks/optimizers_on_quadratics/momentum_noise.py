# %% [markdown]
# # Momentum under noise
# With additive noise of variance $s^2$ the heavy ball stays at $\frac{\alpha(1+\beta)s^2}{\lambda(1-\beta)(2(1+\beta) -
# \alpha\lambda)}$ and Nesterov's method, $c = 1-\alpha\lambda$, at $\frac{\alpha s^2(1+\beta c)}{\lambda(1-\beta c)(1 +
# c + 2\beta c)}$. For small steps the heavy ball is SGD with step $\alpha/(1-\beta)$, so steps $\alpha_n =
# (1-\beta)a/n$ have the limit of $a/n$: no gain. At equal exponential rate in one dimension, critical damping,
# $\beta = (1-\sqrt{\alpha\lambda})^2$ against SGD with $h\lambda = \sqrt{\alpha\lambda}$, halves the variance.

# %% tags=["parameters"]
chains = 20_000
chain_steps = 400
last = 30_000

# %%
import itertools

import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.optimizers_on_quadratics.figures import noise as figures
from optclaims.papers.optimizers_on_quadratics.measures.lyapunov import lyapunov_variance
from optclaims.papers.optimizers_on_quadratics.simulation.chains import additive
from optclaims.papers.optimizers_on_quadratics.theory import momentum_noise as theory, schedules
from optclaims.science.quadratics import noise
from optclaims.statistics import stderr

experiment = Experiment("optimizers_on_quadratics", "momentum_noise")
claim = experiment.claim("momentum-with-noise")
pairs = [(0.1, 0.9), (0.01, 0.9), (0.5, 0.5)]
ball, ahead = ([lyapunov_variance(lr, beta, k * beta) for lr, beta in pairs] for k in (0.0, 1.0))


def gaps(measured, formula):
    return [abs(formula(*pair) / m - 1) for m, pair in zip(measured, pairs, strict=True)]


claim.exact(
    "closed forms against the Lyapunov equation, relative, three pairs (lr, momentum), both methods",
    max(gaps(ball, theory.heavy_ball_variance) + gaps(ahead, theory.nesterov_variance)),
    (None, 1e-10),
    origin="rounding",
    controls={
        "Nesterov's formula for the heavy ball": gaps(ball, theory.nesterov_variance),
        "overdamped limit, lr / (2 l (1 - beta))": gaps(ball, lambda lr, beta: lr / (2 * (1 - beta))),
        "SGD with lr / (1 - beta)": gaps(ball, lambda lr, beta: noise.stationary_variance(1.0, lr / (1 - beta))),
    },
)
cells = list(itertools.product((0, 1), pairs))
rngs = [experiment.rng("chains", pair=p, ahead=k) for k, p in cells]
samples = [additive(*p, p[1] * k, chain_steps, r, chains) ** 2 for (k, p), r in zip(cells, rngs, strict=True)]
predicted = [theory.nesterov_variance(*p) if k else theory.heavy_ball_variance(*p) for k, p in cells]
claim.consistent(
    "stationary variance of sampled chains, both methods",
    [x.mean() for x in samples],
    predicted,
    [float(stderr(x)) for x in samples],
    controls={"the other method's formula": {"predicted": predicted[3:] + predicted[:3]}},
)

# %%
momenta = np.array([0.5, 0.9, 0.99])


def effective(step_of):  # heavy ball over SGD, SGD with h l = 0.01
    return theory.heavy_ball_variance(step_of(momenta), momenta) / noise.stationary_variance(1.0, 0.01)


claim.exact(
    "heavy ball with lr = 0.01 (1 - beta) over SGD with 0.01: ratio of variances, least of three momenta",
    effective(lambda beta: 0.01 * (1 - beta)).min(),
    (0.99, 1),
    origin="one, less O(h l)",
    controls={
        "equal lr": effective(lambda b: 0.01 + 0 * b),
        "0.01 (1 - beta^2)": effective(lambda b: 0.01 * (1 - b**2)),
    },
)


def late(beta, scale):  # n E e_n^2 with steps scale * a / n, a = 2
    moment = noise.variances(1.0, [last], scale * 2 / np.arange(1, last + 1), momentum=beta)[0, 0]
    return moment * last / schedules.schedule_limit(2.0)


claim.exact(
    "n E e_n^2 with lr = (1 - beta) 2 / n over its limit 4/3 without momentum, farthest from 1 of beta = 0.5, 0.9",
    max((late(beta, 1 - beta) for beta in (0.5, 0.9)), key=lambda r: abs(r - 1)),
    (0.998, 1.002),
    origin="next order, 1 / (n (1 - beta)) times the size of the first steps",
    controls={"lr = 2 / n, no factor 1 - beta": [late(beta, 1.0) for beta in (0.5, 0.9)]},
)

# %%
alphas = np.array([1e-2, 1e-3, 1e-4])  # at critical momentum the heavy ball contracts like SGD with the root as step


def halved(momentum):  # (ratio of variances - 1/2) / alpha
    ratio = theory.heavy_ball_variance(alphas, momentum) / noise.stationary_variance(1.0, np.sqrt(alphas))
    return (ratio - 0.5) / alphas


claim.exact(
    "critical damping: (variance over SGD's at equal rate - 1/2) / alpha, largest of alpha = 1e-2, 1e-3, 1e-4",
    halved(theory.critical_momentum(alphas)).max(),
    (0, 0.2),
    origin="a limit of 1/2 with an error of order alpha",
    controls={"momentum 1 - sqrt(alpha), equal effective step": halved(1 - np.sqrt(alphas))},
)
grid = [(beta, h) for beta in (0.0, 0.5, 0.9, 0.99) for h in np.geomspace(0.003, 1.5, 40)]
rows = [(beta, h, float(theory.heavy_ball_variance(h * (1 - beta), beta))) for beta, h in grid]
frame = pd.DataFrame(rows, columns=["momentum", "step", "variance"])
experiment.figure("effective_step_variance", frame, draw=figures.effective_step_variance)

# %% [markdown]
# The question left open has three answers on quadratics. At the same lr momentum multiplies the variance by
# $1/(1-\beta)$; at the same effective step, and with steps $a/n$, it changes nothing; at equal rate it halves it.

# %%
experiment.finish()
