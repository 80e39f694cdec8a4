"""Closed forms for the paper's online linear problems; independent of the simulation."""

from optclaims.papers.amsgrad_counterexample.theory.bounds import (
    adamnc_bound,
    amsgrad_bound,
    constant_momentum_bound,
    kingma_ba_bound,
    posterior_bound,
)
from optclaims.papers.amsgrad_counterexample.theory.periodic import (
    average_regret,
    critical_beta2,
    drift,
    kappa,
    moments,
    regret_limit,
    smallest_failing_period,
)
from optclaims.papers.amsgrad_counterexample.theory.stochastic import (
    critical_gradient,
    large_probability,
    random_sign_regret,
    reflected_mean,
    reflected_rate,
    stochastic_drift,
)
from optclaims.papers.amsgrad_counterexample.theory.theorems import (
    smallest_theorem2_period,
    theorem1_beta2,
    theorem1_limit,
    theorem2_conditions,
)

__all__ = [
    "adamnc_bound",
    "amsgrad_bound",
    "average_regret",
    "constant_momentum_bound",
    "critical_beta2",
    "critical_gradient",
    "drift",
    "kappa",
    "kingma_ba_bound",
    "large_probability",
    "moments",
    "posterior_bound",
    "random_sign_regret",
    "reflected_mean",
    "reflected_rate",
    "regret_limit",
    "smallest_failing_period",
    "smallest_theorem2_period",
    "stochastic_drift",
    "theorem1_beta2",
    "theorem1_limit",
    "theorem2_conditions",
]
