# %% [markdown]
# # Eigenvalues of nine training methods
#
# The Dirac-GAN has one generator parameter $\theta$ and one discriminator parameter $\psi$; its equilibrium is
# $(0, 0)$. Near it a training method does what the eigenvalues $\lambda$ of its field's derivative say: continuous
# training converges if their real parts are negative, simultaneous steps $h$ if all $|1 + h\lambda| < 1$. Without
# regularisation $\lambda = \pm i/2$: a rotation.

# %% tags=["parameters"]
points = 7  # strengths between nothing and twice the critical one

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.gan_convergence import figures, measures, problems, simulation, theory
from optclaims.papers.gan_convergence.simulation import differentiated

experiment = Experiment("gan_convergence", "eigenvalues")
LR, START, STEPS = 0.2, np.array([1e-4, 0.7e-4]), (500, 1000)

# %% [markdown]
# ## Nine methods
# Eigenvalues by formula and by automatic differentiation of what each player ascends; the rate of simultaneous steps of
# 0.2 by formula, $\log\max|1 + h\lambda|$, and fitted to runs from near the equilibrium, over rounds 500 to 1000.
# WGAN-GP has no derivative there; the clip of WGAN is not reached. At the critical penalty decay is $k\rho^k$, slower.

# %%
nine, runs = problems.nine_methods(), {}
for name, (family, strength, field, _) in nine.items():
    if family:
        path = simulation.simultaneous(field, START, LR, STEPS[1])
        generator = "non_saturating" if name == "NS R1" else "gan"
        values = np.linalg.eigvals(differentiated.jacobian(family, strength, generator=generator))
        row = measures.eigenvalue_row(theory.eigenvalues(family, strength), values)
        runs[name] = row | {
            "rate": float(theory.simultaneous_rate(family, strength, LR)),
            "fitted": measures.path_rate(path, *STEPS),
            "continuous": LR * row["re"],
        }
table = pd.DataFrame(runs).T.reindex(list(nine)).rename_axis("method").reset_index()
table["status"] = np.where(table.re.isna(), "no derivative at the equilibrium", "")
experiment.figure("nine_methods", table, draw=figures.nine_methods)
turning = table[table.im > 0]

# %% [markdown]
# ## Over the strength of the regularisation
# By formula, by differences of the field and by automatic differentiation.


# %%
def differences(family, strength, **mistake):
    field = problems.instance_noise(strength, **mistake) if mistake else problems.build(family, strength)
    return simulation.monodromy(lambda start: field(start)[None], 1e-5)


strengths = {"instance_noise": np.linspace(0, 2.5, points), "gradient_penalty": np.linspace(0, 3, points)}
strengths["consensus"] = strengths["gradient_penalty"]
cells = [(family, s) for family in theory.METHODS for s in strengths.get(family, [0.0])]
critical = {"gradient_penalty": theory.critical_penalty(), "instance_noise": theory.critical_variance() ** 0.5}
near = {family: critical.get(family, 1.0) * np.array([0.98, 0.996, 1.0, 1.004, 1.02]) for family in strengths}
fine = [(f, s) for f, tried in strengths.items() for s in np.sort([*np.linspace(0, tried[-1], 81), *near[f]])]
paths = [
    measures.eigenvalue_frame(fine, {"formula": theory.eigenvalues}),
    measures.eigenvalue_frame([cell for cell in cells if cell[0] in strengths], {"measured": differences}),
]
experiment.figure("eigenvalue_paths", pd.concat(paths), draw=figures.eigenvalue_paths)


def gaps(jacobian, formula=theory.eigenvalues, family=None, **mistake):
    kept = [(f, s) for f, s in cells if family is None or (f == family and s > 0)]
    return [measures.characteristic_gap(jacobian(f, s, **mistake), formula(f, s)) for f, s in kept]


claim = experiment.claim("dirac-eigenvalues")
for kind, jacobian, bound, origin in (
    ("differences", differences, 1e-8, "differences of width 1e-5: its square, and rounding over it"),
    ("automatic differentiation", differentiated.jacobian, 1e-12, "rounding"),
):
    twice = gaps(jacobian, lambda f, s: theory.eigenvalues(f, 2 * s), "gradient_penalty")
    one_sided = gaps(jacobian, family="instance_noise", fake_only=True)
    controls = {"penalty without its half": twice, "noise on the fake points only": one_sided}
    label = f"largest error of trace and determinant, by {kind}"
    claim.exact(label, max(gaps(jacobian)), (None, bound), origin=origin, controls=controls)
claim.exact(
    "largest error of the rate of the seven methods that turn, fitted to runs",
    (turning.fitted - turning.rate).abs().max(),
    (None, 1e-4),
    origin="what is left of the turning: a ripple of at most 0.3 in log r, of some 33 steps, over 500 steps",
    controls={"rate of continuous time, h Re lambda": list((turning.fitted - turning.continuous).abs())},
)

# %% [markdown]
# The consensus field against the numerical gradient of $\tfrac12\|v\|^2$ at random points: its linearisation would not
# notice a wrong factor in the term that is of third order.

# %%
at = experiment.rng("points").uniform(-2, 2, (100, 2))
subtracted = problems.gan()(at) - problems.consensus(1.0)(at)
gradient = simulation.energy_gradient(problems.gan(), at)
u = at.prod(-1, keepdims=True)
third = (at**2).sum(-1, keepdims=True) * problems.slope(u) ** 2 * (problems.slope(u) - 1) * at[:, ::-1]
half_missing = subtracted - 0.5 * third * np.array([0.0, 1.0])
claim.exact(
    "largest difference of the consensus field from v minus the numerical gradient",
    np.abs(subtracted - gradient).max(),
    (None, 1e-8),
    origin="differences of width 1e-5: its square, and rounding over it",
    controls={"half of the second term of the gradient": np.abs(half_missing - gradient).max()},
)

# %% [markdown]
# Eigenvalues first walk on a circle of radius $f'(0)$, meet on the real axis at the critical strength, and part again.
# Consensus optimisation never meets the axis. The linearisation says nothing of where the equilibrium's neighbourhood
# ends, and nothing about AltGD without penalty, whose multipliers lie on the unit circle.

# %%
experiment.finish()
