# %% [markdown]
# # Adam linearised at a minimum
#
# At a minimum with Hessian $H$ the second moment is $v = 0$, so Adam's preconditioner is $\epsilon^{-1/2}$ times the
# identity and the step of $(m, v, w)$ has the eigenvalue $\beta_2$, once for each coordinate, and for each eigenvalue
# $\mu$ of $H$ the roots of
# $$\lambda^2 - \bigl(1 + \beta_1 - a\mu(1-\beta_1)\bigr)\lambda + \beta_1 = 0, \qquad a = \alpha/\sqrt\epsilon .$$
# A small $w$ feels $v$ at second order only: it shrinks by the larger root modulus a step, and $\beta_2$, though often
# the largest eigenvalue of all, does not slow it down.

# %% tags=["parameters"]
settings = 50
dimension = 5
spacings = [0.1, 0.5, 0.8]  # learning rates over the critical one

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.adam_local_stability import figures, measures, problems, simulation, theory

experiment = Experiment("adam_local_stability", "linearisation")
rng = experiment.rng("settings")

# %% [markdown]
# ## The spectrum
# Random curvatures in $[0.1, 10]$ in a random basis, learning rates from 0.2 to 1.8 times the critical one. The step
# itself is differentiated by central differences with step $10^{-7}\sqrt\epsilon$; computed and predicted eigenvalues
# are matched one to one.

# %%
spectra, errors = [], {"formula": [], "1 - beta1 forgotten": [], "alpha/eps": [], "sqrt(beta2) for beta2": []}
for number in range(settings):
    s = problems.random_setting(rng, dimension)
    measured = np.linalg.eigvals(simulation.step_jacobian(s.hessian, lr=s.lr, beta1=s.beta1, beta2=s.beta2, eps=s.eps))
    predictions = {
        "formula": theory.jacobian_spectrum(s.lr, s.beta1, s.beta2, s.eps, s.curvatures),
        "1 - beta1 forgotten": theory.jacobian_spectrum(s.lr / (1 - s.beta1), s.beta1, s.beta2, s.eps, s.curvatures),
        "alpha/eps": theory.jacobian_spectrum(s.lr, s.beta1, s.beta2, s.eps**2, s.curvatures),
        "sqrt(beta2) for beta2": theory.jacobian_spectrum(s.lr, s.beta1, s.beta2**0.5, s.eps, s.curvatures),
    }
    matched = {label: measures.matched(measured, values) for label, values in predictions.items()}
    for label, values in matched.items():
        errors[label].append(np.abs(measured - values).max())
    if number < 3:
        parts = {"measured_re": measured.real, "measured_im": measured.imag}
        parts |= {"predicted_re": matched["formula"].real, "predicted_im": matched["formula"].imag}
        spectra.append(pd.DataFrame({"setting": number + 1, "beta1": s.beta1, "beta2": s.beta2, **parts}))
experiment.figure("spectra", pd.concat(spectra), draw=figures.spectra)

# %% [markdown]
# ## The rate
# From $w_0 = 10^{-6}$. Where the roots are complex, $w_t^2 - w_{t+1}w_{t-1}$ shrinks by exactly the product of the
# roots a step, which spares the fit of an envelope; where they are real, $|w_t|$ itself is fitted late, at a small part
# of the critical rate ($\beta_1 = 0.5$).

# %%
cells = [(b1, part, b2) for b1 in (0.5, 0.9, 0.95) for part in spacings for b2 in (0.9, 0.999)]
cells += [(0.5, part, b2) for part in (0.002, 0.01) for b2 in (0.9, 0.999)]
rates = pd.DataFrame(cells, columns=["beta1", "part", "beta2"])
rates["lr"] = rates.part * theory.critical_lr(rates.beta1, 1e-4, 1.0)
runs = [
    simulation.path((0, 0, 1e-6), 2600, curvature=1.0, lr=row.lr, beta1=row.beta1, beta2=row.beta2, eps=1e-4)
    for row in rates.itertuples()
]
rates["real"] = np.isreal(theory.roots(rates.lr, rates.beta1, 1e-4, 1.0)[:, 0])
late = measures.late_rate
rates["measured"] = [late(w) if real else measures.pair_rate(w) for w, real in zip(runs, rates.real, strict=True)]
rates["predicted"] = theory.root_modulus(rates.lr, rates.beta1, 1e-4, 1.0)
experiment.figure("rates", rates, draw=figures.rates)

# %% [markdown]
# ## Checks

# %%
origin = "rounding; a nearly double root keeps half of the digits"
controls = {label: values for label, values in errors.items() if label != "formula"}
experiment.claim("jacobian-eigenvalues").exact(
    "largest distance of a computed eigenvalue from its formula",
    max(errors["formula"]),
    (None, 1e-6),
    origin=origin,
    controls=controls,
)
slow, real = rates[rates.beta2 == 0.999], rates[rates.real]
claim = experiment.claim("linear-rate")
claim.exact(
    "largest error of the predicted rate",
    (rates.measured - rates.predicted).abs().max(),
    (None, 1e-9),
    origin="v enters at second order: w^2/eps = 1e-8 at the start, less by the time of the fit",
    controls={
        "spectral radius with beta2 = 0.999": list((slow.measured - np.maximum(slow.predicted, 0.999)).abs()),
        "sqrt(beta1) where the roots are real": list((real.measured - real.beta1**0.5).abs()),
    },
)

# %% [markdown]
# The spectrum explains all of the local behaviour but for one thing: its radius is not the rate. At the default
# $\beta_2 = 0.999$ the radius is 0.999 at nearly every learning rate, which suggests a thousand steps to gain a factor
# $e$, while $w$ needs twenty. All of this is local: $w$ must be so small that $|\nabla f| \ll \sqrt\epsilon$.

# %%
experiment.finish()
