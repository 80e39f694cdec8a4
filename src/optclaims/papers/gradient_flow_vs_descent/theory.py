r"""The distance between gradient descent and gradient flow: to first order, bounded, and on quadratics exactly.

Elkabetz and Cohen, "Continuous vs. discrete optimization of deep neural networks" (2021); theorem and equation numbers
were not at hand, so everything is derived anew. Descent with learning rate $\eta$ is compared at times $t = k \eta$
with the flow $\dot\theta = -\nabla f(\theta)$ from the same start.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import cumulative_trapezoid

from optclaims.papers.gradient_flow_vs_descent.problems import Regression, end_to_end
from optclaims.science import domain, flows
from optclaims.science.finite_differences import hessian_product

__all__ = [
    "blind_bound",
    "curvature_bound",
    "distance_bound",
    "first_order_error",
    "modified_flow",
    "quadratic_error",
    "quadratic_peak",
    "quadratic_repelled",
]

Gradient = Callable[[np.ndarray], np.ndarray]


def first_order_error(
    gradient: Gradient,
    start: np.ndarray,
    times: np.ndarray,
    *,
    source: float = 0.5,
    propagate: bool = True,
    rtol: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the flow and the e of $\theta_k - \theta(k\eta) = \eta\, e(k\eta) + O(\eta^2)$, both (records, ..., n).

    $$\dot e = -H(\theta(t))\, e - \tfrac12 \ddot\theta(t), \quad e(0) = 0, \quad \ddot\theta = H \nabla f :$$
    a step of descent misses the flow by half its acceleration, and misses propagate with the flow's linearisation.
    source: the half. propagate: False leaves earlier misses where they are. Both serve to make mistakes to compare
    with. Derived here; its Hessian products are central differences. Raises ValueError as `flows.integrate`, and for
    a source that is not positive.
    Domain: start signed, any shape

    >>> times = np.array([0.0, 1.0])
    >>> first_order_error(lambda x: x, np.array([1.0]), times)[1].ravel().round(4)  # -t exp(-t) / 2
    array([ 0.    , -0.1839])
    """
    domain.positive("source", source, ())
    start = domain.finite("start", start)

    def field(joint: np.ndarray) -> np.ndarray:
        theta, e = joint
        g = gradient(theta)
        return np.stack([-g, -hessian_product(gradient, theta, e * propagate + source * g)])

    path = flows.integrate(field, np.stack([start, np.zeros_like(start)]), times, rtol=rtol, atol=1e-12)
    return path[:, 0], path[:, 1]


def modified_flow(
    gradient: Gradient, start: np.ndarray, times: np.ndarray, lr: float, *, source: float = 0.5, rtol: float = 1e-10
) -> np.ndarray:
    r"""Return the flow $\dot\theta = -\nabla f - \frac{\eta}{2} H \nabla f$, (records, ..., n), near descent.

    source: the half; its negative belongs to the implicit step. Backward error analysis (Barrett and Dherin 2021),
    derived anew. Raises ValueError as `flows.integrate` and for lr that is not positive.
    Domain: source signed; start signed, any shape

    >>> modified_flow(lambda x: x, np.array([1.0]), np.array([0.0, 1.0]), 0.1).ravel().round(4)  # exp(-1.05)
    array([1.    , 0.3499])
    """
    lr, source = domain.positive("lr", lr, ()), domain.finite("source", source, ())

    def field(theta: np.ndarray) -> np.ndarray:
        g = gradient(theta)
        return -g - lr * source * hessian_product(gradient, theta, g)

    return flows.integrate(field, start, times, rtol=rtol, atol=1e-13)


def distance_bound(times: ArrayLike, forcing: ArrayLike, lowest: ArrayLike, *, contraction: bool = True) -> np.ndarray:
    r"""Return $\int_0^t F(t')\, e^{-\int_{t'}^t m(s) ds}\, dt'$ at the times, (records, ...), by the trapezoidal rule.

    forcing: F (records, ...), what descent misses per unit of time and of $\eta$; lowest: m, the smallest eigenvalue
    of the Hessian there. With $F = \frac12 |H \nabla f|$ along the flow it bounds $|e(t)|$ of `first_order_error`,
    attained while the flow moves along the eigenvector of m; with $F = \beta\gamma$, the largest curvature times the
    largest gradient in a tube round the flow, it times $\eta$ bounds the distance itself (the paper's form, recalled).
    contraction: False leaves the exponential out. Raises ValueError for times that do not increase and values that
    are not finite.
    Domain: forcing signed; lowest signed

    >>> times = np.linspace(0.0, 1.0, 101)
    >>> bool(abs(distance_bound(times, np.ones(101), np.full(101, 2.0))[-1] - (1 - np.exp(-2)) / 2) < 1e-4)
    True
    """
    times = domain.increasing("times", times)
    forcing, lowest = domain.finite("forcing", forcing), domain.finite("lowest", lowest)
    domain.broadcastable(forcing=forcing, lowest=lowest)
    if len(forcing) != len(times) or len(lowest) != len(times):
        raise ValueError(f"forcing and lowest need a row for each of the {len(times)} times, got {len(forcing)}")
    exponent = cumulative_trapezoid(lowest, times, axis=0, initial=0) * contraction
    # Scaled step by step: the exponential of the whole integral may overflow.
    bound = np.zeros(np.broadcast_shapes(forcing.shape, lowest.shape))
    for k in range(1, len(times)):
        decay = np.exp(exponent[k - 1] - exponent[k])
        bound[k] = decay * bound[k - 1] + (times[k] - times[k - 1]) * (forcing[k - 1] * decay + forcing[k]) / 2
    return bound


