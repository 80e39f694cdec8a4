"""The sharpness of a network, plain and preconditioned, at a point and along a run."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike

from optclaims.papers.adaptive_edge_of_stability.problems import Regression, Vector
from optclaims.science import domain
from optclaims.science.curvature import Loss, lanczos, mixed_start, top_eigenvalues
from optclaims.science.optimizers import SGD, Rule

__all__ = ["final", "follow", "follow_stack", "growth_rate", "level", "passage", "sharpness"]

RTOL = 3e-3  # of the eigenvalue


def sharpness(
    net: Regression,
    w: Vector,
    divisor: Vector | float,
    rng: np.random.Generator,
    previous: torch.Tensor | None = None,
) -> tuple[float, torch.Tensor]:
    r"""Return $\lambda_{\max}(P^{-1/2} H P^{-1/2})$ at w, and vectors to pass as `previous` at weights nearby.

    divisor: the diagonal of P (parameters,), or 1 for the plain sharpness.
    Domain: w signed.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> net = regression(np.eye(2), [0, 1], [], classes=2)  # linear: the Hessian does not depend on w
    >>> round(sharpness(net, np.zeros(6, np.float32), 1.0, np.random.default_rng(0))[0], 3)
    2.0
    """
    w = np.asarray(domain.finite("w", w, (net.parameters,)), np.float32)
    root = np.asarray(domain.positive("divisor", divisor), np.float32) ** -0.5
    if root.ndim:
        domain.shape("divisor", root, w.shape)
    domain.generator("rng", rng)
    hessian = net.hessian(w)

    def product(v: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(np.asarray(root * hessian(root * v.numpy()), np.float32))

    start = mixed_start(previous, torch.from_numpy(w), rng)
    values, vectors = lanczos(product, start, k=min(2, len(w)), rtol=RTOL, least=6 if previous is None else 10)
    return float(values[0]), vectors


def follow(
    net: Regression,
    rule: Rule,
    points: Iterable,
    rng: np.random.Generator,
    *,
    plain: bool = False,
    divisor: Vector | None = None,
) -> pd.DataFrame:
    r"""Return step, loss and preconditioned sharpness (with `plain` also the sharpness itself) at points of a run.

    points: (t, w, state), the memory being that after step t, whose preconditioner is the one used in that step.
    divisor: a diagonal (parameters,) in place of the rule's preconditioner, such as one that was frozen.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> from optclaims.science.optimizers import SGD
    >>> net = regression(np.eye(2), [0, 1], [], classes=2)
    >>> follow(net, SGD(0.5), [(1, np.zeros(6, np.float32), {})], np.random.default_rng(0)).round(3)
       step  loss  preconditioned
    0     1   0.5             2.0
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    rows, vectors, plain_vectors = [], None, None
    for t, w, state in points:
        own = rule.preconditioner(state, t) if divisor is None and hasattr(rule, "preconditioner") else 1.0
        value, vectors = sharpness(net, w, own if divisor is None else divisor, rng, vectors)
        rows.append({"step": t, "loss": net.loss(w), "preconditioned": value})
        if plain:
            rows[-1]["plain"], plain_vectors = sharpness(net, w, 1.0, rng, plain_vectors)
    return pd.DataFrame(rows)


def follow_stack(loss: Loss, rule: Rule, points: Iterable, rng: np.random.Generator) -> pd.DataFrame:
    r"""Return run, step, loss and preconditioned sharpness at points (t, theta, state) of stacked runs.

    loss: theta (runs, parameters) -> (runs,), of any network, as in `science.curvature`.

    >>> from optclaims.science.optimizers import Adam
    >>> half = lambda theta: (theta**2).sum(1) / 2
    >>> state = {"m": torch.zeros(1, 3), "v": torch.full((1, 3), 4.0)}
    >>> follow_stack(half, Adam(0.1), [(10**6, torch.ones(1, 3), state)], np.random.default_rng(0)).round(3)
       run     step  loss  preconditioned
    0    0  1000000   1.5             0.5
    """
    if not isinstance(rule, Rule):
        raise ValueError(f"rule must be an optimizer of this package, got {rule!r}")
    frames, vectors = [], None
    for t, theta, state in points:
        scale = 1 / rule.preconditioner(state, t)
        values, vectors = top_eigenvalues(loss, theta, rng, previous=vectors, rtol=RTOL, scale=scale)
        with torch.no_grad():
            columns = {"loss": loss(theta).double().cpu().numpy(), "preconditioned": values[..., 0].numpy(force=True)}
        frames.append(pd.DataFrame({"run": range(len(theta)), "step": t, **columns}))
    return pd.concat(frames, ignore_index=True)


