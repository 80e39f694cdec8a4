import numpy as np
import pytest

from optclaims.papers.glm_asymptotics import problems, simulation
from optclaims.papers.glm_asymptotics.problems import Setting


def drawn(setting, kind="gaussian", d=40):
    return problems.sample(np.random.default_rng(3), setting, d, kind)


def gradient(setting, F, y, x):  # of the smooth part of the objective
    margin = y * (F @ x)
    slope = {"square": F @ x - y, "logistic": -y / (1 + np.exp(margin))}[setting.loss]
    return F.T @ slope + setting.l2 * x


@pytest.mark.parametrize("alpha", [0.5, 1.6])
@pytest.mark.parametrize("loss", ["square", "logistic"])
def test_smooth_students_are_stationary(loss, alpha):
    setting = Setting(alpha=alpha, loss=loss, l2=0.2, rho=0.5)
    F, y, _ = drawn(setting)
    np.testing.assert_allclose(gradient(setting, F, y, simulation.fit(setting, F, y)), 0, atol=1e-6)


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_sparse_students_satisfy_the_subgradient_condition(l2):
    setting = Setting(alpha=0.7, loss="square", l1=0.1, l2=l2, teacher="linear", noise=0.1, rho=0.2)
    F, y, _ = drawn(setting)
    x = simulation.fit(setting, F, y)
    g = -gradient(setting, F, y, x)
    assert np.all(np.abs(g) <= 0.1 + 1e-4) and 0 < np.sum(x != 0) < len(x)
    np.testing.assert_allclose(g[x != 0], 0.1 * np.sign(x[x != 0]), atol=1e-4)


def test_the_hinge_student_has_dual_variables_in_the_box():
    setting = Setting(alpha=0.5, loss="hinge", l2=0.5)
    F, y, _ = drawn(setting)
    x = simulation.fit(setting, F, y)
    dual = np.linalg.lstsq((F * y[:, None]).T, setting.l2 * x, rcond=None)[0]  # x = sum of y a F / l2
    margin = y * (F @ x)
    assert np.all((dual > -1e-3) & (dual < 1 + 1e-3))
    assert np.all(np.where(margin > 1.001, np.abs(dual) < 1e-3, True))
    assert np.all(np.where(margin < 0.999, np.abs(dual - 1) < 1e-3, True))


@pytest.mark.parametrize("kind", ["gaussian", "rademacher", "sparse"])
def test_entries_have_variance_one_over_n(kind):
    F = problems.design(np.random.default_rng(0), 300, 200, kind)
    assert 300 * np.mean(F**2) == pytest.approx(1, rel=0.05)
    assert np.mean(F != 0) == pytest.approx(0.1 if kind == "sparse" else 1, rel=0.05)


def test_teacher_and_noise_have_the_norms_of_the_limit():
    setting = Setting(alpha=1.5, loss="square", l2=1.0, teacher="linear", noise=0.3, rho=0.25)
    F, y, x0 = drawn(setting)
    assert x0 @ x0 == pytest.approx(10) and np.sum(x0 != 0) == 10
    assert np.sum((y - F @ x0) ** 2) == pytest.approx(0.3 * 60)
    F, y, x0 = drawn(Setting(alpha=1.5, l2=1.0))
    np.testing.assert_array_equal(y, np.sign(F @ x0))


def test_errors_are_distance_and_angle():
    setting = Setting(alpha=1.0, loss="square", l2=0.3)
    mse, angle = simulation.errors(np.random.default_rng(5), setting, 30, "gaussian", 1)
    F, y, x0 = problems.sample(np.random.default_rng(5), setting, 30, "gaussian")
    x = np.linalg.solve(F.T @ F + 0.3 * np.eye(30), F.T @ y)
    assert mse[0] == pytest.approx(np.sum((x - x0) ** 2) / 30)
    assert np.cos(angle[0]) == pytest.approx(x @ x0 / np.linalg.norm(x) / np.linalg.norm(x0))


@pytest.mark.parametrize("loss", ["square", "logistic", "hinge"])
def test_students_on_orthogonal_rows_are_hebbian_and_no_others(loss):
    setting = Setting(alpha=0.5, loss=loss, l2=0.1, rho=0.5)
    assert simulation.apart(np.random.default_rng(0), setting, 40, "orthogonal", 3).max() < 1e-12
    assert simulation.apart(np.random.default_rng(0), setting, 40, "gaussian", 3).min() > 1e-3
