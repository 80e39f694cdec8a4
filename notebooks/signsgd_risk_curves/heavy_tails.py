# %% [markdown]
# # Noise without variance
#
# signSGD only sees the sign of a residual, so Cauchy noise of scale $\gamma$ leaves it a drift, $\varphi(R) =
# \frac2\pi\,\mathrm{erfcx}(\gamma/2\sqrt R)$, and the risk equation holds as it stands. SGD multiplies the residual
# into its step: one large error throws it out, and no learning rate helps.

# %% tags=["parameters"]
d = 300
T = 10
rates = [0.1, 0.5]
runs = 1200
runs_sgd = 400

# %%
import numpy as np
import pandas as pd

from optclaims import statistics
from optclaims.science import streaming
from optclaims.experiment import Experiment
from optclaims.papers.signsgd_risk_curves import figures, problems, simulation, theory

experiment = Experiment("signsgd_risk_curves", "heavy_tails")

# %%
scale, ones, features = 0.5, np.ones(d), streaming.diagonal(np.ones(d))
times, delta = np.linspace(0, T, 41), problems.flat_start(d)
plain = scale / 0.6745  # Gaussian noise with the quartiles of the Cauchy law
laws = {
    "Cauchy": (theory.Cauchy(scale), simulation.cauchy(scale)),
    "t(3)": (theory.StudentT(3, scale), simulation.student_t(3, scale)),
    "Gaussian, same quartiles": (theory.Gaussian(plain), simulation.gaussian(plain)),
}


def simulated(law, method, rate):  # Cauchy noise is judged, the others are there to compare
    n = {"sign": runs, "sgd": runs_sgd}[method] if law == "Cauchy" else runs_sgd // 4
    rng = experiment.rng("runs", law=law, method=method, rate=rate)
    return simulation.risk_curves(features, delta, laws[law][1], rate, method, times, n, rng)


curves = {
    (law, method, rate): simulated(law, method, rate) for law in laws for method in ("sign", "sgd") for rate in rates
}
odes = {(law, rate): theory.signsgd_risk(ones, delta, laws[law][0], rate, times) for law in laws for rate in rates}
table = [
    figures.curve_table(
        c, odes[law, rate] if m == "sign" else np.median(c, axis=0), times, law=law, method=m, rate=rate
    )
    for (law, m, rate), c in curves.items()
]
experiment.figure("heavy_tails", pd.concat(table), draw=figures.heavy_tails)

# %% [markdown]
# ## signSGD follows its equation, SGD does not come back

# %%
claim = experiment.claim("heavy-tail-robustness")
for rate in rates:
    end = curves["Cauchy", "sign", rate][:, -1]
    wrong = odes["Gaussian, same quartiles", rate][-1]
    claim.within(
        f"mean end risk of signSGD over its curve, rate {rate:g}",
        statistics.mean(end) / odes["Cauchy", rate][-1],
        (0.96, 1.04),
        origin="4 % of the risk, stated before running",
        controls={
            "the curve for Gaussian noise of the same quartiles": statistics.mean(end) / wrong,
            "the curve without 2/pi": statistics.mean(end)
            / theory.signsgd_risk(ones, delta, laws["Cauchy"][0], np.pi / 2 * rate, times)[-1],
        },
    )
    spread = statistics.bootstrap(lambda x: x.std() / x.mean(), end, rng=experiment.rng("spread", rate=rate))
    sgd = {law: np.log10(curves[law, "sgd", rate][:, -1] / 0.5) for law in laws}
    thrown = statistics.bootstrap(
        lambda x: x.std() / x.mean(), curves["Cauchy", "sgd", rate][:, -1], rng=experiment.rng("thrown", rate=rate)
    )
    claim.within(
        f"relative standard deviation of the end risk of signSGD, rate {rate:g}",
        spread,
        (None, 0.10),
        origin="a tenth, stated before running",
        controls={"SGD": thrown},
    )
    middle = {law: statistics.median(x) for law, x in sgd.items() if law != "t(3)"}
    claim.within(
        f"log10 of the median end risk of SGD over its start, rate {rate:g}",
        middle["Cauchy"],
        (1, None),
        origin="more than tenfold",
        controls={"Gaussian noise of the same quartiles": middle["Gaussian, same quartiles"]},
    )
experiment.finish()

# %% [markdown]
# Under noise of infinite variance signSGD is as predictable as under Gaussian noise, and SGD ends far above its start
# at every learning rate that was tried.
