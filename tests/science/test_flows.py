import numpy as np
import pytest

from optclaims.science import flows
from optclaims.science.finite_differences import hessian, hessian_product


def test_a_linear_flow_is_the_matrix_exponential():
    from scipy.linalg import expm

    rng = np.random.default_rng(0)
    A, x = rng.standard_normal((4, 4)), rng.standard_normal(4)
    found = flows.integrate(lambda z: z @ A.T, x, np.array([0.0, 0.3, 1.0]), rtol=1e-11, atol=1e-12)
    assert found == pytest.approx(np.stack([x, expm(0.3 * A) @ x, expm(A) @ x]), abs=1e-9)


def test_stacked_runs_are_single_runs():
    def field(x):
        return -np.sin(x)

    x, times = np.linspace(0.1, 3, 6).reshape(3, 2), np.linspace(0, 2, 5)
    together = flows.integrate(field, x, times)
    alone = np.stack([flows.integrate(field, row, times) for row in x], axis=1)
    assert together == pytest.approx(alone, abs=1e-7)


def test_the_low_order_method_crosses_a_kink():
    found = flows.integrate(np.sign, np.array([0.5]), [0.0, 1.0], method="RK23", rtol=1e-2, atol=1e-3, max_step=0.01)
    assert found[-1] == pytest.approx(1.5)


def test_a_flow_that_blows_up_is_reported():
    with pytest.raises(RuntimeError, match=r"could not be integrated|left the region"):
        flows.integrate(lambda x: x**2, np.array([1.0]), [0.0, 2.0])


def test_hessians_of_a_quartic():
    def gradient(x):
        return x**3 + x[..., ::-1]

    x = np.array([[0.5, -1.0, 2.0], [0.1, 0.0, 0.3]])
    exact = 3 * x[..., None] ** 2 * np.eye(3) + np.eye(3)[::-1]
    v = np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 0.0]])
    assert hessian(gradient, x) == pytest.approx(exact, abs=1e-8)
    assert hessian_product(gradient, x, v) == pytest.approx((exact @ v[..., None])[..., 0], abs=1e-8)
