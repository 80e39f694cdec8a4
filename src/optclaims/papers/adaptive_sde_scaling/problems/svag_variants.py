"""SVAG with one part wrong, and the identities of its weights."""

from collections.abc import Callable
from dataclasses import replace

from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import (
    Hyperparameters,
    svag_coefficients,
    svag_hyperparameters,
)
from optclaims.science import domain

__all__ = ["IDENTITIES", "MISTAKES", "variant"]

IDENTITIES: tuple[tuple[str, int, Callable[[float], float]], ...] = (
    ("r1 + r2 = 1", 1, lambda level: 1.0),
    ("r1^2 + r2^2 = l^2", 2, lambda level: level**2),
    ("r1^3 + r2^3 = (3 l^2 - 1) / 2", 3, lambda level: (3 * level**2 - 1) / 2),
    ("r1^4 + r2^4 = (l^4 + 2 l^2 - 1) / 2", 4, lambda level: (level**4 + 2 * level**2 - 1) / 2),
)
"""Name, power and value of the power sums of the weights (derived)."""
MISTAKES = ("beta unscaled", "eps unscaled", "sqrt(2 l - 1)", "no amplification", "v not multiplied")


def variant(base: Hyperparameters, level: float, name: str) -> tuple[Hyperparameters, tuple[float, float], float]:
    r"""Return hyperparameters, weights of the two gradients, and the factor on the initial v ($\ell^2$ if right).

    name: "right", "eta over l^2" or one of `MISTAKES`. Raises ValueError for another name or a level below 1.

    >>> variant(Hyperparameters(lr=0.5, beta2=0.75, eps=1.0), 2, "eps unscaled")[0].eps
    1.0
    """
    domain.one_of("name", name, ("right", "eta over l^2", *MISTAKES)), domain.at_least("level", level, 1, ())
    hyper, weights, factor = svag_hyperparameters(base, level), svag_coefficients(level), float(level**2)
    if name == "beta unscaled":
        hyper = replace(hyper, beta1=base.beta1, beta2=base.beta2)
    elif name == "eps unscaled":
        hyper = replace(hyper, eps=base.eps)
    elif name == "eta over l^2":
        hyper = replace(hyper, lr=base.lr / level**2)
    elif name == "sqrt(2 l - 1)":
        root = (2 * level - 1) ** 0.5
        weights = (1 - root) / 2, (1 + root) / 2
    elif name == "no amplification":
        weights = 0.5, 0.5
    elif name == "v not multiplied":
        factor = 1.0
    return hyper, weights, factor
