"""What is simulated: streaming runs, the homogenised equation, single steps, random features of images."""

from optclaims.papers.signsgd_risk_curves.simulation.curves import risk_curves, time_average
from optclaims.papers.signsgd_risk_curves.simulation.noise import (
    cauchy,
    draw,
    empirical,
    gaussian,
    laplace,
    mixture,
    rademacher,
    student_t,
    uniform,
)
from optclaims.papers.signsgd_risk_curves.simulation.one_step import drift_coefficient, gradient_moment, sign_moment
from optclaims.papers.signsgd_risk_curves.simulation.random_features import (
    Problem,
    binary_labels,
    random_features,
    regression,
    shuffled_passes,
)
from optclaims.papers.signsgd_risk_curves.simulation.sde import sign_hsgd

__all__ = [
    "Problem",
    "binary_labels",
    "cauchy",
    "draw",
    "drift_coefficient",
    "empirical",
    "gaussian",
    "gradient_moment",
    "laplace",
    "mixture",
    "rademacher",
    "random_features",
    "regression",
    "risk_curves",
    "shuffled_passes",
    "sign_hsgd",
    "sign_moment",
    "student_t",
    "time_average",
    "uniform",
]
