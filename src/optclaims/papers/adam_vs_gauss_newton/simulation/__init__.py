"""What is simulated: tuned descent on common random numbers, second moments by Monte Carlo, scalar instances."""

from optclaims.papers.adam_vs_gauss_newton.simulation import logistic
from optclaims.papers.adam_vs_gauss_newton.simulation.batches import (
    FEATURES,
    least_squares_moment,
    logistic_draws,
    one_hot_draws,
    product_moment,
)
from optclaims.papers.adam_vs_gauss_newton.simulation.descent import Draws, batch_gradient, descend, draws, path
from optclaims.papers.adam_vs_gauss_newton.simulation.scalars import (
    SCHEDULES,
    block_run,
    coefficients,
    converges,
    log_cosh,
    logistic_path,
    logistic_run,
    logistic_time,
    sign_descent,
)

__all__ = [
    "FEATURES",
    "SCHEDULES",
    "Draws",
    "batch_gradient",
    "block_run",
    "coefficients",
    "converges",
    "descend",
    "draws",
    "least_squares_moment",
    "log_cosh",
    "logistic",
    "logistic_draws",
    "logistic_path",
    "logistic_run",
    "logistic_time",
    "one_hot_draws",
    "path",
    "product_moment",
    "sign_descent",
]
