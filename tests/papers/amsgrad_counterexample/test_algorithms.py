"""The rules and the compiled loop: against plain Python, torch, and each other in their limits."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from optclaims.papers.amsgrad_counterexample import problems, simulation
from optclaims.papers.amsgrad_counterexample.simulation.compiled import ALGORITHMS, advance
from optclaims.science import optimizers
from optclaims.science.optimizers.schedules import Geometric, InversePower


def reference(algorithm, gradients, alpha, beta1, beta2, x, constant, decay, eps):
    """Positions and regret of a scalar run, step by step."""
    m = v = vhat = loss = 0.0
    positions = []
    for t, g in enumerate(gradients, start=1):
        positions.append(x)
        loss += g * x
        b1, b2 = beta1 * decay ** (t - 1), 1 - 1 / t if algorithm == "adamnc" else beta2
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        vhat = max(vhat, v) if algorithm == "amsgrad" else v
        if vhat + eps > 0:
            x = min(1.0, max(-1.0, x - alpha / (1 if constant else math.sqrt(t)) * m / math.sqrt(vhat + eps)))
    return np.array(positions), loss + abs(sum(gradients))


@settings(max_examples=40, deadline=None)
@given(
    algorithm=st.sampled_from(["adam", "amsgrad", "adamnc"]),
    seed=st.integers(0, 10_000),
    alpha=st.floats(1e-3, 2),
    beta1=st.floats(0, 0.99),
    beta2=st.floats(0.01, 0.999),
    x1=st.floats(-1, 1),
    constant=st.booleans(),
    decay=st.sampled_from([1.0, 0.99]),
    eps=st.sampled_from([0.0, 0.5]),
)
def test_compiled_loop_equals_plain_python(algorithm, seed, alpha, beta1, beta2, x1, constant, decay, eps):
    rng = np.random.default_rng(seed)
    g = rng.choice([-1.0, 0.0, 3.0, 0.5], size=300)
    x, regret = reference(algorithm, g, alpha, beta1, beta2, x1, constant, decay, eps)
    run = simulation.run(
        algorithm,
        problems.given(g),
        np.arange(1, 301),
        alpha=alpha,
        beta1=beta1,
        beta2=beta2,
        x1=x1,
        constant=constant,
        decay=decay,
        eps=eps,
    )
    np.testing.assert_allclose(run.x[0], x, rtol=0, atol=1e-12)
    assert run.regret[0, -1] == pytest.approx(regret, rel=1e-12, abs=1e-12)


def test_chunks_and_thinning_change_nothing(monkeypatch):
    def play(times, chunk):
        monkeypatch.setattr(simulation.online, "CHUNK", chunk)
        source = problems.two_valued(4, 0.3, np.random.default_rng(1).spawn(3))
        return simulation.run("amsgrad", source, times, alpha=0.7, beta1=0.9, beta2=0.99, decay=0.999)

    whole, parts, thin = play(np.arange(1, 1001), 10**6), play(np.arange(1, 1001), 21), play([7, 500, 1000], 100)
    for name in ("x", "loss", "gradient", "position", "inverse_step"):
        np.testing.assert_allclose(getattr(whole, name), getattr(parts, name), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(getattr(whole, name)[:, [6, 499, 999]], getattr(thin, name), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(whole.final, parts.final, atol=1e-12)


def test_recorded_sums_are_the_sums_over_the_path():
    g = np.random.default_rng(0).standard_normal((2, 400))
    run = simulation.run("adam", problems.given(g), np.arange(1, 401), alpha=1, beta1=0.5, beta2=0.9)
    np.testing.assert_allclose(run.loss, np.cumsum(g * run.x, axis=1), atol=1e-12)
    np.testing.assert_allclose(run.position, np.cumsum(run.x, axis=1), atol=1e-12)
    np.testing.assert_allclose(run.inverse_step, run.denominator * np.sqrt(run.t), rtol=1e-12)
    increments = np.diff(run.inverse_step, prepend=0.0)
    np.testing.assert_array_equal(run.decreases, np.cumsum(increments < 0, axis=1))
    assert run.tail_mean(0.25)[0] == pytest.approx(run.x[0, 300:].mean(), abs=1e-12)


def test_regret_is_against_the_best_corner():
    g = np.random.default_rng(3).standard_normal((1, 50))
    run = simulation.run("adam", problems.given(g), [50], alpha=1, beta1=0.9, beta2=0.99)
    losses = [np.sum(g * point) for point in np.linspace(-1, 1, 11)]
    assert run.regret[0, 0] == pytest.approx(run.loss[0, 0] - min(losses), abs=1e-12)


def rule(algorithm, alpha, beta1, beta2, constant, decay, eps):
    """The shared definition of what the compiled loop runs; library variants correct m, so they have no decay."""
    lr = alpha if constant else InversePower(alpha)
    b1 = beta1 if decay == 1 else Geometric(beta1, decay)
    paper = {"bias_correction": False, "eps_inside_root": True, "eps": eps}
    return {
        "adam": lambda: optimizers.Adam(lr, b1, beta2, **paper),
        "amsgrad": lambda: optimizers.Adam(lr, b1, beta2, amsgrad=True, **paper),
        "adamnc": lambda: optimizers.AdamNc(lr, b1, eps=eps, eps_inside_root=True),
        "torch": lambda: optimizers.Adam(lr, b1, beta2, eps, amsgrad=True),
        "optax": lambda: optimizers.Adam(lr, b1, beta2, eps, amsgrad=True, maximum_of="corrected"),
    }[algorithm]()


@pytest.mark.parametrize(
    ("algorithm", "decay"), [*itertools.product(ALGORITHMS, [1.0]), *itertools.product(["adam", "amsgrad"], [0.97])]
)
@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("eps", [0.0, 0.3])
def test_compiled_loop_is_the_shared_rule_and_a_clip(algorithm, decay, constant, eps):
    g = np.random.default_rng(8).choice([-1.0, 0.0, 3.0, 0.5], size=(3, 200))
    g[0, :5] = 0
    moved = {"alpha": 0.4, "beta1": 0.8, "beta2": 0.95, "constant": constant, "decay": decay, "eps": eps}
    run = simulation.run(algorithm, problems.given(g), np.arange(1, 201), x1=0.5, **moved)
    shared, x = rule(algorithm, **moved), np.full(3, 0.5)
    state = shared.start(x)
    for t in range(1, 201):
        np.testing.assert_allclose(run.x[:, t - 1], x, rtol=0, atol=1e-12)
        x, state = shared.step(x, g[:, t - 1], state, t)
        x = np.clip(x, -1, 1)
    np.testing.assert_allclose(run.final, x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 50, 3000])
def test_torch_variant_equals_torch(steps):
    g = problems.sample(problems.periodic(1010, 101, 10), steps)[0]
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=1e-3, betas=(0.9, 0.99), amsgrad=True)
    for value in g:
        x.grad = torch.full((1,), value, dtype=torch.float64)
        optimizer.step()
    run = simulation.run(
        "torch", problems.given(g), [steps], alpha=1e-3, beta1=0.9, beta2=0.99, x1=0, constant=True, eps=1e-8
    )
    assert run.final[0] == pytest.approx(float(x.detach()), abs=1e-12)


def test_variants_differ_from_the_paper():
    end, last = {}, {}
    for name in ("amsgrad", "torch", "optax"):
        source = problems.periodic(1010, 101, 10)
        run = simulation.run(name, source, [1, 101, 5000], alpha=1e-3, beta1=0.9, beta2=0.99, x1=0, constant=True)
        end[name], last[name] = run.final[0], run.denominator[0]
    assert end["amsgrad"] == pytest.approx(-0.0087647, abs=1e-7)
    assert end["torch"] == pytest.approx(-0.0070600, abs=1e-7)
    assert end["optax"] == pytest.approx(-0.0030149, abs=1e-7)
    assert last["torch"][0] > last["torch"][1]  # falls: not monotone
    np.testing.assert_allclose(last["optax"], 1010, rtol=1e-12)  # the first corrected v for ever


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(1e-3, 1e3), algorithm=st.sampled_from(["adam", "amsgrad", "adamnc"]))
def test_scaling_the_gradients_changes_no_path(scale, algorithm):
    g = np.random.default_rng(5).standard_normal(200)
    paths = [
        simulation.run(algorithm, problems.given(c * g), np.arange(1, 201), alpha=0.3, beta1=0.9, beta2=0.9).x
        for c in (1.0, scale)
    ]
    np.testing.assert_allclose(paths[0], paths[1], atol=1e-11)


def test_amsgrad_is_adam_while_the_second_moment_grows():
    g = np.random.default_rng(6).choice([-1.0, 1.0], size=500)  # constant g^2: v increases
    adam, ams = (
        simulation.run(a, problems.given(g), np.arange(1, 501), alpha=1, beta1=0.9, beta2=0.99)
        for a in ("adam", "amsgrad")
    )
    np.testing.assert_array_equal(adam.x, ams.x)


def test_adamnc_without_momentum_is_adagrad():
    g = np.random.default_rng(7).standard_normal(300)
    x = [1.0]
    for step in 0.5 * g / np.sqrt(np.cumsum(g**2)):
        x.append(min(1.0, max(-1.0, x[-1] - step)))
    run = simulation.run("adamnc", problems.given(g), [1, 300], alpha=0.5, beta1=0, beta2=0)
    assert run.final[0] == pytest.approx(x[-1], abs=1e-12)


def test_zero_gradients_leave_the_coordinate_alone():
    g = np.concatenate([np.zeros(10), [1.0, -2.0]])
    run = simulation.run("amsgrad", problems.given(g), np.arange(1, 13), alpha=0.1, beta1=0.9, beta2=0.9, x1=0.3)
    assert (run.x[0, :11] == 0.3).all() and run.final[0] != 0.3


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "sgd"},
        {"times": [3, 2]},
        {"times": [0, 2]},
        {"times": []},
        {"beta1": 1.0},
        {"beta2": -0.1},
        {"alpha": 0.0},
        {"decay": 1.5},
        {"eps": -1.0},
        {"x1": 2.0},
    ],
)
def test_bad_input_is_named(change):
    arguments = {"algorithm": "adam", "times": [1, 2], "alpha": 0.1, "beta1": 0.9, "beta2": 0.99, "x1": 1.0} | change
    algorithm, times = arguments.pop("algorithm"), arguments.pop("times")
    with pytest.raises(ValueError):
        simulation.run(algorithm, problems.periodic(3, 3), times, **arguments)


def test_sources():
    np.testing.assert_array_equal(problems.sample(problems.periodic(5, 4, 2), 6)[0], [5, -2, -2, -2, 5, -2])
    source = problems.periodic(5, 4, 2)
    np.testing.assert_array_equal(source(3, 3)[0], [-2, 5, -2])
    draws = problems.sample(problems.two_valued(9, 0.2, np.random.default_rng(0).spawn(2)), 20_000)
    assert set(np.unique(draws)) == {-1.0, 9.0}
    np.testing.assert_allclose((draws == 9).mean(axis=1), 0.2, atol=0.015)
    sparse = problems.sample(problems.sparse_signs([1, 0.1], np.random.default_rng(1).spawn(2)), 20_000)
    np.testing.assert_allclose(np.abs(sparse).mean(axis=1), [1, 0.1], atol=0.01)
    np.testing.assert_allclose(sparse.mean(axis=1), 0, atol=0.03)


def test_thinned_times_contain_what_tail_means_need():
    times = simulation.thinned(12_345, 40)
    assert {1, 12_345, round(0.9 * 12_345)} <= set(times) and (np.diff(times) > 0).all()


def test_the_loop_is_compiled_once_whatever_the_numbers_are():
    for alpha, beta1 in ((1, 0), (0.5, 0), (1, 0.5)):
        simulation.run("adam", problems.periodic(3, 3), [5], alpha=alpha, beta1=beta1, beta2=0.5, constant=beta1 == 0)
    simulation.run("adam", lambda start, n: np.ones((6, n))[::2], [5], alpha=1, beta1=0, beta2=0.5)
    assert len(advance.signatures) == 1
