r"""Runs of SUPER-ADAM on diagonal quadratics with sampled noise, compiled; the shared rule defines the step."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.papers.super_adam.problems import Setting
from optclaims.science import domain
from optclaims.science.kernels import njit

__all__ = ["Noise", "one_estimate", "run", "sample"]

Array = NDArray[np.float64]
MATRICES = ("constant", "adam", "norm", "belief", "summed")
MISTAKES = ("none", "fresh", "dropped", "alpha 0", "unweighted")


class Noise(NamedTuple):
    """Standard normal numbers (runs, steps, d): additive, multiplicative, and both once more for a second sample."""

    xi: Array
    z: Array
    other_xi: Array
    other_z: Array


def sample(rng: np.random.Generator, runs: int, steps: int, dimension: int = 1, *, second: bool = False) -> Noise:
    """Return noise of so many runs; second: whether there is a second sample, else its arrays are the first one's.

    >>> sample(np.random.default_rng(0), 2, 3).xi.shape
    (2, 3, 1)
    """
    domain.generator("rng", rng), domain.one_of("second", second, (True, False))
    sizes = {"runs": runs, "steps": steps, "dimension": dimension}
    shape = tuple(domain.integer(name, size, low=1, shape=()) for name, size in sizes.items())
    first = [rng.standard_normal(shape) for _ in range(2)]
    return Noise(*first, *([rng.standard_normal(shape) for _ in range(2)] if second else first))


def run(
    setting: Setting, curvatures: ArrayLike, noise: Noise, records: ArrayLike, *, matrix: str = "constant",
    rho: float = 1e-3, beta2: float = 0.999, mistake: str = "none", start: float = 1.0,
) -> Array:  # fmt: skip
    r"""Return gradients $h_i x_i$ (records, runs, d) at the steps `records`, t = 1 the start.

    Gradients are $h_i x_i + \sigma\xi + s z x_i$; the setting's own curvature is not used.  curvatures: (d,)
    matrix: "constant" is H = 1; "adam", "norm", "belief" those of the rule with bias correction; "summed" is AdaGrad's
        $\sqrt{\sum g^2} + \rho$
    mistake: "fresh", another sample in the second gradient; "dropped", no correction; "alpha 0"; "unweighted", the
        correction without $1-\alpha$

    Domain: start signed; noise signed; curvatures any length.

    >>> run(Setting(tau=1, c=1.0), [2.0], sample(np.random.default_rng(0), 1, 1), [1]).ravel()
    array([2.])
    """
    if not isinstance(setting, Setting):
        raise ValueError(f"setting must be a Setting, got {type(setting).__name__}")
    if not isinstance(noise, Noise):
        raise ValueError(f"noise must be Noise, got {type(noise).__name__}")
    h = np.asarray(domain.positive("curvatures", curvatures, (None,)), float)
    shape = (None, None, len(h))
    arrays = [
        np.ascontiguousarray(domain.finite(f"noise.{n}", a, shape)) for n, a in zip(noise._fields, noise, strict=True)
    ]
    records = domain.integer("records", domain.increasing("records", records, low=1, high=arrays[0].shape[1]))
    kind, wrong = (
        names.index(domain.one_of(name, given, names))
        for name, given, names in (("matrix", matrix, MATRICES), ("mistake", mistake, MISTAKES))
    )
    rho, beta2 = domain.nonnegative("rho", rho, ()), domain.probability("beta2", beta2, "[)", ())
    t = np.arange(1, records[-1] + 1)
    eta, alpha = setting.eta(t), np.append(1.0, setting.alpha(t[1:]) if len(t) > 1 else [])
    if mistake == "alpha 0":
        alpha[1:] = 0.0
    numbers = map(float, (setting.sigma, setting.spread, rho, beta2, domain.finite("start", start, ())))
    corrected = setting.tau == 1 and mistake != "dropped"
    return _run(h, *arrays, records, eta, alpha, *numbers, kind, wrong, corrected).swapaxes(0, 1)


@njit(cache=True)
def _run(h, xi, z, other_xi, other_z, records, eta, alpha, sigma, s, rho, beta2, start, kind, wrong, corrected):
    runs, d = len(xi), len(h)
    out = np.empty((runs, len(records), d))
    for r in range(runs):
        x, last, g, v = np.full(d, start), np.full(d, start), np.zeros(d), np.zeros(d)
        i, weight = 0, 1.0
        for t in range(len(eta)):
            if records[i] == t + 1:
                for j in range(d):
                    out[r, i, j] = h[j] * x[j]
                i += 1
            square, weight = 0.0, weight * beta2
            for j in range(d):
                square += (h[j] * x[j] + sigma * xi[r, t, j] + s * z[r, t, j] * x[j]) ** 2
            for j in range(d):
                now = h[j] * x[j] + sigma * xi[r, t, j] + s * z[r, t, j] * x[j]
                if t == 0:
                    g[j] = now
                else:
                    correction = 0.0
                    if corrected:
                        e, f = (other_xi[r, t, j], other_z[r, t, j]) if wrong == 1 else (xi[r, t, j], z[r, t, j])
                        correction = now - (h[j] * last[j] + sigma * e + s * f * last[j])
                    keep = 1 - alpha[t]
                    g[j] = alpha[t] * now + keep * g[j] + (1.0 if wrong == 4 else keep) * correction
                root = 1.0
                if kind == 4:
                    v[j] += now * now
                    root = np.sqrt(v[j]) + rho
                elif kind:
                    size = np.sqrt(square) if kind == 2 else (now * now if kind == 1 else (now - g[j]) ** 2)
                    v[j] = beta2 * v[j] + (1 - beta2) * size
                    hat = v[j] / (1 - weight)
                    root = (hat if kind == 2 else np.sqrt(hat)) + rho
                last[j] = x[j]
                x[j] -= eta[t] * g[j] / root
    return out


def one_estimate(g: ArrayLike, gradient: ArrayLike, before: ArrayLike, alpha: float, *, weighted: bool = True) -> Array:
    r"""Return $\alpha\,\nabla f(x';\xi') + (1-\alpha)[g + \nabla f(x';\xi') - \nabla f(x;\xi')]$, tau = 1 in a line.

    weighted: without it the factor $1-\alpha$ is missing on the difference of gradients.

    Domain: g, gradient, before signed; g, gradient, before any shape.

    >>> one_estimate(2.0, 4.0, 3.0, 0.5)
    np.float64(3.5)
    """
    g, gradient, before = (
        np.asarray(domain.finite(name, value), float)
        for name, value in (("g", g), ("gradient", gradient), ("before", before))
    )
    domain.broadcastable(g=g, gradient=gradient, before=before)
    domain.probability("alpha", alpha, shape=()), domain.one_of("weighted", weighted, (True, False))
    return alpha * gradient + (1 - alpha) * g + ((1 - alpha) if weighted else 1.0) * (gradient - before)
