"""Students of finite size, by direct solution or by scikit-learn, and their errors."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from optclaims.papers.glm_asymptotics.problems import Setting, sample
from optclaims.science import domain

__all__ = ["apart", "errors", "fit", "fit_logistic"]


def fit(setting: Setting, F: np.ndarray, y: np.ndarray) -> np.ndarray:
    r"""Return the student's weights (d,) for a design F (n, d) and labels y (n,).

    Ridge regression in closed form, $\ell_1$ penalties by coordinate descent, logistic regression by Newton's method
    and the hinge loss by dual coordinate descent, all without intercept. Raises ValueError for an $\ell_1$ penalty
    with another loss than the square, and for shapes that do not fit.
    Domain: F signed; F any shape; y signed; y any length

    >>> fit(Setting(alpha=1.0, loss="square", l2=1.0), np.eye(2), np.array([1.0, -1.0]))
    array([ 0.5, -0.5])
    """
    F = domain.finite("F", F, (None, None))
    y = domain.finite("y", y, (len(F),))
    if setting.l1 and setting.loss != "square":
        raise ValueError(f"l1 must be 0 for the {setting.loss} loss, got {setting.l1:g}")
    if setting.l1:
        from sklearn.linear_model import ElasticNet  # takes a second, which ridge regression need not wait for

        total = setting.l1 + setting.l2
        # scikit-learn divides the loss by n.
        options = {"tol": 1e-7, "max_iter": 100_000, "random_state": 0}  # not drawn from, and never the global state
        model = ElasticNet(total / len(F), l1_ratio=setting.l1 / total, fit_intercept=False, **options)
        return model.fit(F, y).coef_
    if setting.loss == "square":
        if len(F) < F.shape[1]:
            return F.T @ np.linalg.solve(F @ F.T + setting.l2 * np.eye(len(F)), y)
        return np.linalg.solve(F.T @ F + setting.l2 * np.eye(F.shape[1]), F.T @ y)
    if len(F) < F.shape[1]:  # the student lies in the span of the rows, where the problem is smaller and the same
        basis, triangle = np.linalg.qr(F.T)
        return basis @ fit(setting, triangle.T, y)
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    if setting.loss == "logistic":
        model = LogisticRegression(C=1 / setting.l2, fit_intercept=False, solver="newton-cholesky", tol=1e-6)
    else:
        # The order of the dual coordinates is drawn; the solution does not depend on it.
        options = {"dual": True, "tol": 1e-5, "max_iter": 100_000, "random_state": 0}
        model = LinearSVC(C=1 / setting.l2, loss="hinge", fit_intercept=False, **options)
    return model.fit(F, y).coef_[0]


def errors(rng: np.random.Generator, setting: Setting, d: int, kind: str, draws: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Return mean squared error $|\hat x - x_0|^2/d$ and angle of the students of several draws, each (draws,).

    Raises ValueError as `problems.sample`, and for less than one draw.

    >>> setting = Setting(alpha=2.0, loss="square", l2=1e-6, teacher="linear")
    >>> mse, angle = errors(np.random.default_rng(0), setting, 20, "gaussian", 3)
    >>> bool(mse.max() < 1e-8), bool(angle.max() < 1e-3)
    (True, True)
    """
    found = []
    for _ in range(domain.integer("draws", draws, low=1, shape=())):
        F, y, x0 = sample(rng, setting, d, kind)
        x = fit(setting, F, y)
        cosine = x @ x0 / np.sqrt((x @ x) * (x0 @ x0))
        found.append((np.mean((x - x0) ** 2), np.arccos(np.clip(cosine, -1, 1))))
    return tuple(np.array(found).T)


def apart(rng: np.random.Generator, setting: Setting, d: int, kind: str, draws: int) -> np.ndarray:
    r"""Return one less the cosine between student and Hebb's rule $F^\top y$ of several draws, (draws,).

    Raises ValueError as `problems.sample`, and for less than one draw.

    >>> bool(apart(np.random.default_rng(0), Setting(alpha=0.5, l2=0.1), 20, "orthogonal", 2).max() < 1e-8)
    True
    """
    found = []
    for _ in range(domain.integer("draws", draws, low=1, shape=())):
        F, y, _ = sample(rng, setting, d, kind)
        x, hebb = fit(setting, F, y), F.T @ y
        # By the distance of unit vectors: the cosine itself would round.
        found.append(np.sum((x / np.linalg.norm(x) - hebb / np.linalg.norm(hebb)) ** 2) / 2)
    return np.array(found)


def fit_logistic(F: ArrayLike, y: ArrayLike, l1: float, l2: ArrayLike, *, tol: float = 1e-13) -> np.ndarray:
    r"""Return the weights (penalties, d) of logistic regression with elastic-net penalties.

    Accelerated proximal gradient descent, started again where it climbs, until a step moves by less than tol of the
    longest student. F: (n, d); y: labels -1 or 1, (n,); l1 not negative; l2: (penalties,), not negative.
    Raises ValueError for parameters out of range, RuntimeError where 100 000 steps are not enough.
    Domain: F, y signed; F, y any shape; l2 any length

    >>> fit_logistic(np.eye(2), np.array([1.0, -1.0]), 0.1, [1.0]).round(4)
    array([[ 0.3205, -0.3205]])
    """
    F = domain.finite("F", np.asarray(F, float), (None, None))
    y = domain.finite("y", np.asarray(y, float), (len(F),))
    l1, tol = domain.nonnegative("l1", l1, ()), domain.positive("tol", tol, ())
    l2 = domain.vector("l2", domain.nonnegative("l2", l2))[:, None]
    step = 1 / (np.linalg.norm(F, 2) ** 2 / 4 + l2)
    signed = y[:, None] * F
    x = point = np.zeros((len(l2), F.shape[1]))
    pace = np.ones((len(l2), 1))
    for _ in range(100_000):
        moved = point + step * (expit(-point @ signed.T) @ signed - l2 * point)
        new = np.sign(moved) * np.maximum(np.abs(moved) - step * l1, 0)
        climbs = ((point - new) * (new - x)).sum(axis=1, keepdims=True) > 0
        pace = np.where(climbs, 1.0, pace)
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        point = new + (pace - 1) / faster * (new - x)
        change, pace, x = np.abs(new - x).max(), faster, new
        if change <= tol * max(np.abs(x).max(), 1e-3):
            return x
    raise RuntimeError(f"the student did not settle: the last step moved it by {change:.1e}")
