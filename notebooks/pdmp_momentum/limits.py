# %% [markdown]
# # Two limits: no subsampling, no momentum
#
# The process $\dot q = v$, $m\dot v = -\alpha v - \nabla\Phi_{i(t)}(q)$ (reconstructed from the abstract) has two
# parameters to lose. As the mean wait $\eta \to 0$ it becomes the dynamics with the full gradient, at a distance of
# order $\sqrt\eta$; as $m \to 0$ on the same index path it becomes $\alpha\dot q = -\nabla\Phi_{i(t)}(q)$, at a
# distance of order m. The orders are derived here, for quadratics also the distance itself.

# %% tags=["parameters"]
runs = 4000
coupled = 500

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.experiment import Experiment
from optclaims.papers.pdmp_momentum import figures, measures, theory
from optclaims.papers.pdmp_momentum.simulation import events
from optclaims.papers.pdmp_momentum.problems import CENTRES, VARIANCE, Setting, log_cosh_slope

experiment = Experiment("pdmp_momentum", "limits")
START, TIME, STEP = 1.5, 3.0, 0.02
waits = np.array([0.4, 0.1, 0.025, 0.00625])

# %% [markdown]
# ## Short waits
# Mean square of $q(3)$ minus the full-gradient dynamics, $m = \alpha = a = 1$: exact flow on quadratics, Runge-Kutta
# steps of at most 0.02 on $\Phi_i = \log\cosh(2(x - b_i))/2$. On quadratics the exact value is that of the moment
# equations from 0.


# %%
def mean_slope(q, centre):
    return np.mean([log_cosh_slope(q, b) for b in CENTRES], axis=0)


def squares(problem, wait, **options):
    rng = experiment.rng("short waits", problem=problem, wait=wait, **options)
    setting, start = Setting(1.0, 1.0, 1.0, wait), np.full(runs, START)
    slope = events.integrated(log_cosh_slope, lambda t: 1.0, 1.0)
    flow, longest = (events.harmonic(setting), np.inf) if problem == "quadratic" else (slope, STEP)
    jump = events.sojourns(wait)
    q = events.switched(flow, jump, CENTRES, start, [TIME], rng, longest=longest, **options)[0, 0]
    return (q - targets[problem]) ** 2


whole = events.integrated(mean_slope, lambda t: 1.0, 1.0)
one = events.switched(
    whole, events.sojourns(9.0), [0.0, 0.0], [START], [TIME], experiment.rng("full gradient"), longest=STEP
)
targets = {
    "quadratic": theory.full_gradient_path(Setting(1.0, 1.0, 1.0, 1.0), START, [TIME])[0],
    "log-cosh": one[0, 0, 0],
}
found = {problem: np.stack([squares(problem, wait) for wait in waits]) for problem in targets}
frozen = {problem: np.stack([squares(problem, wait, index="frozen") for wait in waits[1:]]) for problem in targets}
exact = np.array(
    [theory.moment_path(lambda t: 1.0, lambda t, w=w: w, 1.0, 1.0, VARIANCE, 0.0, [TIME])[0] for w in waits]
)
rows = [
    pd.DataFrame({"problem": p, "kind": "simulated", "wait": waits, "rms": np.sqrt(s.mean(1))})
    for p, s in found.items()
]
rows.append(pd.DataFrame({"problem": "quadratic", "kind": "exact", "wait": waits, "rms": np.sqrt(exact)}))
experiment.figure("no_subsampling", pd.concat(rows), draw=figures.no_subsampling)

claim = experiment.claim("subsampling-to-no-subsampling")
claim.consistent(
    "quadratic: mean square distance at four mean waits",
    found["quadratic"].mean(axis=1),
    exact,
    statistics.stderr(found["quadratic"], axis=1),
    controls={
        "present index excluded": {"measured": [squares("quadratic", w, index="others").mean() for w in waits]},
        "fixed waits": {"measured": [squares("quadratic", w, waits="fixed").mean() for w in waits]},
    },
)
for problem in targets:
    claim.within(
        f"{problem}: slope of the RMS distance against the mean wait, eta up to 0.1",
        measures.rms_slope(waits[1:], found[problem][1:]),
        (0.465, 0.535),
        origin="order 1/2 of the theory, three half-widths of a pilot with 4000 paths",
        controls={"index frozen at the first": measures.rms_slope(waits[1:], frozen[problem])},
    )

# %% [markdown]
# ## Small mass
# The largest distance on $[0, 4]$ from the process without mass on the same index path, from rest at 1, $\alpha = 2$,
# $a = 1$, $\eta = 0.3$; looked at every 0.01 at least.

# %%
ALPHA, WAIT, LOOK = 2.0, 0.3, 0.01
masses = 0.4 / 2.0 ** np.arange(7)
arms = {
    "from rest": {},
    "initial velocity $m^{-1/2}$": {"velocity": masses**-0.5},
    "friction left out of the limit": {"limit": events.harmonic(Setting(0.0, 1.0, 1.0, WAIT))},
}
flows = [events.harmonic(Setting(mass, ALPHA, 1.0, WAIT)) for mass in masses]
limit, jump = events.harmonic(Setting(0.0, ALPHA, 1.0, WAIT)), events.sojourns(WAIT)
gaps = {
    arm: events.largest_gap(
        flows, options.pop("limit", limit), jump, CENTRES, np.ones(coupled), 4.0, experiment.rng("coupled", arm=arm),
        longest=LOOK, **options,
    )
    for arm, options in arms.items()
}  # fmt: skip
rows = [
    pd.DataFrame({"arm": arm, "mass": masses, "gap": gap.mean(1), "stderr": statistics.stderr(gap, 1)})
    for arm, gap in gaps.items()
]
experiment.figure("no_momentum", pd.concat(rows), draw=figures.no_momentum)

claim = experiment.claim("momentum-to-no-momentum")
for i in (4, 5):
    claim.within(
        f"order of the mean largest distance between the masses {masses[i]:g} and {masses[i + 1]:g}",
        measures.order(*gaps["from rest"][[i, i + 1]]),
        (0.9, 1.05),
        origin="order 1 of the theory, approached from below",
        controls={
            "masses sixteen times as large": measures.order(*gaps["from rest"][[i - 4, i - 3]]),
            **{arm: measures.order(*gaps[arm][[i, i + 1]]) for arm in arms if arm != "from rest"},
        },
    )

# %% [markdown]
# Both limits are approached at the orders of the theory, and only asymptotically: at $\eta = 0.4$ and at masses above
# 0.05 the local orders are lower. A velocity of thermal size at the start, $m^{-1/2}$, makes the limit of order
# $\sqrt m$: the layer at the start is part of the claim.

# %%
experiment.finish()
