# %% [markdown]
# # Why the order of updates helps: independence
#
# The mechanism behind the paper's theorem. With independent draws $s_{t-1}$ does not know $g_t$, so the mean step of an
# asynchronous method is $-E[g]\,E[s^{-1/2}]$: it has the sign of the mean gradient's negative, as SGD's has. A
# synchronous root is large when the gradient is, and the rare large gradients count too little. Here $g = P$ with
# probability $1/P$, else $-1$, at three settings of $(P, \beta_1, \beta_2)$.

# %% tags=["parameters"]
steps = 4_000_000

# %%
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.acprop import figures, simulation, theory
from optclaims.papers.acprop.problems import METHODS, Method

experiment = Experiment("acprop", "independent")
SETTINGS = [(5, 0.9, 0.9), (10, 0.9, 0.9), (20, 0.9, 0.95)]
SLIPS = {m: Method("gradient", centred=METHODS[m].centred, delay=0) for m in ("AdaShift", "ACProp")}


def blocks(label, method, setting):
    rng = experiment.rng("draws", method=label, setting=list(setting))
    return simulation.independent(method, *setting, rng, steps=steps)


found = {(s, m): blocks(m, METHODS[m], s) for s in SETTINGS for m in METHODS}
slipped = {(s, m): blocks(f"{m}, same step", method, s) for s in SETTINGS for m, method in SLIPS.items()}
periodic = {(s, m): float(theory.drift(METHODS[m], "frequent", *s)) / s[0] for s in SETTINGS for m in METHODS}
rows = [
    {
        "setting": rf"$P = {P}$, $\beta = ({b1:g}, {b2:g})$",
        "method": m,
        "drift": means.displacement.mean(),
        "stderr": float(statistics.stderr(means.displacement)),
        "product": -means.inverse.mean() / P,
        "periodic": periodic[(P, b1, b2), m],
    }
    for ((P, b1, b2), m), means in found.items()
]
experiment.figure("independent", pd.DataFrame(rows), draw=figures.independent)

# %% [markdown]
# ## Checks
# The difference between the mean step and $-E[g]\,E[s^{-1/2}]$ is the mean of $-(g - E[g])/\sqrt s$, in 50 blocks of
# one long run each; AdaShift and ACProp at three settings are six comparisons. The wrong theory takes the
# drift per period for the mean step.


# %%
def gaps(of):
    values = [of[s, m].gap for s in SETTINGS for m in SLIPS]
    return {"measured": [v.mean() for v in values], "stderr": [float(statistics.stderr(v)) for v in values]}


cells = [(s, m) for s in SETTINGS for m in SLIPS]
claim = experiment.claim("iid-order-unbiased")
claim.consistent(
    "mean of -(g - E g) / root at six settings, against 0",
    **gaps(found),
    predicted=0.0,
    dof=49,
    controls={
        "root of the same step": gaps(slipped),
        "drift per period for the mean step": {
            "measured": [found[cell].displacement.mean() - periodic[cell] for cell in cells],
            "stderr": [float(statistics.stderr(found[cell].displacement)) for cell in cells],
        },
    },
)
for name in SLIPS:
    claim.within(
        f"mean step of {name}, largest of three settings",
        max((statistics.mean(found[s, name].displacement) for s in SETTINGS), key=lambda e: e.high),
        (None, 0),
        null=0,
        origin="the sign of -E[g]",
        controls={"root of the same step, P = 20": statistics.mean(slipped[SETTINGS[2], name].displacement)},
    )
for name in ("RMSprop", "Adam"):
    claim.within(
        f"mean step of {name} at P = 10 and 20, smaller of both",
        min((statistics.mean(found[s, name].displacement) for s in SETTINGS[1:]), key=lambda e: e.low),
        (0, None),
        null=0,
        origin="to the wrong side",
        controls={
            "gradient over the root of the step before": statistics.mean(found[SETTINGS[1], "AdaShift"].displacement)
        },
    )

# %% [markdown]
# With independent gradients the order of updates alone gives the right sign, which on the sparse periodic problem it
# does not. Adam at $(10, 0.9, 0.9)$ shows that the two kinds of gradients differ: its drift is negative when they are
# periodic and positive when they are drawn. The product of expectations needs $E[s^{-1/2}]$ to be finite; at
# $\beta_1 = 0.5$ the centred second moment comes so close to 0 that its mean cannot be measured.

# %%
experiment.finish()
