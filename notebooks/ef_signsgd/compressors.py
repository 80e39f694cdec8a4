# %% [markdown]
# # What the scaled sign keeps
#
# A $\delta$-compressor has $\lVert C(v)-v\rVert^2 \le (1-\delta)\lVert v\rVert^2$. The scaled sign
# $C(v) = \frac{\lVert v\rVert_1}{d}\,\mathrm{sign}(v)$ has this with equality:
# $$\lVert C(v)-v\rVert^2 = \bigl(1 - \phi(v)(2-\rho)\bigr)\lVert v\rVert^2,\qquad
#   \phi(v) = \frac{\lVert v\rVert_1^2}{d\,\lVert v\rVert_2^2},$$
# where $\rho$ is the share of entries that are not 0 ($\rho = 1$: the paper's identity). For normal vectors
# $E\phi = \frac2\pi + (1-\frac2\pi)\frac1d$ exactly.

# %% tags=["parameters"]
count = 2000
d = 1000

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.ef_signsgd import figures, problems, theory
from optclaims.science.optimizers.compressors import ScaledSign

experiment = Experiment("ef_signsgd", "compressors")
vectors = {law: problems.vectors(experiment.rng("vectors", law=law), law, count, d) for law in problems.LAWS}
compress = ScaledSign()


def l2_sign(v, t):  # the wrong scale
    return np.sqrt((v**2).mean(axis=-1, keepdims=True)) * np.sign(v)


def off(law, scheme=compress, sparse=True):  # largest difference from the identity, relative to |v|^2
    v = vectors[law]
    error = ((scheme(v, 1) - v) ** 2).sum(axis=-1) / (v**2).sum(axis=-1)
    return float(np.abs(error - theory.sign_error(v, sparse)).max())


rows = [pd.DataFrame({"law": law, "phi": np.sort(theory.density(v))[:: count // 40]}) for law, v in vectors.items()]
experiment.figure("densities", pd.concat(rows), draw=figures.densities)

# %% [markdown]
# ## Checks

# %%
dense, sparse = problems.LAWS[:-1], problems.LAWS[-1]
claim = experiment.claim("compressor-identity")
claim.exact(
    "largest error of the identity, dense laws",
    max(off(law) for law in dense),
    (None, 1e-12),
    origin="rounding",
    controls={"scale |v|_2 / sqrt(d)": [off(law, l2_sign) for law in dense]},
)
claim.exact(
    "largest error of the identity, one entry in ten not 0",
    off(sparse),
    (None, 1e-12),
    origin="rounding",
    controls={"share of zeros left out": off(sparse, sparse=False), "scale |v|_2 / sqrt(d)": off(sparse, l2_sign)},
)
phi = theory.density(vectors["Gaussian"])
claim.consistent(
    "mean phi of normal vectors",
    phi.mean(),
    theory.gaussian_density(d),
    float(statistics.stderr(phi)),
    dof=count - 1,
    controls={"2 / pi at d / 10": {"predicted": theory.gaussian_density(d // 10)}},
)

# %% [markdown]
# The scaled sign always keeps the share $\phi$ of the squared norm, and $\phi$ is far above its least value $1/d$ for
# any law here. With zeros among the entries, as in sparse data, the identity needs their share; the inequality
# with $\delta = \phi$ holds all the same.

# %%
experiment.finish()
