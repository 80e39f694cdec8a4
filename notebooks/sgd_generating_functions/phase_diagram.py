# %% [markdown]
# # The phase diagram
# Two numbers of the problem decide how the loss behaves: $\zeta = \kappa/\nu$ (how fast the signal falls along the
# spectrum) and $1/\nu$ (how slowly the eigenvalues do). The lines are $1/\nu = 2 - \zeta$, 1 and 2. Learning rate,
# momentum and batch size do not move them. Every cell below $1/\nu = 1$ is a run of the recursion on $10^{12}$ modes;
# its number is the measured exponent.
# %% tags=["parameters"]
STEPS = 30_000
MODES = 1.0e12
NU = [1.25, 1.5, 2, 3]
ZETA = [0.25, 0.5, 1, 1.5, 2, 3]
LR = 0.1
GAMMA = 0.5
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves, maps
from optclaims.papers.sgd_generating_functions.theory import asymptotics, spectra

experiment = Experiment("sgd_generating_functions", "phase_diagram")
setting = {"lr": LR, "momentum": 0.0, "gamma": GAMMA}
problems = [spectra.power_law(nu, zeta * nu, MODES) for nu in NU for zeta in ZETA]
cells = pd.DataFrame(
    [{"zeta": s.law.zeta, "inverse_nu": 1 / s.law.nu, "phase": asymptotics.phase(s.law)} for s in problems]
)
window = np.array([STEPS // 10, STEPS])
ends = np.array([moments.losses(times=window, **s.arrays, **setting) for s in problems])
cells["slope"] = np.log(ends[:, 0] / ends[:, 1]) / np.log(10)
cells["law"] = np.where(cells["phase"] == "signal", cells["zeta"], 2 - cells["inverse_nu"])
cells["two_laws"] = [asymptotics.local_slope(s, *window, **setting) for s in problems]
experiment.figure("phases", cells, draw=maps.phases)
# %% [markdown]
# Cells with $\zeta$ at least 1 above the line are deep in the noise phase; nearer to it the exponent converges too
# slowly to be seen, and the slope is compared with that of the sum of both laws. On the signal side the same holds
# within 0.1 of the line.
# %%
above = cells["zeta"] - (2 - cells["inverse_nu"])
signal, deep = cells[cells["phase"] == "signal"], cells[above >= 1 - 1e-9]
near = cells[(above > 0) & (above < 1 - 1e-9)]
claim = experiment.claim("phase-diagram")
claim.exact(
    f"largest distance of the slope from zeta, {len(signal)} signal cells",
    np.abs(signal["slope"] - signal["zeta"]).max(),
    (None, 0.02),
    origin="correction from the noise law",
    controls={"slope 2 - 1/nu": np.abs(signal["slope"] - (2 - signal["inverse_nu"])).min()},
)
claim.exact(
    f"largest distance of the slope from 2 - 1/nu, {len(deep)} deep noise cells",
    np.abs(deep["slope"] - deep["law"]).max(),
    (None, 0.05),
    origin="correction from the signal law, which is a decade and more below",
    controls={"slope zeta": np.abs(deep["slope"] - deep["zeta"]).min()},
)
claim.exact(
    f"largest distance of the slope from that of both laws, {len(near)} noise cells near the line",
    np.abs(near["slope"] - near["two_laws"]).max(),
    (None, 0.01),
    origin="corrections to the sum of both laws",
    controls={"2 - 1/nu, the limit": np.abs(near["slope"] - near["law"]).min()},
)
# %% [markdown]
# ## One problem of each phase
# %%
examples = {
    "signal": (1.5, 0.75),
    "noise": (1.5, 3.0),
    "eventual divergence": (0.75, 0.5),
    "immediate divergence": (0.45, 0.5),
}
times = np.unique(np.geomspace(1, STEPS, 80).round().astype(int))
motion = {"lr": 0.05, "momentum": 0.3, "gamma": 1.0}


def example(name, modes):
    spectrum = spectra.power_law(*examples[name], modes)
    loss = moments.losses(times=times, **spectrum.arrays, **motion)
    shown = loss < 1e3 * spectrum.signal()
    return pd.DataFrame({"panel": name, "curve": f"N = {modes:.0e}", "kind": "recursion", "t": times, "loss": loss})[
        shown
    ]


sizes = [
    ("signal", 1e12),
    ("noise", 1e12),
    ("eventual divergence", 1e40),
    ("immediate divergence", 1e4),
    ("immediate divergence", 1e6),
]
experiment.figure("phase_losses", pd.concat(example(*size) for size in sizes).assign(stderr=0.0), draw=curves.losses)
experiment.finish()
# %% [markdown]
# The measured exponents follow $\zeta$ left of the line and saturate at $2 - 1/\nu$ right of it: a smoother target does
# not help any more, because the loss consists of noise that earlier steps left in slow modes.
