"""Path ensembles against closed forms, a reference with the same noise, and each other."""

import numpy as np
import pytest
from numba import njit

from optclaims.science import normals
from optclaims.science.diffusions import PATHS, euler_maruyama, ornstein_uhlenbeck


@njit
def pull(t, x, constants, out):
    out[0] = -constants[0] * x[0]


@njit
def shake(t, x, z, constants, out):
    out[0] = constants[1] * (1 + 0.5 * np.sin(x[0])) * z[0]


@njit
def steady(t, x, z, constants, out):
    out[0] = constants[1] * z[0]


def test_compiled_paths_are_ten_lines_of_numpy_with_the_same_noise():
    found = euler_maruyama(pull, shake, [1.5], [0, 3, 7], 0.1, PATHS, np.random.default_rng(3), constants=(2.0, 0.7))
    state, z, x = normals.states(np.random.default_rng(3), 1)[0], np.empty(PATHS, np.float32), np.full(PATHS, 1.5)
    for k in range(8):
        if k in (0, 3, 7):
            np.testing.assert_allclose(found[(0, 3, 7).index(k), 0], x, rtol=1e-6)
        normals.fill(state, z)
        x = x - 2.0 * x * 0.1 + np.sqrt(0.1) * 0.7 * (1 + 0.5 * np.sin(x)) * z


def test_functions_of_numpy_run_in_the_same_loop():
    settings = ([1.5], [5], 0.1, 700)
    compiled = euler_maruyama(pull, shake, *settings, np.random.default_rng(0), constants=(2.0, 0.7))
    plain = euler_maruyama(pull.py_func, shake.py_func, *settings, np.random.default_rng(0), constants=(2.0, 0.7))
    np.testing.assert_allclose(plain, compiled, rtol=1e-12)


def test_more_runs_keep_the_first_ones():
    few, many = (
        euler_maruyama(pull, steady, [1.0], [4], 0.1, runs, np.random.default_rng(1), constants=(1.0, 1.0))
        for runs in (3, 2 * PATHS)
    )
    np.testing.assert_array_equal(few[..., :3], many[..., :3])


def test_moments_are_those_of_the_exact_recursion_of_the_scheme():
    """E x and Var x of Euler-Maruyama on dx = -a x dt + s dW are linear recursions."""
    a, s, dt, steps, runs = 1.3, 0.8, 0.05, 40, 40 * PATHS
    x = euler_maruyama(pull, steady, [2.0], [steps], dt, runs, np.random.default_rng(2), constants=(a, s))[0, 0]
    mean = 2.0 * (1 - a * dt) ** steps
    variance = s**2 * dt * (1 - (1 - a * dt) ** (2 * steps)) / (1 - (1 - a * dt) ** 2)
    assert abs(x.mean() - mean) < 4.5 * np.sqrt(variance / runs)
    assert abs(x.var() / variance - 1) < 4.5 * np.sqrt(2 / runs)


def test_noise_may_have_other_dimensions_than_the_state_and_is_observed_as_asked():
    @njit
    def still(t, x, constants, out):
        out[:] = 0

    @njit
    def shared(t, x, z, constants, out):
        out[0], out[1] = z[0] + z[1], z[0] + z[2]

    x = euler_maruyama(
        still, shared, [0.0, 0.0], [10], 0.1, 20 * PATHS, np.random.default_rng(0), noises=3, observe=lambda x: x**2
    )
    assert x.shape == (1, 2, 20 * PATHS)
    np.testing.assert_allclose(x[0].mean(axis=1), 2, rtol=4.5 * np.sqrt(2 / (20 * PATHS)))


def test_float32_leaves_float64_where_the_documentation_says():
    """1 - c dt in float32 is off by 6e-8: over a relaxation time that is 6e-8 / (c dt) of the state's own size."""

    def gap(dt):
        common = ([1.0], [round(1 / dt)], dt, PATHS)
        wide, narrow = (
            euler_maruyama(pull, steady, *common, np.random.default_rng(0), constants=(1.0, 0.1), dtype=dtype)
            for dtype in (np.float64, np.float32)
        )
        return abs(float((wide - narrow).mean()))

    assert gap(1e-2) < 1e-2 * 1e-2
    assert gap(1e-3) < 1e-3 * 0.1


