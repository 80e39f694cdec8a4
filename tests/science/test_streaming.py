"""The fused streaming kernel against a short reference in numpy on the same samples, and against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

from optclaims.science import normals, streaming

D = 12


def reference(X, noise, start, K, rates, method, record, betas=(0.0, 0.0), scaled=None):
    """Ten lines of float64 numpy on given samples X (steps, d)."""
    delta, m, V, risks = np.array(start, float), 0.0, 0.0, []
    for k in range(len(X) + 1):
        if k in record:
            risks.append(delta @ K @ delta / 2)
        if k == len(X):
            return np.array(risks)
        g = (X[k] @ delta - noise[k]) * X[k]
        m, V = betas[0] * m + (1 - betas[0]) * g, betas[1] * V + (1 - betas[1]) * g**2
        step = {"sign": np.sign(g), "sgd": g, "adam": m / np.sqrt(V + 1e-30)}[method]
        delta = delta - rates[k] / len(delta) * step * (1 if scaled is None else np.sqrt(delta @ K @ delta + scaled))


def problem(seed, kind):
    rng = np.random.default_rng(seed)
    variances = rng.uniform(0.3, 2, D)
    if kind == "diagonal":
        return streaming.diagonal(variances), np.diag(variances)
    index = np.arange(D)
    K = 0.7 ** np.abs(index[:, None] - index) * np.sqrt(np.outer(variances, variances))
    return (streaming.autoregressive(variances, 0.7) if kind == "autoregressive" else streaming.dense(K)), K


def drawn(features, K, steps, rng):
    """The samples that the kernel draws for its first run from this generator, coloured in float64."""
    chunk = streaming.GEMM_ROWS if features.kind == streaming.DENSE else max(4, streaming.CACHED // D // 4 * 4)
    block = np.empty(-(-chunk * D // normals.BLOCK) * normals.BLOCK, np.float32)
    state, z = normals.states(rng, 1)[0], []
    for _ in range(-(-steps // chunk)):
        normals.fill(state, block)
        z.append(block[: chunk * D].reshape(chunk, D).astype(float))
    return np.concatenate(z)[:steps] @ np.linalg.cholesky(K).T


@pytest.mark.parametrize("kind", ["diagonal", "autoregressive", "dense"])
@pytest.mark.parametrize("method", ["sign", "sgd", "adam"])
def test_kernel_equals_the_reference_on_the_same_samples(kind, method):
    features, K = problem(1, kind)
    steps, record, betas = 90, np.arange(0, 91, 9), (0.4, 0.8)
    noise = 0.5 * np.random.default_rng(2).standard_normal((1, steps))
    rates = np.linspace(0.5, 0.2, steps)
    start = np.full(D, D**-0.5)
    ours = streaming.run(features, start, noise, rates, method, record, np.random.default_rng(3), beta1=0.4, beta2=0.8)
    X = drawn(features, K, steps, np.random.default_rng(3))
    theirs = reference(X, noise[0].astype(np.float32), start, K, rates, method, record, betas)
    assert np.allclose(ours[0], theirs, rtol=2e-4 if method == "adam" else 2e-5)


def test_steps_scaled_by_the_residual():
    features, K = problem(1, "diagonal")
    noise = 0.3 * np.random.default_rng(2).standard_normal((1, 60))
    record, rng = np.arange(0, 61, 6), np.random.default_rng
    ours = streaming.run(features, np.ones(D), noise, 0.4, "sign", record, rng(3), residual_scaled=0.09)
    X = drawn(features, K, 60, rng(3))
    theirs = reference(X, noise[0].astype(np.float32), np.ones(D), K, np.full(60, 0.4), "sign", record, scaled=0.09)
    assert np.allclose(ours[0], theirs, rtol=2e-5)


@pytest.mark.parametrize("method", ["sign", "sgd"])
def test_data_sets_follow_their_order_and_a_zero_entry_has_sign_zero(method):
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((40, D)) * (rng.random((40, D)) < 0.7)
    order = np.stack([rng.permutation(40) for _ in range(3)])
    noise = rng.standard_normal((3, 40))
    K = rows.T @ rows / 40
    ours = streaming.run(
        streaming.samples(rows), np.ones(D), noise, 0.3, method, [0, 20, 40], np.random.default_rng(1), order=order
    )
    for run in range(3):
        theirs = reference(rows[order[run]], noise[run], np.ones(D), K, np.full(40, 0.3), method, [0, 20, 40])
        assert np.allclose(ours[run], theirs, rtol=2e-5)


@pytest.mark.parametrize("kind", ["diagonal", "autoregressive", "dense"])
def test_mean_risk_agrees_with_plain_numpy_on_independent_samples(kind):
    features, K = problem(4, kind)
    runs, steps, record = 20_000, 40, [40]
    rng = np.random.default_rng(11)
    ours = streaming.run(features, np.full(D, 0.3), 0.5 * rng.standard_normal((runs, steps)), 0.6, "sign", record, rng)[
        :, 0
    ]
    delta, root = np.full((runs, D), 0.3), np.linalg.cholesky(K)
    for _ in range(steps):
        x = rng.standard_normal((runs, D)) @ root.T
        r = np.sum(x * delta, axis=1) - 0.5 * rng.standard_normal(runs)
        delta -= 0.6 / D * np.sign(r[:, None] * x)
    theirs = np.einsum("ri,ij,rj->r", delta, K, delta) / 2
    spread = np.hypot(ours.std(), theirs.std()) / np.sqrt(runs)
    assert abs(ours.mean() - theirs.mean()) < 4 * spread
    assert abs(ours.mean() - 1.08 * theirs.mean()) > 4 * spread  # the comparison would see eight per cent


@given(st.integers(1, 6), st.integers(1, 40), st.sampled_from(["diagonal", "autoregressive", "dense"]))
@settings(max_examples=20)
def test_a_run_does_not_depend_on_the_others_nor_on_threads(runs, steps, kind):
    features, _ = problem(5, kind)
    noise = np.random.default_rng(0).standard_normal((8, steps))
    call = lambda n: streaming.run(features, np.ones(D), noise[:n], 0.5, "sign", [steps], np.random.default_rng(9))  # noqa: E731
    threads, config.NUMBA_NUM_THREADS = config.NUMBA_NUM_THREADS, 1
    try:
        alone = call(8)
        config.NUMBA_NUM_THREADS = 3
        assert np.array_equal(call(8), alone)
    finally:
        config.NUMBA_NUM_THREADS = threads
    assert np.array_equal(call(runs), alone[:runs])


def test_stopping_earlier_gives_the_same_risks():
    features, _ = problem(5, "diagonal")
    noise = np.random.default_rng(0).standard_normal((2, 900))
    long = streaming.run(features, np.ones(D), noise, 0.5, "sgd", [100, 700, 900], np.random.default_rng(9))
    short = streaming.run(features, np.ones(D), noise[:, :700], 0.5, "sgd", [100, 700], np.random.default_rng(9))
    assert np.array_equal(short, long[:, :2])


def test_divergence_is_a_finite_number():
    features = streaming.diagonal(np.ones(D))
    noise = np.random.default_rng(0).standard_normal((3, 5000))
    for rate in (60.0, 1e9):
        risks = streaming.run(features, np.ones(D), noise, rate, "sgd", [0, 1, 2500, 5000], np.random.default_rng(9))
        assert np.isfinite(risks).all() and np.all(risks[:, -1] == streaming.RISK_CAP)


def test_no_residual_is_too_large_for_its_sign():
    features, K = problem(1, "diagonal")
    noise = np.random.default_rng(0).standard_t(0.25, (1, 400))
    noise[0, 40], noise[0, 50] = 1e60, -np.inf
    record = np.arange(0, 401, 50)
    ours = streaming.run(features, np.ones(D), noise, 0.5, "sign", record, np.random.default_rng(3))
    X = drawn(features, K, 400, np.random.default_rng(3))
    theirs = reference(X, noise[0].clip(-1e100, 1e100), np.ones(D), K, np.full(400, 0.5), "sign", record)
    assert np.allclose(ours[0], theirs, rtol=2e-5) and np.abs(noise).max() > 1e12
    lost = streaming.run(features, np.ones(D), noise, 0.5, "sgd", record, np.random.default_rng(3))
    assert np.all(lost[0, 2:] == streaming.RISK_CAP)


def test_at_the_optimum_without_noise_nothing_moves():
    features, _ = problem(1, "diagonal")
    for method in ("sign", "sgd", "adam"):
        risks = streaming.run(features, np.zeros(D), np.zeros((2, 9)), 0.5, method, [0, 9], np.random.default_rng(3))
        assert np.all(risks == 0)


def test_adam_goes_on_after_a_large_residual_as_the_reference_does():
    features, K = problem(1, "diagonal")
    noise = np.random.default_rng(2).standard_normal((1, 90))
    noise[0, 20] = 1e14
    record = np.arange(0, 91, 10)
    start, rng = np.full(D, D**-0.5), np.random.default_rng
    ours = streaming.run(features, start, noise, 0.4, "adam", record, rng(3), beta1=0.4, beta2=0.3)
    X = drawn(features, K, 90, rng(3))
    theirs = reference(X, noise[0].astype(np.float32), start, K, np.full(90, 0.4), "adam", record, (0.4, 0.3))
    assert np.allclose(ours[0], theirs, rtol=1e-3)


def test_risk_of_each_kind_of_features():
    start = np.random.default_rng(1).standard_normal(D)
    for kind in ("diagonal", "autoregressive", "dense"):
        features, K = problem(6, kind)
        risk = streaming.run(features, start, np.zeros((1, 0)), 0.1, "sign", [0], np.random.default_rng(0))
        assert np.isclose(risk[0, 0], start @ K @ start / 2, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: streaming.diagonal([1.0, 0.0]), "feature 1"),
        (lambda: streaming.diagonal([1.0, np.nan]), "variances must be finite"),
        (lambda: streaming.dense([[1.0, 2.0], [2.0, 1.0]]), "positive definite"),
        (lambda: streaming.dense([[1.0, 0.5], [0.4, 1.0]]), "symmetric"),
        (lambda: streaming.dense([[1.0, 0.0], [0.0, 0.0]]), "feature 1"),
        (lambda: streaming.samples([[1.0, 0.0], [2.0, 0.0]]), "feature 1"),
        (lambda: streaming.autoregressive([1.0, 1.0], 1.0), "correlation"),
    ],
)
def test_bad_features_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "signum"}, "method must be one of"),
        ({"record": [0, 11]}, "record must be at most 10"),
        ({"record": [5, 5]}, "record must increase"),
        ({"order": np.zeros((1, 10), int)}, "order"),
        ({"start": [1.0, np.nan]}, "start"),
        ({"start": [1.0]}, "start"),
        ({"noise": np.full((1, 10), np.nan)}, "noise"),
        ({"lr": np.ones(9)}, "lr"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    good = {
        "method": "sign",
        "record": [0, 10],
        "order": None,
        "start": [1.0, 1.0],
        "lr": 0.1,
        "noise": np.zeros((1, 10)),
    }
    with pytest.raises(ValueError, match=message):
        streaming.run(
            streaming.diagonal([1.0, 1.0]),
            rng=np.random.default_rng(0),
            **good | change,
        )


def test_residual_scaling_is_for_diagonal_features():
    features, _ = problem(1, "dense")
    with pytest.raises(ValueError, match="diagonal"):
        streaming.run(
            features, np.ones(D), np.zeros((1, 4)), 0.1, "sign", [4], np.random.default_rng(0), residual_scaled=0.0
        )
