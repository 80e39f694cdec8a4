"""Streaming least squares with batch size one: many independent runs of signSGD, SGD or Adam in one compiled kernel.

Samples x ~ N(0, K) (or rows of a data set), y = <x, theta*> + epsilon, a fresh sample each step. With delta = theta -
theta*, the gradient is g = (<x, delta> - epsilon) x and the excess risk R = delta' K delta / 2. Steps are eta / d times

    sign(g)   for "sign",    g   for "sgd",    m / sqrt(V)   for "adam" (m, V: averages of g, g^2; no bias correction).

The kernel works in coordinates of unit variance: w = D delta and u = D^-1 x with D = diag(sqrt(K_ii)), so that only the
correlation of u distinguishes the kinds of features, and a step of sign or Adam multiplies by D, one of SGD by D^2.
State and samples are float32, risks are summed in float64. Run i draws from its own stream, so its result depends
neither on the other runs nor on the number of threads.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain
from optclaims.science.kernels import njit
from optclaims.science.normals import BLOCK, FAST, fill, states

__all__ = ["RISK_CAP", "Features", "autoregressive", "dense", "diagonal", "run", "samples"]

RISK_CAP = 1e24
"""A run that diverges stops there: its risk is reported as this number, never as infinity or NaN."""
METHODS = {"sign": 0, "sgd": 1, "adam": 2}
LIMITS = {"sign": np.inf, "sgd": 1e30, "adam": 1e18}
"""A larger residual ends a run: beyond, single precision would overflow (Adam squares it). SignSGD only asks for the
sign of a residual, so none is too large, as heavy-tailed label noise needs."""
DIAGONAL, AUTOREGRESSIVE, DENSE, SAMPLES = range(4)
CACHED = 8192  # normals drawn at a time: 32 kB, what a first-level cache holds
GEMM_ROWS = 64  # samples coloured by one matrix product; fixed, so that rounding does not depend on the number of runs


class Features(NamedTuple):
    """Where samples come from: kind, standard deviations D (d,), neighbour correlation, and two matrices.

    `root` (d, d) satisfies root root' = correlation of u (covariance, for a data set); `rows` (n, d) is the data set.
    """

    kind: int
    scales: NDArray[np.float64]
    correlation: float
    root: NDArray[np.float64]
    rows: NDArray[np.float32]


def diagonal(variances: ArrayLike) -> Features:
    """Independent Gaussian coordinates with the given variances (d,).

    Raises ValueError for a variance that is not positive.

    >>> diagonal([4.0, 1.0]).scales
    array([2., 1.])
    """
    return Features(DIAGONAL, positive_scales(variances), 0.0, np.empty((0, 0)), np.empty((0, 0), np.float32))


def autoregressive(variances: ArrayLike, correlation: float) -> Features:
    """Gaussian samples with K_ij = D_i D_j correlation^|i-j|, drawn by their recursion in O(d) instead of O(d^2).

    Domain: correlation signed

    Raises ValueError for a variance that is not positive and a correlation outside (-1, 1).

    >>> autoregressive([4.0, 1.0], correlation=0.5).scales
    array([2., 1.])
    """
    correlation = domain.within("correlation", correlation, -1, 1, "()", shape=())
    scales = positive_scales(variances)
    return Features(AUTOREGRESSIVE, scales, float(correlation), np.empty((0, 0)), np.empty((0, 0), np.float32))


def dense(covariance: ArrayLike) -> Features:
    """Gaussian samples with any covariance K (d, d).

    Raises ValueError unless K is symmetric and positive definite.

    >>> dense([[4.0, 1.0], [1.0, 1.0]]).root.round(3)  # of the correlation 1 / 2
    array([[1.   , 0.   ],
           [0.5  , 0.866]])
    """
    K = domain.symmetric("covariance", domain.shape("covariance", covariance, ("d", "d")))
    scales = positive_scales(np.diag(K), "covariance")
    try:
        root = np.linalg.cholesky(K / np.outer(scales, scales))
    except np.linalg.LinAlgError as error:
        raise ValueError("covariance must be positive definite, got one without a Cholesky factor") from error
    return Features(DENSE, scales, 0.0, root, np.empty((0, 0), np.float32))


def samples(rows: ArrayLike) -> Features:
    """Samples taken from a data set, rows (n, d), with K = X'X / n; `run` then needs an order of rows.

    Domain: rows signed

    Raises ValueError when a column is constantly zero (a dead feature: its sign is 0 and D is singular).

    >>> samples([[1.0, 2.0], [-1.0, 0.5], [0.5, 1.0]]).rows.shape
    (3, 2)
    """
    X = domain.finite("rows", rows, shape=(None, None))
    positive_scales(np.mean(X**2, axis=0), "rows")
    values, vectors = np.linalg.eigh(X.T @ X / len(X))
    root = vectors * np.sqrt(np.clip(values, 0, None))
    return Features(SAMPLES, np.ones(X.shape[1]), 0.0, root, np.ascontiguousarray(X, np.float32))


def positive_scales(variances: ArrayLike, name: str = "variances") -> NDArray[np.float64]:
    """Standard deviations from variances (d,); raises ValueError for a dead feature."""
    variances = domain.vector(name, variances)
    dead = np.flatnonzero(~(variances > 0))
    if dead.size:
        value = variances[dead[0]]
        raise ValueError(f"{name} must have positive variances, got {value} for feature {dead[0]} (drop dead features)")
    return np.sqrt(variances)


def run(
    features: Features,
    start: ArrayLike,
    noise: ArrayLike,
    lr: ArrayLike,
    method: str,
    record: ArrayLike,
    rng: np.random.Generator,
    *,
    beta1: float = 0.0,
    beta2: float = 0.0,
    residual_scaled: float | None = None,
    order: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Excess risks (runs, len(record)) after the recorded numbers of steps, of as many runs as `noise` has rows.

    start: delta at step 0, (d,) or (runs, d). noise: label noise epsilon, (runs, steps), infinite where a draw is too
    large for single precision (then SGD and Adam diverge; signSGD takes its sign). lr: eta, a number or (steps,); steps
    are eta / d. record: increasing step counts in [0, steps], 0 being the start. beta1, beta2: of Adam's m and V.
    residual_scaled: a noise variance v^2; each step is then multiplied by sqrt(2 R + v^2) of the current iterate
    (diagonal features only). order: (runs, steps) row numbers, for `samples`.

    A run whose residual passes `LIMITS`, or whose risk is no number, has diverged; a risk above `RISK_CAP` is recorded
    as that.

    Domain: start, noise signed; noise infinite; start, noise, lr any shape; record, noise, start any length

    Raises ValueError for NaN anywhere, unknown methods, arrays that do not fit together, record that does not increase.

    >>> noise, rng = np.zeros((3, 6)), np.random.default_rng(0)
    >>> risks = run(diagonal([1.0, 2.0]), [1.0, 1.0], noise, 0.1, "sign", [0, 2, 4, 6], rng)
    >>> risks.shape, round(float(risks[0, 0]), 6)
    ((3, 4), 1.5)
    """
    noise = _label_noise(noise)
    runs, steps = noise.shape
    scales = features.scales
    record = domain.integer("record", domain.increasing("record", record, low=0, high=steps))
    method = domain.one_of("method", method, METHODS)
    start = domain.finite("start", start)
    if start.shape not in ((scales.size,), (runs, scales.size)):
        raise ValueError(f"start must have shape {(scales.size,)} or {(runs, scales.size)}, got shape {start.shape}")
    lr = np.asarray(domain.nonnegative("lr", lr))
    if lr.shape not in ((), (steps,)):
        raise ValueError(f"lr must be a number or have shape {(steps,)}, got shape {lr.shape}")
    betas = [domain.probability(name, b, "[)", shape=()) for name, b in (("beta1", beta1), ("beta2", beta2))]
    if residual_scaled is not None:
        domain.nonnegative("residual_scaled", residual_scaled, shape=())
        if features.kind != DIAGONAL:
            raise ValueError("residual_scaled must be None for features that are not diagonal, got a number")
    if (features.kind == SAMPLES) != (order is not None):
        raise ValueError("order must be given for samples and for nothing else, got the contrary")
    if order is None:
        order = np.empty((runs, 0), np.int64)
    else:
        order = domain.integer("order", order, low=0, high=len(features.rows) - 1, shape=(runs, steps))
    w = (np.broadcast_to(start, (runs, scales.size)) * scales).astype(np.float32)
    risks = np.full((runs, record.size), RISK_CAP)
    state = states(rng, runs)
    common = (
        features.kind,
        np.float32(features.correlation),
        features.root,
        np.ascontiguousarray(features.root.T, np.float32),
        features.rows,
    )
    steps_taken = (
        np.broadcast_to(lr / scales.size, steps).astype(np.float32),
        (scales**2 if method == "sgd" else scales).astype(np.float32),
        METHODS[method],
        np.asarray(betas, np.float32),
        np.float32(-1 if residual_scaled is None else residual_scaled),
        np.float32(LIMITS[method]),
        record,
    )

    def part(of: slice) -> None:
        stream(state[of], w[of], *common, order[of], noise[of], *steps_taken, risks[of])

    size = -(-runs // numba.config.NUMBA_NUM_THREADS)
    with ThreadPoolExecutor() as pool:  # the kernel releases the interpreter's lock
        list(pool.map(part, (slice(first, first + size) for first in range(0, runs, size))))
    return risks


def _label_noise(noise: ArrayLike) -> NDArray[np.float32]:
    """Label noise (runs, steps) in single precision, where it may be infinite."""
    try:
        with np.errstate(over="ignore"):
            noise = np.atleast_2d(np.asarray(noise, np.float32))
    except (TypeError, ValueError):
        raise ValueError(f"noise must be numbers of shape (runs, steps), got {type(noise).__name__}") from None
    if noise.ndim != 2 or np.isnan(noise).any():
        raise ValueError(f"noise must have shape (runs, steps) and no NaN, got shape {noise.shape} or NaN")
    return noise


inline = njit(fastmath=FAST, error_model="numpy", inline="always")


@inline
def colour(u: Any, correlation: Any) -> None:
    """Turn the rows of white noise u (n, d) into AR(1) sequences of unit variance, in place; n is a multiple of 4.

    Four rows at a time, because each recursion waits for its own last value and four of them fill the pipeline.
    """
    gain = np.float32(np.sqrt(np.float32(1) - correlation * correlation))
    for k in range(0, u.shape[0], 4):
        a, b, c, d = u[k, 0], u[k + 1, 0], u[k + 2, 0], u[k + 3, 0]
        for i in range(1, u.shape[1]):
            a = correlation * a + gain * u[k, i]
            b = correlation * b + gain * u[k + 1, i]
            c = correlation * c + gain * u[k + 2, i]
            d = correlation * d + gain * u[k + 3, i]
            u[k, i], u[k + 1, i], u[k + 2, i], u[k + 3, i] = a, b, c, d


@njit(fastmath=FAST, error_model="numpy", cache=True)
def excess_risk(w: Any, kind: Any, correlation: Any, root: Any) -> float:
    """Half of w' C w, by the sum of squares, the AR(1) recursion, or the squared norm of root' w."""
    total = 0.0
    if kind == DIAGONAL:
        for i in range(w.size):
            total += np.float64(w[i]) * np.float64(w[i])
    elif kind == AUTOREGRESSIVE:
        before = 0.0  # sum over j < i of correlation^(i-j) w_j
        for i in range(w.size):
            total += w[i] * (w[i] + 2.0 * before)
            before = correlation * (before + w[i])
    else:
        projection = np.zeros(root.shape[1])
        for i in range(w.size):
            for j in range(root.shape[1]):
                projection[j] += w[i] * root[i, j]
        for j in range(projection.size):
            total += projection[j] * projection[j]
    return total / 2


@inline
def update(w: Any, u: Any, m: Any, V: Any, residual: Any, rate: Any, gain: Any, method: Any, betas: Any) -> None:
    """One step of w in unit-variance coordinates, where the gradient is residual * u."""
    if method == 0:
        step = rate * (np.float32(residual > 0) - np.float32(residual < 0))
        for i in range(w.size):  # two comparisons, not np.sign: they vectorise and keep sign(0) = 0
            w[i] -= gain[i] * step * (np.float32(u[i] > 0) - np.float32(u[i] < 0))
    elif method == 1:
        step = rate * residual
        for i in range(w.size):
            w[i] -= gain[i] * step * u[i]
    else:
        for i in range(w.size):
            g = residual * u[i]
            m[i] = betas[0] * m[i] + (np.float32(1) - betas[0]) * g
            V[i] = betas[1] * V[i] + (np.float32(1) - betas[1]) * g * g
            # The tiny number only prevents 0/0 when a gradient is exactly zero.
            w[i] -= gain[i] * rate * m[i] / np.sqrt(V[i] + np.float32(1e-30))


@njit(fastmath=FAST, error_model="numpy", cache=True, nogil=True)
def stream(
    state, w, kind, correlation, root, colouring, rows, order, noise, rates, gain, method, betas, scaled, limit, record,
    risks,
):  # fmt: skip
    """Advance every run, w (runs, d), and write its risks (runs, records); see `run` for the arguments."""
    runs, d = w.shape
    steps = noise.shape[1]
    chunk = GEMM_ROWS if kind == DENSE else max(4, CACHED // d // 4 * 4)
    drawn = np.empty((chunk * d + BLOCK - 1) // BLOCK * BLOCK, np.float32)
    white = drawn[: chunk * d].reshape(chunk, d)
    coloured = np.empty((chunk, d), np.float32) if kind == DENSE else white
    m, V = np.empty(d, np.float32), np.empty(d, np.float32)
    for r in range(runs):
        m[:], V[:] = 0, 0
        v, next_record, alive = w[r], 0, True
        for step in range(steps + 1):
            if next_record < record.size and record[next_record] == step:
                risk = excess_risk(v, kind, correlation, root)
                risks[r, next_record] = risk if risk < RISK_CAP else RISK_CAP
                next_record += 1
            if step == steps or not alive:
                break
            position = step % chunk
            if position == 0 and kind != SAMPLES:
                fill(state[r], drawn)
                if kind == DENSE:
                    np.dot(white, colouring, coloured)
                elif kind == AUTOREGRESSIVE:
                    colour(white, correlation)
            u = rows[order[r, step]] if kind == SAMPLES else coloured[position]
            residual = -noise[r, step]
            for i in range(d):
                residual += u[i] * v[i]
            rate = rates[step]
            if scaled >= 0:
                twice_risk = np.float32(0)
                for i in range(d):
                    twice_risk += v[i] * v[i]
                rate *= np.float32(np.sqrt(twice_risk + scaled))
            alive = abs(residual) <= limit
            if alive:
                update(v, u, m, V, residual, rate, gain, method, betas)
