"""The simulations of the Gauss-Newton paper against plain loops, exact moments and each other."""

import numpy as np
import pytest

from optclaims.papers.adam_vs_gauss_newton import problems, simulation, theory
from optclaims.papers.adam_vs_gauss_newton.measures import tuning

H = problems.block_problem(2, 3, 0.7, 0.3)
BASES = {"I": None, "E": problems.eigenbasis(H)}


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("sigma", [0.0, 0.5])
def test_sampled_gradients_have_the_exact_first_two_moments(basis, batch, sigma):
    P, n, rng = problems.quadratic(H, sigma, BASES[basis]), 100_000, np.random.default_rng(1)
    delta, noise = rng.standard_normal(6), simulation.draws(rng, 1, n, 6, batch)
    g = simulation.batch_gradient(P, np.tile(P.root @ delta, (n, 1)), noise.chi[0], noise.xi[0], batch)
    for values, exact in ((g, P.hessian @ delta), (g[:, :, None] * g[:, None, :], None)):
        exact = theory.gaussian_moment(P.hessian, delta, sigma, batch) if exact is None else exact
        z = (values.mean(axis=0) - exact) / (values.std(axis=0) / np.sqrt(n))
        assert np.abs(z).max() < 5


def plain_descent(P, start, method, eta, noise, beta2=None):
    w, average, T = start.copy(), np.zeros_like(start), len(noise.chi)
    for t in range(T):
        gbar, twice = P.hessian @ w, w @ P.hessian @ w + P.sigma**2
        g = simulation.batch_gradient(P, P.root @ w, noise.chi[t, 0], noise.xi[t, 0], noise.batch)
        moment = np.diag(twice / noise.batch * P.hessian + (1 + 1 / noise.batch) * np.outer(gbar, gbar))
        if beta2 is not None:
            average = beta2 * average + (1 - beta2) * g**2
            moment = average / (1 - beta2 ** (t + 1))
        D = moment**-0.5 if method == "adam" else np.diag(P.hessian) ** method
        w = w - eta * (1 - t / T) * D * g
    return w @ P.hessian @ w / 2


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize(("method", "beta2"), [("adam", None), ("adam", 0.9), (-1, None), (-0.5, None), (0, None)])
def test_descent_is_the_plain_loop(basis, method, beta2):
    P, rng = problems.quadratic(H, 0.4, BASES[basis]), np.random.default_rng(2)
    start, noise = problems.unit_start(P, rng, 1), simulation.draws(rng, 30, 1, 6, 4)
    fast = simulation.descend(P, start, method, [0.01, 0.05], noise, beta2=beta2)[:, 0]
    slow = [plain_descent(P, start[0], method, eta, noise, beta2) for eta in (0.01, 0.05)]
    np.testing.assert_allclose(fast, slow, rtol=1e-10)


def test_full_batch_adam_is_sign_descent_and_the_path_is_the_run():
    P, rng = problems.quadratic(H), np.random.default_rng(3)
    start = problems.unit_start(P, rng, 1)
    full, w = simulation.draws(rng, 20, 1, 6, np.inf), start[0]
    for _ in range(20):
        w = w - 0.01 * np.sign(P.hessian @ w)
    np.testing.assert_allclose(simulation.descend(P, start, "adam", [0.01], full, decay=False), w @ P.hessian @ w / 2)
    noise = simulation.draws(rng, 20, 1, 6, 4)
    history = simulation.descend(P, start, "adam", [0.05], noise, record=True)[:-1, 0, 0]
    path = simulation.path(P, start, 0.05, noise)
    np.testing.assert_allclose(((path @ P.hessian) * path).sum(axis=1) / 2, history, rtol=1e-10)


def test_mean_of_many_runs_follows_the_recursion():
    P, rng = problems.quadratic(H, 0.4), np.random.default_rng(4)
    start = np.tile(problems.unit_start(P, rng, 1), (4000, 1))
    noise = simulation.draws(rng, 50, 4000, 6, 3)
    risk = simulation.descend(P, start, -0.5, [0.1], noise, record=True)[:, 0]
    rates = 0.1 * (1 - np.arange(50) / 50)
    exact = theory.matrix_risk(P.hessian, np.outer(start[0], start[0]), -0.5, rates, 3, 0.4)
    z = (risk.mean(axis=1) - exact)[1:] / (risk.std(axis=1) / np.sqrt(4000))[1:]
    assert np.abs(z).max() < 4.5


