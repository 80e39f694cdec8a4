"""Hyperparameters of RMSprop and Adam, and how they change with the batch size and in SVAG."""

from dataclasses import dataclass, replace

from optclaims.papers.adaptive_sde_scaling.problems.rules import RULES
from optclaims.science import domain

__all__ = ["RULES", "Hyperparameters", "from_sde", "scale_hyperparameters", "svag_coefficients", "svag_hyperparameters"]


@dataclass(frozen=True)
class Hyperparameters:
    """Learning rate lr, averaging beta1 (0 for RMSprop) and beta2, and the eps beside the root of v.

    Raises ValueError for an lr that is not positive, an eps below 0 and averages outside of [0, 1] (beta1 below 1).

    >>> Hyperparameters(lr=0.1, beta2=0.9, eps=0.0)
    Hyperparameters(lr=0.1, beta2=0.9, eps=0.0, beta1=0.0)
    """

    lr: float
    beta2: float
    eps: float
    beta1: float = 0.0

    def __post_init__(self) -> None:
        domain.positive("lr", self.lr, ()), domain.nonnegative("eps", self.eps, ())
        domain.probability("beta1", self.beta1, "[)", ()), domain.probability("beta2", self.beta2, "[]", ())


def from_sde(
    eta2: float, sigma0: float, eps0: float, c2: float, c1: float | None = None
) -> tuple[Hyperparameters, float]:
    r"""Return the hyperparameters and the noise scale sigma whose limit has the given constants.

    $\sigma = \sigma_0/\eta$, $\epsilon = \epsilon_0/\eta$, $\beta_i = 1 - c_i \eta^2$; eta2 is the time of one step.
    c1=None is RMSprop ($\beta_1 = 0$). Raises ValueError where an average would have a negative weight.

    >>> hyper, sigma = from_sde(0.25, sigma0=1.0, eps0=0.5, c2=1.0)
    >>> hyper, sigma
    (Hyperparameters(lr=0.5, beta2=0.75, eps=1.0, beta1=0.0), 2.0)
    """
    domain.positive("eta2", eta2, ()), domain.positive("sigma0", sigma0, ()), domain.nonnegative("eps0", eps0, ())
    domain.nonnegative("c2", c2, ()), domain.nonnegative("c1", c1 or 0.0, ())
    if not (eta2 > 0 and c2 * eta2 <= 1 and (c1 or 0) * eta2 <= 1):
        raise ValueError(f"a step of time {eta2:g} is too long for c1 = {c1}, c2 = {c2:g}: need c eta^2 <= 1")
    eta = eta2**0.5
    return Hyperparameters(eta, 1 - c2 * eta2, eps0 / eta, 0.0 if c1 is None else 1 - c1 * eta2), sigma0 / eta


def scale_hyperparameters(base: Hyperparameters, kappa: float, rule: str = "sqrt") -> Hyperparameters:
    r"""Return the hyperparameters for a batch kappa times as large (kappa below 1 shrinks it), under one of `RULES`.

    The square-root rule is $\eta' = \sqrt\kappa\,\eta$, $1-\beta' = \kappa(1-\beta)$ and
    $\epsilon' = \epsilon/\sqrt\kappa$ with the number of steps divided by kappa. The other rules change one part of
    it or all. $\beta_1 = 0$ is RMSprop and stays 0. Raises ValueError for an unknown rule, kappa <= 0, and
    $\kappa(1-\beta) \ge 1$, beyond which nothing of the average would remain.

    >>> scale_hyperparameters(Hyperparameters(lr=0.5, beta2=0.75, eps=1.0), 0.25)
    Hyperparameters(lr=0.25, beta2=0.9375, eps=2.0, beta1=0.0)
    """
    domain.one_of("rule", rule, RULES), domain.positive("kappa", kappa, ())
    rate, average, regulariser = RULES[rule]
    betas = {"beta2": base.beta2} | ({"beta1": base.beta1} if base.beta1 else {})
    for name, beta in betas.items():
        if average and kappa * (1 - beta) >= 1 - 1e-9:  # 10 (1 - 0.9) is a rounding error below 1
            raise ValueError(
                f"{name} = {beta:g} cannot be scaled by kappa = {kappa:g}: kappa (1 - {name}) = "
                f"{kappa * (1 - beta):g} must be below 1"
            )
        betas[name] = 1 - kappa**average * (1 - beta)
    return replace(base, lr=base.lr * kappa**rate, eps=base.eps * kappa**regulariser, **betas)


def svag_coefficients(level: float) -> tuple[float, float]:
    r"""Return $r_{1,2} = (1 \mp \sqrt{2\ell^2 - 1})/2$, the weights of the two gradients of an SVAG step.

    They sum to 1 and their squares sum to $\ell^2$. Raises ValueError for a level below 1.

    >>> svag_coefficients(5)
    (-3.0, 4.0)
    """
    domain.at_least("level", level, 1, ())
    root = (2 * level**2 - 1) ** 0.5
    return (1 - root) / 2, (1 + root) / 2


def svag_hyperparameters(base: Hyperparameters, level: float) -> Hyperparameters:
    r"""Return $\eta/\ell$, $1-\beta \to (1-\beta)/\ell^2$, $\ell\epsilon$; the number of steps grows by $\ell^2$.

    It is the square-root rule for a batch $1/\ell^2$ times as large, with the noise amplified instead.
    Raises ValueError for a level below 1.

    >>> svag_hyperparameters(Hyperparameters(lr=0.5, beta2=0.75, eps=1.0), 2)
    Hyperparameters(lr=0.25, beta2=0.9375, eps=2.0, beta1=0.0)
    """
    domain.at_least("level", level, 1, ())
    return scale_hyperparameters(base, level**-2)
