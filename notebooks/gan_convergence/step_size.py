# %% [markdown]
# # The largest step
#
# With gradient penalty $\gamma$ simultaneous steps converge locally for $h <
# \min_i(-2\mathrm{Re}\lambda_i/|\lambda_i|^2)$: $4\gamma$ while the eigenvalues are complex. Alternating steps have
# multipliers of product $1 - h\gamma$ and sum $2 - h^2/4 - h\gamma$, and converge for $h < 4(\sqrt{1+\gamma^2} -
# \gamma)$.

# %% tags=["parameters"]
penalties = [0.1, 0.3, 0.6, 0.9, 1.2, 2, 3]
steps = 4000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gan_convergence import figures, simulation, theory

experiment = Experiment("gan_convergence", "step_size")
START = 1e-4 * np.array([1.0, 0.7])


def measured(scheme, penalty):
    def converges(lr):
        end = simulation.dirac_run([START], lr, steps, scheme=scheme, penalty=penalty, every=steps)[-1]
        return bool(np.square(end).sum() < np.square(START).sum())

    limit = float(theory.largest_step(scheme, penalty))
    return simulation.bisected_step(converges, 0.2 * limit, 4 * limit)


# %%
rows = [(scheme, p, measured(scheme, p)) for scheme in ("simultaneous", "alternating") for p in penalties]
frame = pd.DataFrame(rows, columns=["scheme", "penalty", "measured"])
frame["predicted"] = [float(theory.largest_step(row.scheme, row.penalty)) for row in frame.itertuples()]
experiment.figure("largest_step", frame, draw=figures.largest_step)

# %% [markdown]
# The rates by formula over both, and where bisection found their sign to change.

# %%
axes = np.meshgrid(np.geomspace(0.05, 4, 24), np.geomspace(0.1, 8, 28), indexing="ij")
penalty, lr = (axis.ravel() for axis in axes)
rates = {
    "simultaneous": theory.simultaneous_rate("gradient_penalty", penalty, lr),
    "alternating": np.log(np.abs(theory.alternating_multipliers(lr, penalty)).max(-1)),
}
grids = [
    pd.DataFrame({"scheme": scheme, "kind": "rate", "penalty": penalty, "lr": lr, "value": np.clip(rate, -1, 1)})
    for scheme, rate in rates.items()
]
found = frame[["scheme", "penalty"]].assign(kind="bisection", lr=frame.measured, value=0.0)
experiment.figure("rate_map", pd.concat([*grids, found]).round(4), draw=figures.rate_map)

# %% [markdown]
# ## Check

# %%
sim, alt = (frame[frame.scheme == scheme] for scheme in ("simultaneous", "alternating"))
real, complex_ = sim[sim.penalty > 1], sim[sim.penalty < 1]
modulus = np.abs(theory.eigenvalues("gradient_penalty", complex_.penalty))[:, 0]
experiment.claim("max-step-size").exact(
    "largest relative error of the largest step",
    (frame.measured / frame.predicted - 1).abs().max(),
    (None, 1e-3),
    origin="a run of thousands of steps tells a multiplier from 1 by about its inverse length",
    controls={
        "4 gamma where the eigenvalues are real": list((real.measured / (4 * real.penalty) - 1).abs()),
        "2 / |lambda| where they are complex": list((complex_.measured / (2 / modulus) - 1).abs()),
        "simultaneous formula for alternating steps": list(
            (alt.measured / theory.largest_step("simultaneous", alt.penalty) - 1).abs()
        ),
    },
)

# %% [markdown]
# Alternating steps allow larger steps where the penalty is small, simultaneous ones where it is large: the curves cross
# near the critical penalty. The bisection trusts that a run that shrinks once goes on shrinking, which holds from
# $10^{-4}$, where the field is linear.

# %%
experiment.finish()
