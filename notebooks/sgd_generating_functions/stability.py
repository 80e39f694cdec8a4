# %% [markdown]
# # The stability boundary
# SGD with momentum converges if and only if $\tilde U(1) < 1$, where with $a = \alpha/(1-\beta)$, $f =
# (1-\beta)/(1+\beta)$ $$\tilde U(1) = \gamma \tau_1 a \sum_k \frac{\lambda_k}{2 + a \lambda_k (\tau_2 \gamma - f)}$$
# (and $\alpha \lambda_{max} < 2(1+\beta)$, the limit without noise). Beyond it the loss grows like $z_*^{-t}$, $z_*
# \tilde U(z_*) = 1$. The boundary lies below two simple lines: $2(1+\beta)/\lambda_{max}$ and $a =
# 2/(\gamma\lambda_{crit})$, the effective learning rate that no momentum can exceed.
# %% tags=["parameters"]
MODES = 10_000
STEPS = 4000
SCAN = 60
# %%
import numpy as np
import pandas as pd

from optclaims.science import moments
from optclaims.experiment import Experiment
from optclaims.papers.sgd_generating_functions.figures import curves
from optclaims.papers.sgd_generating_functions.theory import spectra, stability

experiment = Experiment("sgd_generating_functions", "stability")
spectrum = spectra.power_law(1.5, 1.0, MODES)
# %% [markdown]
# ## Three per cent on either side
# %%
beta, gamma = (axis.ravel() for axis in np.meshgrid([-0.6, 0.0, 0.5, 0.9], [1.0, 0.1]))
critical = np.array([stability.critical_lr(spectrum, b, g) for b, g in zip(beta, gamma, strict=True)])
late = np.array([STEPS // 2, 3 * STEPS // 4, STEPS])


def late_losses(lr):
    return moments.losses(times=late, **spectrum.arrays, lr=lr, momentum=beta, gamma=gamma).clip(max=1e200)


inside, outside = late_losses(0.97 * critical), late_losses(1.03 * critical)
naive = late_losses(0.97 * stability.gradient_limit(spectrum, beta))
twice = np.array([stability.critical_lr(spectrum, b, min(2 * g, 1)) for b, g in zip(beta, gamma, strict=True)])
doubled = late_losses(1.03 * twice)
tested = np.append(0.97 * critical, 1.03 * critical)
grows = np.append(inside[:, 2] > inside[:, 0], outside[:, 2] > outside[:, 0])
limit = np.tile(stability.gradient_limit(spectrum, beta), 2)
boundary = experiment.claim("stability-boundary")
boundary.exact(
    "settings of 16 (3 % inside or outside) where growth or decay differs from the criterion",
    np.sum(grows != (tested > np.tile(critical, 2))),
    (None, 0),
    origin="the criterion is an equivalence",
    controls={"criterion alpha < 2 (1 + beta)": np.sum(grows != (tested > limit))},
)
boundary.exact(
    "largest L(T) / L(T/2) three per cent inside",
    (inside[:, 2] / inside[:, 0]).max(),
    (None, 0.9),
    origin="a loss that still decays as T^-zeta, zeta = 2/3, falls to 0.63; 0.9 leaves room for the nearby boundary",
    controls={"three per cent inside 2 (1 + beta)": (naive[:, 2] / naive[:, 0]).max()},
)
boundary.exact(
    "smallest L(T) / L(T/2) three per cent outside",
    (outside[:, 2] / outside[:, 0]).min(),
    (1, None),
    null=1,
    origin="growth",
    controls={
        "boundary of twice the noise (where gamma is 0.1)": (doubled[gamma < 1, 2] / doubled[gamma < 1, 0]).min()
    },
)
# %%
within = 1.03 * critical < stability.gradient_limit(spectrum, beta)  # where a single mode still converges


def rates(tau2):
    settings = zip(1.03 * critical[within], beta[within], gamma[within], strict=True)
    return np.array([stability.growth_rate(spectrum, lr=a, momentum=b, gamma=g, tau2=tau2) for a, b, g in settings])


theory, other_noise = rates(1), rates(0)
resolved = theory * STEPS > 2
slope = (np.log(outside[:, 2] / outside[:, 1]) / (late[2] - late[1]))[within]
boundary.exact(
    f"largest relative error of the growth rate, {resolved.sum()} settings with rate T > 2",
    np.abs(slope[resolved] / theory[resolved] - 1).max(),
    (None, 0.02),
    origin="slower terms are e^-2 of the growing one or less",
    controls={"rate for tau2 = 0": list(np.abs(slope[resolved] / other_noise[resolved] - 1))},
)
# %% [markdown]
# ## The two lines
# %%
scan = np.linspace(-0.95, 0.95, SCAN)
noises = (1.0, 0.1)
alpha_c = np.array([[stability.critical_lr(spectrum, b, g) for b in scan] for g in noises])
noiseless = stability.gradient_limit(spectrum, scan)
crit, trace = stability.lambda_crit(spectrum), spectrum.trace()
effective = np.array([2 * (1 - scan) / (g * crit) for g in noises])
loose = np.array([2 * (1 - scan) / (g * trace) for g in noises])
lines = {
    "boundary": alpha_c,
    r"noiseless: $2 (1 + \beta)$": [noiseless] * 2,
    r"$2 (1 - \beta) / (\gamma \lambda_{crit})$": effective,
}
lines |= {
    "probe: decays": [0.97 * critical[:4], 0.97 * critical[4:]],
    "probe: grows": [1.03 * critical[:4], 1.03 * critical[4:]],
}
frames = [
    pd.DataFrame({"panel": rf"$\gamma = {g}$", "curve": c, "momentum": beta[:4] if "probe" in c else scan, "lr": v[i]})
    for i, g in enumerate(noises)
    for c, v in lines.items()
]
experiment.figure("boundary", pd.concat(frames), draw=curves.boundary)
asymptotes = experiment.claim("stability-asymptotes")
asymptotes.exact(
    "largest ratio of the boundary to either line",
    np.maximum(alpha_c / noiseless, alpha_c / effective).max(),
    (None, 1),
    origin="both lines are upper bounds",
    controls={"trace of H in place of lambda_crit": (alpha_c / loose).max()},
)
at = {b: stability.critical_lr(spectrum, b, 1.0) for b in (-0.9, 0.9)}
asymptotes.exact(
    "ratio to the line of lambda_crit at beta = 0.9, gamma = 1",
    at[0.9] / (2 * 0.1 / crit),
    (0.98, 1),
    origin="the line is reached as beta tends to 1; f = 1/19 is left",
    controls={
        "trace of H in place of lambda_crit": at[0.9] / (2 * 0.1 / trace),
        "at beta = -0.9": at[-0.9] / (2 * 1.9 / crit),
    },
)
slow = [b for b in (-0.9, -0.6, -0.3, 0.0)]
near, noisy = (np.array([stability.critical_lr(spectrum, b, gamma) for b in slow]) for gamma in (0.1, 1.0))
asymptotes.exact(
    "smallest ratio to 2 (1 + beta) at gamma = 0.1, beta <= 0",
    (near / stability.gradient_limit(spectrum, slow)).min(),
    (0.97, 1),
    origin="the line is reached as gamma or 1 + beta tends to 0",
    controls={"at gamma = 1": (noisy / stability.gradient_limit(spectrum, slow)).min()},
)
experiment.finish()
# %% [markdown]
# Without noise momentum close to 1 would allow any effective learning rate; with noise $\alpha/(1-\beta)$ is bounded by
# $2/(\gamma\lambda_{crit})$, whatever the momentum.
