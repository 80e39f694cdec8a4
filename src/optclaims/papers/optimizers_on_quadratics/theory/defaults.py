r"""What default hyperparameters can do on quadratics, and what the defaults are.

Sources: Keras 3.15 (table read, not run here) and PyTorch 2.13; the thresholds are derived.
"""

from optclaims.science import domain
from optclaims.science.quadratics import two_step

__all__ = ["KERAS", "TORCH", "averaged_threshold", "heavy_ball_threshold", "nesterov_threshold"]

KERAS: dict[str, dict[str, object]] = {
    "SGD": {"lr": 0.01, "momentum": 0.0, "nesterov": False},
    "Adam": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-7},
    "AdamW": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-7},
    "RMSprop": {"lr": 0.001, "alpha": 0.9, "eps": 1e-7, "momentum": 0.0, "centered": False},
    "Adagrad": {"lr": 0.001, "initial_accumulator_value": 0.1, "eps": 1e-7},
    "Adadelta": {"lr": 0.001, "rho": 0.95, "eps": 1e-7},
    "Adamax": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-7},
    "NAdam": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-7},
}
"""Defaults of Keras 3.15, under PyTorch's names."""

TORCH: dict[str, dict[str, object]] = {
    "SGD": {"lr": 0.001, "momentum": 0, "nesterov": False},
    "Adam": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8},
    "AdamW": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8},
    "RMSprop": {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "momentum": 0, "centered": False},
    "Adagrad": {"lr": 0.01, "initial_accumulator_value": 0, "eps": 1e-10},
    "Adadelta": {"lr": 1.0, "rho": 0.9, "eps": 1e-6},
    "Adamax": {"lr": 0.002, "betas": (0.9, 0.999), "eps": 1e-8},
    "NAdam": {"lr": 0.002, "betas": (0.9, 0.999), "eps": 1e-8},
}
"""Defaults of PyTorch 2.13."""


def heavy_ball_threshold(lr: float, momentum: float = 0.0) -> float:
    r"""Return ``2 (1 + beta) / lr``, the largest stable curvature of a heavy ball (gradient descent at beta = 0).

    Raises ValueError for an lr that is not positive or momentum outside [0, 1).
    Domain: lr, momentum any shape.

    >>> float(heavy_ball_threshold(0.5))
    4.0
    """
    domain.probability("momentum", momentum, "[)")
    return two_step.largest_stable(momentum) / domain.positive("lr", lr)


def nesterov_threshold(lr: float, momentum: float) -> float:
    r"""Return ``(1 + 1 / (1 + 2 beta)) / lr``, the same for Nesterov's method.

    Arguments and errors as for `heavy_ball_threshold`.
    Domain: lr, momentum any shape.

    >>> float(nesterov_threshold(0.5, 0.5))
    3.0
    """
    domain.probability("momentum", momentum, "[)")
    return two_step.largest_stable(momentum, momentum) / domain.positive("lr", lr)


def averaged_threshold(lr: float, momentum: float) -> float:
    r"""Return ``2 (1 + beta) / ((1 - beta) lr)``: momentum as a running mean of gradients, and Adam's first moment.

    For Adam it bounds the eigenvalues of the Hessian divided by a preconditioner that stands still.
    Arguments and errors as for `heavy_ball_threshold`.
    Domain: lr, momentum any shape.

    >>> float(averaged_threshold(1.0, 0.5))
    6.0
    """
    return heavy_ball_threshold(lr, momentum) / (1 - momentum)