def blind_bound(times: ArrayLike, beta: float, gamma: float) -> np.ndarray:
    r"""Return $\gamma (e^{\beta t} - 1)$, the bound over $\eta$ that knows no curvature but its largest size.

    beta: the largest $\|H\|$; gamma: the largest gradient. Standard for Euler's method.
    Raises ValueError for negative times and for bounds that are not positive.
    Domain: times any shape

    >>> blind_bound(np.array([0.0, 1.0]), 1.0, 2.0).round(4)
    array([0.    , 3.4366])
    """
    times = domain.nonnegative("times", times)
    return domain.positive("gamma", gamma, ()) * np.expm1(domain.positive("beta", beta, ()) * times)


def curvature_bound(net: Regression, theta: np.ndarray, *, norm: str = "spectral", factor: float = 1.0) -> np.ndarray:
    r"""Return the lower bound of $\lambda_{\min}(\nabla^2 f)$ of a deep linear network at theta (..., p).

    $$-(n-1)\, \|\nabla\phi(W_{n:1})\| \max_{i<j} \prod_{k \ne i,j} \|W_k\|_2,$$
    with $\phi$ the loss of the product, n layers, and the Frobenius norm (the paper's lemma, recalled) or the
    spectral norm (ours, sharper) of the gradient. factor multiplies n - 1. The second variation of f is that of
    $\phi$, which is not negative, plus twice the sum over pairs of layers, and
    $2 \sum_{i<j} a_i a_j \le (n-1) \sum a_i^2$.
    Raises ValueError for an activation that is not linear, an unknown norm, or a factor that is not positive.
    Domain: theta signed, any shape

    >>> from optclaims.papers.gradient_flow_vs_descent.problems import factorisation
    >>> float(curvature_bound(factorisation((1, 1, 1), np.array([[2.0]])), np.array([1.0, 0.5])))
    -1.5
    """
    domain.one_of("net.activation", net.activation, ("linear",))
    order = {"frobenius": "fro", "spectral": 2}[domain.one_of("norm", norm, ("frobenius", "spectral"))]
    factor, theta = domain.positive("factor", factor, ()), domain.finite("theta", theta, (..., net.parameters))
    residual = (net.inputs @ end_to_end(net, theta).swapaxes(-1, -2) - net.targets).swapaxes(-1, -2)
    slope = np.linalg.norm(residual @ net.inputs / net.share, ord=order, axis=(-2, -1))
    sizes = np.stack([np.linalg.norm(matrix, ord=2, axis=(-2, -1)) for matrix in net.layers(theta)])
    n = len(sizes)
    products = [
        np.prod([sizes[k] for k in range(n) if k not in (i, j)], axis=0) for i in range(n) for j in range(i + 1, n)
    ]
    return -factor * (n - 1) * slope * np.max(products, axis=0)


def quadratic_error(curvature: ArrayLike, lr: float, steps: ArrayLike) -> np.ndarray:
    r"""Return $((1 - \eta\lambda)^k - e^{-\lambda k \eta})$, descent minus flow on $\lambda x^2/2$ from $x_0 = 1$.

    Raises ValueError for lr that is not positive and steps that are negative.
    Domain: curvature signed, any shape; steps any shape

    >>> float(quadratic_error(1.0, 0.5, 1).round(4))
    -0.1065
    """
    curvature, lr = domain.finite("curvature", curvature), domain.positive("lr", lr, ())
    steps = domain.integer("steps", steps, low=0)
    return (1 - lr * curvature) ** steps - np.exp(-curvature * lr * steps)


def quadratic_peak(curvature: ArrayLike) -> np.ndarray:
    r"""Return $\lambda / 2e$, the largest first-order error over $\eta x_0$ for $\lambda > 0$, met at $t = 1/\lambda$.

    Raises ValueError for curvatures that are not positive.
    Domain: curvature any shape

    >>> round(float(quadratic_peak(1.0)), 4)
    0.1839
    """
    return domain.positive("curvature", curvature) / (2 * np.e)


def quadratic_repelled(rate: ArrayLike, times: ArrayLike) -> np.ndarray:
    r"""Return $\frac12 \kappa^2 t e^{\kappa t}$, the first-order error over $\eta x_0$ for $\lambda = -\kappa < 0$.

    Raises ValueError for rates that are not positive and negative times.
    Domain: rate any shape; times any shape

    >>> float(quadratic_repelled(0.5, 2.0).round(4))
    0.6796
    """
    rate, times = domain.positive("rate", rate), domain.nonnegative("times", times)
    return rate**2 * times * np.exp(rate * times) / 2