def passage(
    net: Regression, rule: Rule, points: Iterable, height: float, rng: np.random.Generator, *, after: int = 50
) -> tuple:
    r"""Return the first of the points of a run where $\eta \lambda_1(P^{-1} H)$ is at least the height.

    The first steps, `after` of them, whose preconditioner is that of single gradients, are left out.
    Raises ValueError where no point is so high.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> from optclaims.science.optimizers import SGD
    >>> net = regression(np.eye(2), [0, 1], [], classes=2)
    >>> points = [(t, np.zeros(6, np.float32), {}) for t in (10, 60)]
    >>> passage(net, SGD(0.5), points, 0.9, np.random.default_rng(0))[0]
    60
    """
    domain.positive("height", height, ()), domain.integer("after", after, low=0, shape=())
    vectors = None
    for point in points:
        t, w, state = point
        if t < after:
            continue
        divisor = rule.preconditioner(state, t) if hasattr(rule, "preconditioner") else 1.0
        value, vectors = sharpness(net, w, divisor, rng, vectors)
        if rule.lr * value >= height:
            return point
    raise ValueError(f"height must be reached by the run, got {height:g}")


def final(net: Regression, points: Sequence, rng: np.random.Generator, last: int = 5) -> float:
    """Return the median of the plain sharpness over the last points of a run, NaN for a run that has diverged.

    >>> from optclaims.papers.adaptive_edge_of_stability.problems import regression
    >>> net = regression(np.eye(2), [0, 1], [], classes=2)
    >>> round(final(net, [(1, np.zeros(6, np.float32), {})], np.random.default_rng(0)), 3)
    2.0
    """
    chosen = list(points)[-domain.integer("last", last, low=1, shape=()) :]
    if not chosen:
        raise ValueError("points must hold one at least, got none")
    if not np.isfinite(chosen[-1][1]).all():
        return np.nan
    return float(np.median(follow(net, SGD(1.0), chosen, rng).preconditioned))


def level(values: ArrayLike) -> float:
    """Return the median of the last half of the records (records,) of a run.

    Domain: values signed, any length.

    >>> level([9.0, 9.0, 1.0, 2.0, 4.0, 3.0])
    3.0
    """
    values = domain.vector("values", values)
    return float(np.median(values[len(values) // 2 :]))


def growth_rate(times: ArrayLike, values: ArrayLike, low: float, high: float) -> float:
    r"""Return the slope of $\log$ values (records,) in the times, fitted from a passage of low to the first of high.

    Records in between count, the last one before low and those from high on do not. Raises ValueError where fewer than
    three records lie between, as when high is never reached.
    Domain: times, values any length.

    >>> times = np.arange(8.0)
    >>> growth_rate(times, np.exp(0.5 * times), 1.5, 20)
    0.5
    """
    times = domain.increasing("times", np.asarray(times, float))
    values = domain.positive("values", np.asarray(values, float), times.shape)
    domain.positive("low", low, ()), domain.at_least("high", high, low, ())
    if not (values >= high).any():
        raise ValueError(f"values must reach high = {high:g}, got at most {values.max():g}")
    last = int(np.argmax(values >= high))
    first = int(np.flatnonzero(values[:last] < low)[-1]) + 1 if (values[:last] < low).any() else 0
    if last - first < 3:
        raise ValueError(f"values must hold three records between low and high at least, got {last - first}")
    return round(float(np.polyfit(times[first:last], np.log(values[first:last]), 1)[0]), 12)
