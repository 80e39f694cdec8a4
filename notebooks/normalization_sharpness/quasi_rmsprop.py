# %% [markdown]
# # Gradient descent with weight decay is RMSprop on the sphere
#
# With $v_t = (\eta_{in}/\tilde\eta_t)^2$, $\beta = (1-\epsilon)^4$ and $\eta_{in}^2 = (\beta^{-1} - 1)/2 \approx
# 2\epsilon$ the recursion of the effective rate reads
# $$v_{t+1} = \beta\Big(v_t + 2\eta_{in}^2 g_t^2 + \eta_{in}^4 g_t^4 / v_t\Big), \qquad g_t = \|\nabla L(\theta_t)\| .$$
# The last term is tiny: this is RMSprop with one scalar $v$, $\theta' = \Pi(\theta - \eta_{in} v^{-1/2}\nabla L)$ and
# $v' = \beta v + (1-\beta) g^2$, and $1 - \beta = C_b\,\eta_{in}^2$ with $C_b = 2$. For any $C_b$ the same balance
# predicts $$\frac{d\zeta}{dt} = -\eta_{in}^2\, \frac{\nabla_\Gamma\log\lambda_1}{4 +
# (2/C_b)\,\|\nabla_\Gamma\log\lambda_1\|^2} .$$

# %% tags=["parameters"]
a = 8.0
angle = 1.2
horizon = 2.5
rates = [0.05, 0.02, 0.01]
memory = [2.0, 0.5]
beyond = 8.0
steps = 1000

# %%
import numpy as np
import pandas as pd

from optclaims.experiment import Experiment
from optclaims.papers.normalization_sharpness import figures, measures, problems, simulation, theory

experiment = Experiment("normalization_sharpness", "quasi_rmsprop")

# %% [markdown]
# ## The exact recursion

# %%
eps, lr = 1e-3, 0.5
run = simulation.toy(problems.toy_start(angle, a, 0.1, lr=lr, eps=eps), a, lr=lr, wd=eps / lr, steps=steps)
beta, rate = theory.rms_decay(eps)
v = (rate / simulation.effective_rates(run, lr, eps)) ** 2
g2 = (simulation.toy_gradient(simulation.directions(run), a) ** 2).sum(axis=1)[:-1]
terms = [v[:-1], 2 * rate**2 * g2, rate**4 * g2**2 / v[:-1]]
mismatch = {k: np.abs(beta * sum(terms[:k]) / v[1:] - 1).max() for k in (3, 2)}

# %% [markdown]
# ## RMSprop against the flow, and against gradient descent with weight decay
#
# All runs start on the edge, $\tilde\eta\lambda_1 = 2$, with half of the equilibrium amplitude. Final longitudes are
# averages over two oscillations, since the pace along the equator changes with the phase.

# %%
rows, ends, gaps = [], [], []
for rate in rates:
    eps = 1 - (1 + 2 * rate**2) ** -0.25  # the weight decay that this intrinsic rate belongs to
    slope = theory.toy_log_sharpness_slope(angle, a)
    x0, count = 0.5 * np.sqrt(theory.mean_square_offset(eps, slope)), int(2 * horizon / rate**2)
    w, every = problems.toy_start(angle, a, x0, lr=lr, eps=eps), int(0.2 / rate)  # 16 records an oscillation
    theta, v0 = simulation.directions(w), (rate / simulation.effective_rates(w, lr, eps)) ** 2
    descent = simulation.toy(w, a, lr=lr, wd=eps / lr, steps=count, every=every)
    tau = rate**2 / 2 * every * np.arange(len(descent))
    paths = {"descent": measures.angle_on_equator(descent)}
    for C in (*memory, beyond):
        beta = theory.memory_decay(C, rate)
        path = simulation.toy_rms(theta, v0, a, rate=rate, beta=beta, steps=count, every=every)
        paths[f"RMSprop {C:g}"] = measures.angle_on_equator(path)
        flow = {
            D: theory.reduction_flow(lambda p: theory.toy_log_sharpness_slope(p, a), angle, tau, D)[:, 0]
            for D in (*memory, beyond)
        }
        last = slice(-2 * 16, None)
        error = {D: np.abs((paths[f"RMSprop {C:g}"] - flow[D])[last].mean()) for D in flow}
        ends += [
            {"rate": rate, "memory": C, "flow": D, "error": error[D]} for D in flow if (beyond == C) == (beyond == D)
        ]
        rows.append(pd.DataFrame({"tau": tau, "angle": flow[C], "rate": rate, "kind": f"flow {C:g}"}))
    rows += [pd.DataFrame({"tau": tau, "angle": path, "rate": rate, "kind": kind}) for kind, path in paths.items()]
    gaps.append({kind: np.abs(path - paths["descent"]).max() / rate for kind, path in paths.items()})
rows, ends, gaps = pd.concat(rows), pd.DataFrame(ends), pd.DataFrame(gaps)
shown = (rows["rate"] == rates[0]) & ~rows["kind"].isin([f"RMSprop {beyond:g}", f"flow {beyond:g}"])
experiment.figure("rmsprop", rows[shown][::3], draw=figures.rmsprop)
ends

# %%
claim = experiment.claim("quasi-rmsprop")
claim.exact(
    "largest relative error of the full recursion of v",
    mismatch[3],
    (None, 1e-9),
    origin="rounding",
    controls={"without the last term": mismatch[2]},
)
for rate, bound in zip(rates, (5e-3, 1e-3, 1e-3), strict=False):
    part = ends[(ends["rate"] == rate) & (ends["memory"] != beyond)]
    own, other = (part[(part["memory"] == part["flow"]) == same]["error"] for same in (True, False))
    claim.exact(
        f"largest |final longitude - flow|, both C_b, intrinsic rate {rate:g}",
        own.max(),
        (None, bound),
        origin="the error of the flow is of order eps once the oscillation of order sqrt(eps) is averaged away",
        controls={"flow of the other C_b": list(other)},
    )
claim.exact(
    "largest distance of RMSprop (C_b = 2) from gradient descent, over the intrinsic rate",
    gaps[f"RMSprop {memory[0]:g}"].max(),
    (None, 1.0),
    origin="both stay within sqrt(eps) = 0.7 rates of the flow; the phases of their oscillations drift apart",
    controls={f"C_b = {memory[1]:g}": list(gaps[f"RMSprop {memory[1]:g}"])},
)
experiment.finish()

# %% [markdown]
# For $C_b = 2$ and 0.5 RMSprop on the sphere follows the flow with its own denominator. It is no law for every memory:
# with $C_b = 8$ (the rows of the table above that nothing judges) the run leaves its flow, the more the smaller the
# rate, because the memory is shorter than the oscillation once $\lambda_1$ has become flat.
