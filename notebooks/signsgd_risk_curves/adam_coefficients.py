# %% [markdown]
# # Between signSGD and SGD: Adam's two coefficients
#
# For $\beta_1 = 0$ a coordinate sees $p = zw$, a product of two independent normals. With $V$ the stationary average of
# $p^2$, the current one included,
# $$\varphi_A = E[p^2/\sqrt V], \qquad c_A = E[p^2 / V] .$$
# The transform of $V$ factorises over the past, $E e^{-sp^2} = \sqrt{2a/\pi}\, e^a K_0(a)$ with $a = 1/8s$, so both
# are single integrals. $\beta_2 = 0$ is signSGD; for $\beta_2 \to 1$ Adam becomes a normalised SGD, and noise over
# squared drift, $c_A / \varphi_A^2$, falls from $\pi^2/4$ to 1.

# %% tags=["parameters"]
steps = 20_000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, theory

experiment = Experiment("signsgd_risk_curves", "adam_coefficients")

# %% [markdown]
# ## Quadrature, Monte Carlo, and a table of an earlier study with ten million samples

# %%
known = {
    0.0: (2 / np.pi, 1.0),
    0.5: (0.6893, 0.6667),
    0.9: (0.8659, 0.8225),
    0.99: (0.978, 0.966),
    0.999: (0.9978, 0.996),
}
beta2, table = list(known), np.array(list(known.values()))
exact = np.array([theory.adam_coefficients(b) for b in beta2])
drawn = [
    theory.adam_coefficients_sampled(b, experiment.rng("drawn", beta2=b), steps=steps, blocks=50) for b in beta2[1:]
]
sampled, error = (np.array([pair[part] for pair in drawn]) for part in (0, 1))

# %%
grid = 1 - np.sort(np.concatenate([np.geomspace(1e-4, 0.5, 25), 1 - np.linspace(0, 0.7, 25) ** 2]))
columns = {"phi": 0, "c": 1}
lines = {"memory": 1 - grid, **{n: [theory.adam_coefficients(b)[j] for b in grid] for n, j in columns.items()}}
points = {"memory": 1 - np.array(beta2[1:]), **{n: sampled[:, j] for n, j in columns.items()}}
points |= {f"{n}_error": error[:, j] for n, j in columns.items()}
frames = [pd.DataFrame(lines).assign(phi_error=0.0, c_error=0.0, kind="quadrature"), pd.DataFrame(points)]
frames[1]["kind"] = "Monte Carlo"
experiment.figure("coefficients", pd.concat(frames), draw=figures.coefficients)

# %%
claim = experiment.claim("adam-interpolates")
for name, j in columns.items():
    shifted = np.abs(exact[2:, j] / table[1:-1, j] - 1)
    claim.exact(
        f"largest relative deviation of {name}_A from the table",
        np.abs(exact[:, j] / table[:, j] - 1).max(),
        (None, 0.005),
        origin="0.5 %, the accuracy of the table",
        controls={"the entry for the next beta2": list(shifted)},
    )
claim.consistent(
    "coefficients by quadrature against Monte Carlo, four beta2",
    sampled,
    exact[1:],
    error,
    origin="standard errors",
    controls={"phi_A of signSGD": dict(predicted=np.where([True, False], 2 / np.pi, exact[1:]))},
)
level = exact[:, 1] / exact[:, 0] ** 2
claim.exact(
    "largest change of c_A / phi_A^2 from one beta2 to the next",
    np.diff(level).max(),
    (None, 0),
    null=0,
    origin="decreasing",
    controls={
        "phi_A of signSGD": np.diff(exact[:, 1] / exact[0, 0] ** 2).max(),
        "phi_A itself, which grows": np.diff(exact[:, 0]).min(),
    },
)
for value, which, limit, accept in (
    (level[0], "0", np.pi**2 / 4, (1 - 1e-9, 1 + 1e-9)),
    (level[-1], "0.999", 1.0, (1, 1.01)),
):
    claim.exact(
        f"c_A / phi_A^2 at beta2 = {which}, over its limit",
        value / limit,
        accept,
        origin="pi^2 / 4 at beta2 = 0; 1 as beta2 -> 1, to one per cent",
        controls={"at beta2 = 0.5": level[1] / limit},
    )
experiment.finish()

# %% [markdown]
# A short memory already removes most of the excess noise of the sign: half of it is gone at $\beta_2 = 0.5$.
