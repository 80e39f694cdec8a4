import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from optclaims.papers.glm_asymptotics import problems, simulation
from optclaims.papers.glm_asymptotics.problems import Setting
from optclaims.papers.glm_asymptotics.simulation.message_passing import MISTAKES


def drawn(alpha=0.6, kind="gaussian", d=30):
    return problems.sample(np.random.default_rng(2), Setting(alpha=alpha, l1=0.1, rho=0.3), d, kind)


def subgradient(F, y, x, l2):
    return F.T @ (y / (1 + np.exp(y * (F @ x)))) - l2 * x  # in [-l1, l1], and l1 times the sign of x where it is not 0


@pytest.mark.parametrize("l2", [0.0, 0.2])
def test_logistic_students_satisfy_the_subgradient_condition(l2):
    F, y, _ = drawn()
    x = simulation.fit_logistic(F, y, 0.1, [3.0, l2])[1]
    g = subgradient(F, y, x, l2)
    assert np.all(np.abs(g) <= 0.1 + 1e-9) and 0 < np.sum(x != 0) < len(x)
    np.testing.assert_allclose(g[x != 0], 0.1 * np.sign(x[x != 0]), atol=1e-9)


@pytest.mark.parametrize("l2", [0.05, 2.0])
def test_without_l1_it_is_the_students_of_the_library(l2):
    F, y, _ = drawn()
    expected = simulation.fit(Setting(alpha=0.6, l2=l2), F, y)
    np.testing.assert_allclose(simulation.fit_logistic(F, y, 0.0, [l2])[0], expected, atol=1e-7)


def test_few_rows_are_fitted_in_their_span():
    F, y, _ = drawn(alpha=0.4)
    for loss in ("logistic", "hinge"):
        x = simulation.fit(Setting(alpha=0.4, loss=loss, l2=0.3), F, y)
        padded = simulation.fit(
            Setting(alpha=0.4, loss=loss, l2=0.3),
            np.vstack([F, np.zeros((30, 30))]),
            np.pad(y, (0, 30), constant_values=1),
        )
        np.testing.assert_allclose(x, padded, atol=1e-3 if loss == "hinge" else 1e-7)


@pytest.mark.parametrize("kind", ["gaussian", "orthogonal"])
@pytest.mark.parametrize("alpha", [0.6, 1.0, 1.7])
@pytest.mark.parametrize("damping", [1.0, 0.7])
def test_the_fixed_point_is_the_student(kind, alpha, damping):
    F, y, _ = drawn(alpha, kind)
    path = simulation.pass_messages(np.random.default_rng(0), F, y, 0.1, [0.5, 2.0], 120, damping=damping)
    np.testing.assert_allclose(path.weights[-1], simulation.fit_logistic(F, y, 0.1, [0.5, 2.0]), atol=1e-10)
    np.testing.assert_allclose(path.responses[-1][:, :2], path.responses[-1][:, 2:], rtol=1e-9)


def test_penalties_are_run_as_if_alone():
    F, y, _ = drawn()
    both = simulation.pass_messages(np.random.default_rng(0), F, y, 0.1, [0.5, 2.0], 80).weights[-1]
    alone = simulation.pass_messages(np.random.default_rng(1), F, y, 0.1, [2.0], 80).weights[-1]
    np.testing.assert_allclose(both[1], alone[0], atol=1e-12)


def one_step(F, y, l1, l2, hx, hz):
    """The first iteration from precisions of one, by dense matrices and scalar minimisations."""
    (n, d), soft = F.shape, np.sign(hx) * np.maximum(np.abs(hx) - l1, 0)
    x, X = soft / (1 + l2), np.mean(soft != 0) / (1 + l2)
    z = np.array(
        [
            minimize_scalar(lambda v, i=i: np.logaddexp(0, -y[i] * v) + v**2 / 2 - hz[i] * v, tol=1e-12).x
            for i in range(n)
        ]
    )
    share = 1 / (1 + np.exp(z))
    Z = np.mean(1 / (1 + share * (1 - share)))
    qx, qz, bx, bz = 1 / X - 1, 1 / Z - 1, x / X - hx, z / Z - hz
    inverse = np.linalg.inv(qx * np.eye(d) + qz * F.T @ F)
    mean, Xx, Xz = inverse @ (bx + F.T @ bz), np.trace(inverse) / d, np.trace(F @ inverse @ F.T) / n
    Q, h = 1 / Xx - qx, mean / Xx - bx
    return x, [X, Z, Xx, Xz], np.sign(h) * np.maximum(np.abs(h) - l1, 0) / (Q + l2)


@pytest.mark.parametrize("alpha", [0.6, 1.7])
def test_a_step_is_that_of_dense_matrices(alpha):
    F, y, _ = drawn(alpha)
    rng = np.random.default_rng(4)
    hx, hz = rng.standard_normal((1, 30)), rng.standard_normal((1, len(y)))
    path = simulation.pass_messages(np.random.default_rng(4), F, y, 0.1, [0.3], 2)
    first, responses, second = one_step(F, y, 0.1, 0.3, hx[0], hz[0])
    np.testing.assert_allclose(path.weights[0, 0], first, atol=1e-12)
    np.testing.assert_allclose(path.responses[0, 0], responses, rtol=1e-6)
    np.testing.assert_allclose(path.weights[1, 0], second, atol=1e-5)


def test_mistakes_are_seen():
    F, y, _ = drawn(0.5, d=60)
    student = simulation.fit_logistic(F, y, 0.1, [0.3])
    for mistake in MISTAKES[1:]:
        path = simulation.pass_messages(np.random.default_rng(0), F, y, 0.1, [0.3], 150, mistake=mistake)
        ends = path.responses[-1]
        far = not np.abs(path.weights[-1] - student).max() < 1e-4
        assert far or np.abs(ends[:, :2] / ends[:, 2:] - 1).max() > 0.05, mistake