def test_divergence_is_infinite_and_never_wins():
    P, rng = problems.quadratic(H), np.random.default_rng(5)
    losses = simulation.descend(
        P, problems.unit_start(P, rng, 2), 0, [0.1, 1.0, 1e7], simulation.draws(rng, 50, 1, 6, np.inf)
    )
    assert np.isinf(losses[2]).all() and tuning.tuned(losses, [0.1, 1, 1e7]).lr == 1.0
    with pytest.raises(ValueError, match="edge"):
        tuning.tuned(losses[[0, 2, 2]], [0.1, 100, 1000])
    with pytest.raises(ValueError, match="diverges"):
        tuning.tuned(losses[2:], [100])
    assert tuning.log_losses([np.nan, np.inf, 0.0, 1.0]).tolist() == [30, 30, -300, 0]


def test_block_instance_is_the_full_problem_on_block_constants():
    lam, c = np.array([2.5, 0.5]), np.array([[0.7, -0.4]])
    P = problems.quadratic(problems.block_matrix(3, (lam - 1) / 2, [1, 1]))
    start, rng = np.repeat(c, 3, axis=1), np.random.default_rng(6)
    full = simulation.draws(rng, 15, 1, 6, np.inf)
    for method, name in (("adam", "adam"), (-1, "gn"), (0, "gn")):
        whole = simulation.descend(P, start, method, [0.03, 0.3], full) / (((start @ P.root) ** 2).sum() / 2)
        np.testing.assert_allclose(simulation.block_run(lam, c, [0.03, 0.3], 15, name)[1], whole, rtol=1e-9)


def test_logistic_scalars_are_newton_steps_of_the_loss():
    z, a, pi, h = np.array([1.5, -0.7]), np.array([1.0, 0.3]), np.array([0.5, 0.5]), 1e-4

    def loss(w):
        return pi @ simulation.log_cosh(a * w)

    w, e = z / a, np.eye(2)
    gradient = np.array([(loss(w + h * v) - loss(w - h * v)) / (2 * h) for v in e])
    curvature = np.array([(loss(w + h * v) + loss(w - h * v) - 2 * loss(w)) / h**2 for v in e])
    for power in (-1, -0.5):
        moved = simulation.logistic_run(z[None], a, pi, [0.1], 1, power)[0, 0, 0] * loss(w)
        assert moved == pytest.approx(loss(w - 0.1 * gradient * curvature**power), rel=1e-5)
    assert simulation.log_cosh(2e3) == pytest.approx(1e3 - np.log(2))


@pytest.mark.parametrize("method", ["adam", -1, -0.5, 0])
@pytest.mark.parametrize("eigen", [False, True])
def test_logistic_training_is_the_plain_loop(method, eigen):
    data = simulation.logistic.problem(3, 40, 0.1, 2.0, np.random.default_rng(7))
    fast = simulation.logistic.train(data, method, eigen, [0.1, 0.3], 4, 12, 2, np.random.default_rng(8))
    rng, w, X, q = np.random.default_rng(8), np.zeros((2, 2, 3)), data.inputs, data.q
    for t in range(12):
        rows = rng.integers(0, 40, (2, 4))
        labels = rng.random((2, 4)) < q[rows]
        for i, eta in enumerate((0.1, 0.3)):
            for r in range(2):
                p = 1 / (1 + np.exp(-X @ w[i, r]))
                g, K = X[rows[r]].T @ (p[rows[r]] - labels[r]) / 4, (X.T * (p * (1 - p))) @ X / 40
                U = np.linalg.eigh(K)[1] if eigen else np.eye(3)
                M = theory.logistic_moment(X, q, w[i, r], 4) if method == "adam" else K
                D = np.diag(U.T @ M @ U) ** (-0.5 if method == "adam" else method)
                w[i, r] -= eta * (1 - t / 12) * U @ (D * (U.T @ g))
    np.testing.assert_allclose(fast, simulation.logistic.excess_loss(data, w), rtol=1e-8)


def test_a_batch_holds_a_sample():
    with pytest.raises(ValueError, match="batch"):
        simulation.draws(np.random.default_rng(0), 2, 1, 3, 0)