def test_ornstein_uhlenbeck_has_its_exact_moments_with_dense_matrices():
    from scipy.integrate import quad_vec
    from scipy.linalg import expm

    A, B = np.array([[1.0, 0.5], [-0.3, 2.0]]), np.array([[1.0, 0.2, 0.0], [0.0, 0.5, 0.7]])
    x0, times, runs = np.array([1.0, -1.0]), [0.3, 1.1], 40_000
    paths = ornstein_uhlenbeck(A, B, x0, times, runs, np.random.default_rng(0))
    for t, x in zip(times, paths, strict=True):
        exact = quad_vec(lambda s: expm(-A * s) @ B @ B.T @ expm(-A.T * s), 0, t)[0]
        np.testing.assert_allclose(x.mean(1), expm(-A * t) @ x0, atol=4.5 * np.sqrt(exact.max() / runs))
        np.testing.assert_allclose(np.cov(x), exact, atol=4.5 * np.sqrt(2) * exact.max() / np.sqrt(runs))


def test_ornstein_uhlenbeck_accepts_a_degenerate_noise_and_the_time_zero():
    paths = ornstein_uhlenbeck(np.eye(2), np.array([[1.0], [1.0]]), [0.0, 0.0], [0.0, 1.0], 8, np.random.default_rng(0))
    np.testing.assert_allclose(paths[0], 0, atol=1e-15)
    np.testing.assert_allclose(paths[1, 0], paths[1, 1], atol=1e-12)


def test_euler_maruyama_approaches_the_exact_process_at_first_order():
    a, s, gaps = 1.0, 1.0, []
    exact = s**2 / (2 * a) * (1 - np.exp(-2 * a))
    for steps in (4, 8, 16):
        dt = 1 / steps
        variance = s**2 * dt * (1 - (1 - a * dt) ** (2 * steps)) / (1 - (1 - a * dt) ** 2)
        x = euler_maruyama(
            pull, steady, [0.0], [steps], dt, 400 * PATHS, np.random.default_rng(steps), constants=(a, s)
        )
        assert abs(x.var() - variance) < 5 * variance * np.sqrt(2 / x.size)
        gaps.append(x.var() - exact)
    assert np.diff(np.log2(gaps)) == pytest.approx([-1, -1], abs=0.2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"start": [np.nan]}, "start must be finite"),
        ({"start": [[1.0]]}, "start must have shape"),
        ({"records": []}, "records must hold"),
        ({"records": [3, 2]}, "records must increase"),
        ({"records": [-1]}, "records must be at least 0"),
        ({"records": [1.5]}, "records must be an integer"),
        ({"dt": 0.0}, "dt must be positive"),
        ({"dt": np.inf}, "dt must be positive"),
        ({"runs": 0}, "runs must be"),
        ({"noises": 0}, "noises must be"),
        ({"dtype": np.int64}, "dtype must be one of"),
        ({"drift": 1.0}, "drift must be a function"),
    ],
)
def test_bad_input_is_refused(changed, message):
    arguments = {"start": [1.0], "records": [2], "dt": 0.1, "runs": 3, "constants": (1.0, 1.0)}
    arguments |= {"drift": pull, "noise": steady} | changed
    with pytest.raises(ValueError, match=message):
        euler_maruyama(rng=np.random.default_rng(0), **arguments)


def test_paths_that_explode_are_reported():
    with pytest.raises(FloatingPointError, match="no longer finite"):
        euler_maruyama(pull, steady, [1.0], [2000], 1.0, 2, np.random.default_rng(0), constants=(10.0, 1.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.eye(2), 1.0, 0.0, [1.0], 3), "rate and start must have one dimension"),
        ((np.nan, 1.0, 0.0, [1.0], 3), "rate must be finite"),
        ((1.0, 1.0, 0.0, [np.inf], 3), "times must be finite"),
        ((1.0, 1.0, 0.0, [1.0, 1.0], 3), "times must increase"),
        ((1.0, 1.0, 0.0, [1.0], 0), "runs must be"),
    ],
)
def test_bad_processes_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ornstein_uhlenbeck(*arguments, np.random.default_rng(0))
