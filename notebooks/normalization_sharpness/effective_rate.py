# %% [markdown]
# # Weight decay is a learning-rate schedule on the sphere
#
# A network with normalisation layers computes the same function whatever the length of its weights: $L(cw) = L(w)$.
# Then the gradient is orthogonal to $w$, and gradient descent with weight decay,
# $w_{t+1} = (1-\epsilon)\, w_t - \hat\eta \nabla L(w_t)$ with $\epsilon = \hat\eta\hat\lambda$, is exactly projected
# descent of the direction $\theta = w / \|w\|$,
# $$\theta_{t+1} = \Pi\big(\theta_t - \tilde\eta_t \nabla L(\theta_t)\big), \qquad
# \tilde\eta_{t+1} = \frac{\tilde\eta_t}{(1-\epsilon)^2\,(1 + \tilde\eta_t^2 \|\nabla L(\theta_t)\|^2)}, \qquad
# \tilde\eta_0 = \frac{\hat\eta}{(1-\epsilon)\|w_0\|^2}.$$
# Weight decay pushes the effective rate up, gradients push it down. Only $\theta_0$, $\tilde\eta_0$ and $\epsilon$
# matter: $(c\hat\eta, \hat\lambda/c, \sqrt c\, w_0)$ is the same run.

# %% tags=["parameters"]
steps = 1000
lr = 0.5
eps = 1.0e-4
product = 1.0
c = 7.0

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures, problems, simulation

experiment = Experiment("normalization_sharpness", "effective_rate")

# %% [markdown]
# ## Two problems
#
# A toy in three dimensions, $L = \tfrac12 (1 + a\,y^2/\|w\|^2)\, z^2/\|w\|^2$ with $a = 8$, whose minimisers are the
# equator; and linear regression with batch normalisation, $L = \tfrac1n \|Xw/\sqrt{w^\top\Sigma w} - y\|^2$. Both start
# away from their minimisers and below the edge of stability (`product` is $\tilde\eta\lambda_1$ there), so that
# rounding is not amplified.

# %%
rng = experiment.rng("regression")
data = problems.Regression.from_data(*problems.random_labels(12, 30, rng), rng)
moments = (data.covariance, data.correlation)
starts = {
    "toy": problems.toy_start(1.2, 8.0, 0.3, lr=lr, eps=eps, product=product),
    "regression": data.start(np.arctan(3), 0.3, lr=lr, eps=eps, product=product),
}
descend = {
    "toy": lambda w, lr, wd: simulation.toy(w, 8.0, lr=lr, wd=wd, steps=steps),
    "regression": lambda w, lr, wd: simulation.regression(w, *moments, lr=lr, wd=wd, steps=steps),
}
gradient = {
    "toy": lambda theta: simulation.toy_gradient(theta, 8.0),
    "regression": lambda theta: simulation.regression_gradient(theta, *moments),
}

# %% [markdown]
# ## Ordinary space against the sphere, and against the rescaled run

# %%
rows, errors = [], {}
for name, w in starts.items():
    run = descend[name](w, lr, eps / lr)
    theta, rate = simulation.directions(run), simulation.effective_rates(run, lr, eps)
    other = descend[name](np.sqrt(c) * w, c * lr, eps / lr / c)
    candidates = {
        "on the sphere": (rate[0], eps),
        "no growth by weight decay": (rate[0], 0.0),
        "rate without 1/(1-eps)": (rate[0] * (1 - eps), eps),
    }
    compared = {k: simulation.projected_descent(theta[0], gradient[name], *v, steps) for k, v in candidates.items()}
    compared["rescaled"] = (simulation.directions(other), simulation.effective_rates(other, c * lr, eps))
    compared["rescaled, same weight decay"] = (
        simulation.directions(wrong := descend[name](np.sqrt(c) * w, c * lr, eps / lr)),
        simulation.effective_rates(wrong, c * lr, c * eps),
    )
    for kind, (direction, its_rate) in compared.items():
        distance, relative = np.abs(direction - theta).max(axis=1), np.abs(its_rate / rate - 1)
        errors[name, kind] = (distance.max(), relative.max())
        columns = {"step": range(steps), "direction": distance, "rate": relative}
        rows.append(pd.DataFrame(columns)[::20].assign(problem=name, kind=kind))
experiment.figure("identity", pd.concat(rows), draw=figures.identity)

# %%
claim = experiment.claim("effective-lr-identity")
for j, what in enumerate(("distance of the directions", "relative difference of the rates")):
    for kind, wrong in (
        ("on the sphere", ["no growth by weight decay", "rate without 1/(1-eps)"]),
        ("rescaled", ["rescaled, same weight decay"]),
    ):
        claim.exact(
            f"largest {what}, {kind}",
            max(errors[name, kind][j] for name in starts),
            (None, 1e-9),
            origin=f"rounding, accumulated over {steps} steps",
            controls={label: [errors[name, label][j] for name in starts] for label in wrong},
        )
experiment.finish()

# %% [markdown]
# The two descriptions agree to rounding. Dropping a factor $1 - \epsilon = 0.9999$ from the rate is enough to be found
# out, dropping it from the recursion removes the growth on which everything else in this paper rests.
