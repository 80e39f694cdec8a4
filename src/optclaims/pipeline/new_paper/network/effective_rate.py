# %% [markdown]
# # Momentum and the effective learning rate of a network
#
# Momentum adds up past gradients: $m_t = \beta m_{t-1} + g_t$, $\theta_{t+1} = \theta_t - \eta' m_t$. Where gradients
# hardly change over $1 / (1 - \beta)$ steps, $m_t \approx g_t / (1 - \beta)$: the run follows plain SGD with the
# learning rate
#
# $$\eta = \frac{\eta'}{1 - \beta} .$$
#
# The mistake to notice is the same learning rate for both.

# %% tags=["parameters"]
lr = [0.01, 0.03, 0.1, 0.3]
beta = 0.9
seeds = 10
steps = 400

# %%
from optclaims.experiment import Experiment
from optclaims.papers.__KEY__ import figures, measures, problems, simulation, theory

experiment = Experiment("__KEY__", "effective_rate")
task = experiment.data(problems.digits, experiment.rng("split"), train=1200)
effective = theory.rate_with_momentum

# %% [markdown]
# All arms of a seed share its initial weights and its batches, so they are compared in pairs. Every learning rate is a
# point of a sweep: with `--config split=true` each is a job of its own, with the same bytes.


# %%
def point(lr):
    arms = {"SGD": (lr, 0.0), "momentum": (effective(lr, beta), beta), "momentum, same rate": (lr, beta)}
    return simulation.compare(task, arms, experiment.rng("runs", lr=lr).spawn(seeds), steps=steps, batch=32)


runs = experiment.sweep(point, lr=lr)
experiment.figure("losses", runs, draw=figures.losses)

# %%
claim = experiment.claim("effective-rate")
for rate, part in runs.groupby("lr"):
    claim.within(
        f"ln(training loss with momentum / of SGD), learning rate {rate:g}",
        measures.log_ratio(part, "momentum"),
        (-0.1, 0.1),
        origin="a tenth of the loss, as the statement says",
        controls={"the same learning rate for both": measures.log_ratio(part, "momentum, same rate")},
    )
experiment.finish()

# %% [markdown]
# Seen here: at these rates the effective learning rate is all that momentum changes. One network, one data set, batches
# of one size; what happens near the largest stable rate is not tested.