@pytest.mark.parametrize("power", [-1, -0.5])
def test_a_run_that_grows_beyond_1e17_and_contracts_again_is_not_lost(power):
    lam, T = np.array([1.0, 0.5, 0.1]), 97
    P, start = problems.quadratic(np.diag(lam)), np.array([[1.0, -0.5, 2.0]])
    full = simulation.draws(np.random.default_rng(0), T, 1, 3, np.inf)
    for eta in (2.03, 4.03, 9.17):
        factors = 1 - eta * (1 - np.arange(T)[:, None] / T) * lam ** (1 + power)
        logs = np.cumsum(np.log10(np.abs(factors)), axis=0)
        exact = np.log10(np.sum(lam * start[0] ** 2 * 10 ** (2 * logs[-1])) / 2)
        loss = np.log10(simulation.descend(P, start, power, [eta], full)[0, 0])
        assert loss == pytest.approx(exact, abs=1e-8)
        if eta == 4.03:
            assert 2 * logs.max() > 28 and exact < -14


def test_what_overflows_is_infinite_and_stays_so():
    P, start = problems.quadratic(np.diag([1.0, 0.5])), np.ones((1, 2))
    full = simulation.draws(np.random.default_rng(0), 400, 1, 2, np.inf)
    history = simulation.descend(P, start, 0, [0.5, 1e4], full, record=True)[:, :, 0]
    lost = ~np.isfinite(history[:, 1])
    assert np.isfinite(history[:, 0]).all() and lost[-1] and np.all(lost == np.logical_or.accumulate(lost))


@pytest.mark.parametrize("W", [2.0, 5.0])
def test_times_of_several_rates_are_those_of_each_alone(W):
    rates = theory.critical_rate(W, -1) * np.array([0.3, 0.9, 0.99, 1.2])
    together = simulation.logistic_time(W, -1, rates, 1.0, 1.0, 1e-3, 3000)
    alone = [simulation.logistic_time(W, -1, [rate], 1.0, 1.0, 1e-3, 3000)[0] for rate in rates]
    assert together.tolist() == alone and together[-1] == 3000


def test_unknown_methods_are_refused():
    ones = np.ones((1, 2))
    full = simulation.draws(np.random.default_rng(0), 3, 1, 2, np.inf)
    for call, name in (
        (lambda: simulation.block_run([1.0, 0.5], ones, [0.1], 3, "sgd"), "method"),
        (lambda: simulation.logistic_run(ones, [1.0, 1.0], [0.5, 0.5], [0.1], 3, "Adam"), "method"),
        (lambda: simulation.logistic_run(ones, [1.0, 1.0], [0.5, 0.5], [0.1], 3, -0.7), "method"),
        (lambda: simulation.converges([2.0], [0.1], 0.5), "power"),
        (lambda: simulation.logistic_time(2.0, 0, [0.1], 1.0, 1.0, 1e-3, 9), "power"),
        (lambda: simulation.descend(problems.quadratic(np.eye(2)), ones, "Adam", [0.1], full), "method"),
    ):
        with pytest.raises(ValueError, match=name):
            call()


def test_the_excess_loss_keeps_its_digits_near_the_minimum():
    data = simulation.logistic.problem(4, 300, 10.0, 1.0, np.random.default_rng(1))
    step = np.random.default_rng(2).standard_normal(4)
    hessian = (data.inputs.T * data.q * (1 - data.q)) @ data.inputs / 300
    for size in (1e-4, 1e-6, 1e-9, 1e-12):
        moved = data.teacher + size * step
        actual = moved - data.teacher  # what is left of the step after rounding
        expected = actual @ hessian @ actual / 2
        assert simulation.logistic.excess_loss(data, moved) == pytest.approx(expected, rel=max(1e-9, 3 * size))
    sizes = np.geomspace(1e-5, 10, 200)[:, None]
    losses = simulation.logistic.excess_loss(data, data.teacher + sizes * step)
    z, best = (data.teacher + sizes * step) @ data.inputs.T, data.inputs @ data.teacher
    plain = (np.logaddexp(0, z) - np.logaddexp(0, best) - data.q * (z - best)).mean(axis=-1)
    np.testing.assert_allclose(losses, plain, atol=3e-16, rtol=1e-12)
