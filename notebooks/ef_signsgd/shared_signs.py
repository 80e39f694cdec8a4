# %% [markdown]
# # Losses whose gradients share their signs
#
# The paper's Theorem I (recalled): for $f(x) = \frac1n\sum_i \langle a_i, x\rangle^2$ whose $a_i$ all have the signs
# $\pm s$, (scaled) signSGD with batch 1 stays on the line $x_0 + \mathrm{span}(s)$, so it misses the minimum for almost
# every start. Random instances: 20 dimensions, five forms $a_i = \pm b_i \circ s$ with $b_i$ uniform in $(0.5, 1.5)$,
# a normal start; the minimum is 0. Signs take steps $0.05/\sqrt t$, SGD and error feedback $\gamma = 0.02$.

# %% tags=["parameters"]
steps = 20_000
draws = 4

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.ef_signsgd import figures, measures, problems, theory

experiment = Experiment("ef_signsgd", "shared_signs")
forms = problems.random_forms(experiment.rng("figure"))
best = theory.smallest_on_line(forms.rows, forms.start)
shown = np.unique(np.geomspace(1, steps, 60).round())
curves = []
for name in ("sign", "scaled sign", "SGD", "EF, scaled sign"):
    run = measures.smooth_run(forms, name, steps, experiment.rng("figure, batches", method=name), shown)
    floored = np.maximum(run.losses, 1e-12)
    curves.append(pd.DataFrame({"method": name, "t": shown, "value": floored, "best_on_line": best}))
experiment.figure("shared_signs", pd.concat(curves), draw=figures.shared_signs)

# %% [markdown]
# ## Checks
# The theorem is exact: no run of sign or scaled sign leaves the line. One entry with the other sign in one of the forms
# and the sign leaves it.

# %%
found = measures.shared_runs(experiment.rng, steps, draws)
plain = found[found.slip == ""]
signs, repaired = (plain[plain.method.isin(names)] for names in (["sign", "scaled sign"], ["SGD", "EF, scaled sign"]))
claim = experiment.claim("general-span-stuck")
claim.exact(
    f"distance from x0 + span(s), largest of {2 * draws} runs of sign and scaled sign",
    signs.off_line.max(),
    (None, 1e-9),
    origin="rounding",
    controls={slip: list(part.off_line) for slip, part in found[found.slip != ""].groupby("slip")},
)
claim.exact(
    f"smallest f over the smallest value on that line, smallest of {2 * draws} runs",
    signs.over_line.min(),
    (1 - 1e-9, None),
    origin="Theorem I, rounding",
    controls={"error feedback": list(plain[plain.method == "EF, scaled sign"].over_line)},
)
claim.exact(
    f"last f of SGD and error feedback, largest of {2 * draws} runs",
    repaired["last"].max(),
    (None, 1e-20),
    origin="0 up to rounding",
    controls={"no feedback": list(signs["last"])},
)

# %% [markdown]
# No step size helps here: the sign methods come to the best point of one line and stop. Error feedback adds up what the
# signs lose, leaves the line and reaches the minimum, as SGD does. All of this is at batch 1: the sign of a sum of such
# gradients is another one.

# %%
experiment.finish()
