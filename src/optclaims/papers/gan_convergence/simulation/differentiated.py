r"""Fields of the Dirac-GAN from what each player ascends, and their derivatives, by automatic differentiation (torch).

Nothing is differentiated by hand here, in contrast to `problems`: with $D(x) = \psi x$ and $f(t) = -\log(1 + e^{-t})$
the players ascend $-f(D(\theta))$ and $f(D(\theta)) + f(-D(0))$, and what regularises them is added to that.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.autograd import grad

from optclaims.science import domain

__all__ = ["FAMILIES", "jacobian"]

FAMILIES = ("gan", "non_saturating", "wgan", "instance_noise", "gradient_penalty", "consensus")
NODES = 40


def jacobian(family: str, strength: float = 0.0, *, generator: str = "gan", fake_only: bool = False) -> np.ndarray:
    r"""Return the derivative (2, 2) of a training field at the equilibrium $(\theta, \psi) = (0, 0)$.

    family: of `FAMILIES`, by strength ($\gamma$ or s). generator: "gan", or "non_saturating" under the gradient
    penalty too. fake_only: instance noise on the generated point alone, a plausible mistake.
    Raises ValueError for other names and a negative strength.

    >>> jacobian("gradient_penalty", 0.5).tolist()
    [[0.0, -0.5], [0.5, -0.5]]

    """
    domain.one_of("family", family, FAMILIES)
    strength = domain.nonnegative("strength", strength, ())
    saturating = domain.one_of("generator", generator, FAMILIES[:2]) == "gan" and family != "non_saturating"
    critic = (lambda t: t) if family == "wgan" else (lambda t: -torch.log1p(torch.exp(-t)))
    noise, weight = _normal(strength if family == "instance_noise" else 0.0)

    def ascended(point: Tensor) -> tuple[Tensor, Tensor]:
        theta, psi = point
        fake = psi * (theta + noise)
        real = psi * (0 * noise if fake_only else noise)
        fooled = -critic(fake) if saturating else critic(-fake)
        told = critic(fake) + critic(-real) - (strength / 2 * psi**2 if family == "gradient_penalty" else 0.0)
        return weight @ fooled, weight @ told

    def field(point: Tensor) -> Tensor:
        return torch.stack([_slope(lambda x, i=i: ascended(x)[i], point)[i] for i in range(2)])

    def trained(point: Tensor) -> Tensor:
        if family != "consensus":
            return field(point)
        return field(point) - strength * _slope(lambda x: 0.5 * field(x).square().sum(), point)

    origin = torch.zeros(2, dtype=torch.float64)
    return torch.autograd.functional.jacobian(trained, origin).numpy()


def _slope(function: Callable[[Tensor], Tensor], point: Tensor) -> Tensor:
    point = point if point.requires_grad else point.detach().requires_grad_()
    return grad(function(point), point, create_graph=True)[0]


def _normal(std: float) -> tuple[Tensor, Tensor]:
    """Return nodes and weights of a centred normal law; one node where it has no width."""
    x, weight = np.polynomial.hermite_e.hermegauss(NODES if std > 0 else 1)
    return torch.as_tensor(std * x), torch.as_tensor(weight / weight.sum())
