"""Compiled ensembles against ten-line references with the same noise; measures with known answers."""

import numpy as np
import pytest

from optclaims.papers.adaptive_sde_scaling import measures, theory
from optclaims.papers.adaptive_sde_scaling.problems.hyperparameters import from_sde
from optclaims.papers.adaptive_sde_scaling.simulation import Setting, coupled, ensemble, plain, rates
from optclaims.papers.adaptive_sde_scaling.simulation.ensembles import BLOCK, SMALL
from optclaims.papers.adaptive_sde_scaling.simulation.nonlinear import sine
from optclaims.science import normals


def noise(seed, steps, skewed=False, svag=None):
    """The kernel's noise of its first block, (steps, BLOCK) float64."""
    state = normals.states(np.random.default_rng(seed), 1)[0]

    def one():
        out = np.empty((2, BLOCK), np.float32)
        normals.fill(state, out[0])
        if skewed:
            normals.fill(state, out[1])
            return (out.astype(float) ** 2).sum(0) / 2 - 1
        return out[0].astype(float)

    if svag is None:
        return np.array([one() for _ in range(steps)])
    return np.array([svag[1] * one() + svag[0] * one() for _ in range(steps)])


def reference(setting, seed):
    """Batched numpy in float64."""
    hp, (theta, m, v) = setting.hyper, (np.full(BLOCK, x, float) for x in setting.start)
    for k, z in enumerate(noise(seed, setting.steps, setting.skewed, setting.svag)):
        done = (setting.correct_from or 0) + k
        g = setting.h * theta + setting.drift + setting.sigma * setting.s * z
        m = hp.beta1 * m + (1 - hp.beta1) * g
        new = hp.beta2 * v + (1 - hp.beta2) * g * g
        top, bottom = m, new if setting.newest else v
        if setting.correct_from is not None:
            top = m / (1 - hp.beta1 ** (done + 1))
            bottom = bottom / (1 - hp.beta2 ** (done + setting.newest))
        theta, v = theta - hp.lr * top / (np.sqrt(bottom) + hp.eps), new
    return [theta.mean(), (theta**2).mean(), v.mean(), m.mean(), (m**2).mean()]


HP, SIGMA = from_sde(0.05, 1.0, 0.1, 1.0)
ADAM, _ = from_sde(0.05, 1.0, 0.1, 1.0, 4.0)
SETTINGS = {
    "RMSprop": Setting(HP, SIGMA, 40, (1.5, 0.0, 0.5 * SIGMA**2)),
    "skewed": Setting(HP, SIGMA, 40, (1.5, 0.0, 0.5 * SIGMA**2), skewed=True),
    "SVAG": Setting(HP, SIGMA, 40, (1.5, 0.0, 2.0 * SIGMA**2), svag=(-0.8, 1.8)),
    "linear loss": Setting(HP, SIGMA, 40, (0.0, 0.0, SIGMA**2), h=0.0, drift=1.0),
    "Adam": Setting(ADAM, SIGMA, 40, (1.5, 0.3, 0.4 * SIGMA**2), correct_from=10),
    "stock Adam": Setting(ADAM, SIGMA, 40, (1.5, 0.0, 0.0), correct_from=0, newest=True),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_kernel_follows_the_reference(name):
    setting = SETTINGS[name]
    paths, _ = ensemble(setting, BLOCK, np.random.default_rng(5))
    np.testing.assert_allclose(paths[0], reference(setting, 5), rtol=3e-5, atol=3e-5)


@pytest.mark.parametrize("name", SETTINGS)
def test_companion_has_its_exact_moments(name):
    setting = SETTINGS[name]
    _, blocks = ensemble(setting, 200 * BLOCK, np.random.default_rng(6))
    hp = setting.hyper
    exact = theory.companion_moments(
        setting.h, setting.drift, setting.noise, hp.beta1, hp.beta2, rates(setting), np.array(setting.start)
    )
    error = blocks.std(0, ddof=1) / np.sqrt(len(blocks))
    for i, key in enumerate(("theta", "theta2", "v", "m", "m2")):
        assert abs(blocks[:, i].mean() - exact[key]) <= 4.5 * error[i] + 1e-6, key


def test_control_variate_agrees_with_plain_means_and_is_sharper():
    setting = SETTINGS["RMSprop"]
    sharp = measures.moments(setting, 100 * BLOCK, np.random.default_rng(1))
    paths, _ = ensemble(setting, 100 * BLOCK, np.random.default_rng(2))
    plain_error = paths[:, 1].std(ddof=1) / 10
    assert sharp["theta2"][1] < plain_error / 4
    assert abs(paths[:, 1].mean() - sharp["theta2"][0]) < 4.5 * plain_error


@pytest.mark.parametrize(("eta2", "share"), [(0.0125, 1e-3), (2e-3, 2e-2)])
def test_rounding_of_float32_is_a_small_share_of_the_effect_where_it_is_used(eta2, share):
    hyper, sigma = from_sde(eta2, 1.0, 0.1, 1.0)
    setting = Setting(hyper, sigma, round(2 / eta2), (1.5, 0.0, 0.5 * sigma**2))
    assert hyper.lr**2 > SMALL
    narrow, wide = (ensemble(setting, 4 * BLOCK, np.random.default_rng(0), d)[0] for d in (np.float32, np.float64))
    effect = np.array([0.35, 0.23, 0.69 * sigma**2]) * eta2  # theta, theta^2, v
    assert (np.abs((narrow - wide).mean(0)[:3]) < share * effect).all()


def test_small_steps_are_taken_in_float64():
    hyper, sigma = from_sde(5e-4, 1.0, 0.1, 1.0)
    setting = Setting(hyper, sigma, 50, (1.5, 0.0, 0.5 * sigma**2))
    chosen, wide = (ensemble(setting, 1, np.random.default_rng(0), d)[0] for d in (None, np.float64))
    np.testing.assert_array_equal(chosen, wide)


def test_stock_adam_agrees_with_torch():
    torch = pytest.importorskip("torch")
    theta = torch.full((BLOCK,), 1.5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([theta], ADAM.lr, (ADAM.beta1, ADAM.beta2), ADAM.eps)
    setting = SETTINGS["stock Adam"]
    for z in noise(7, setting.steps):
        theta.grad = theta.detach() + SIGMA * torch.as_tensor(z)
        optimizer.step()
    paths, _ = ensemble(setting, BLOCK, np.random.default_rng(7))
    np.testing.assert_allclose(paths[0, :2], [theta.mean().item(), (theta**2).mean().item()], rtol=3e-5)


def test_first_step_of_the_previous_v_is_refused():
    with pytest.raises(ValueError, match="before the first step"):
        rates(Setting(ADAM, SIGMA, 4, (1.0, 0.0, 0.0), correct_from=0))
    with pytest.raises(ValueError, match="paths must be an integer, at least 1"):
        ensemble(SETTINGS["RMSprop"], 0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="steps must be an integer, at least 1"):
        Setting(HP, SIGMA, 0, (1.0, 0.0, 1.0))


def test_polynomial_sine():
    import numba

    @numba.njit
    def values(x):
        return np.array([sine(np.float32(t)) for t in x])

    x = np.linspace(-12, 12, 4001)
    np.testing.assert_allclose(values(x), np.sin(x), atol=4e-6)


def test_coupled_paths_share_their_noise():
    algorithm, equation = coupled(
        0.05, 1, (0.3, 0.5), 40 * BLOCK, np.random.default_rng(0), sigma0=1, eps0=0.1, c2=2, dt=2e-3
    )
    assert (algorithm - equation)[:, 0].std() < 0.5 * algorithm[:, 0].std()
    with pytest.raises(ValueError, match="whole number"):
        coupled(0.3, 1, (0.3, 0.5), BLOCK, np.random.default_rng(0), sigma0=1, eps0=0.1, c2=2, dt=2e-3)


def test_log_slope_of_a_power_and_its_interval():
    x = np.array([1.0, 2.0, 4.0])
    slope = measures.log_slope(x, -3 * x**1.5, 0.1 * x)
    assert slope.value == pytest.approx(1.5)
    draws = -3 * x**1.5 + 0.001 * x * np.random.default_rng(0).standard_normal((4000, 3))
    spread = np.std([np.polyfit(np.log(x), np.log(-d), 1)[0] for d in draws])
    sharp = measures.log_slope(x, -3 * x**1.5, 0.001 * x)
    assert (sharp.high - sharp.low) / 3.92 == pytest.approx(spread, rel=0.1)


def test_distance_of_shifted_curves_and_ratio():
    base = np.random.default_rng(0).standard_normal((8, 6))
    assert measures.distance(base + 0.3, base).value == pytest.approx(0.3)
    assert measures.distance_ratio(base + 0.1, base, base + 0.4, base - 0.2).value == pytest.approx(0.5)
    assert measures.distance_gap((base + 0.4, base), (base + 0.1, base)).value == pytest.approx(0.3)


@pytest.mark.parametrize("name", ["RMSprop", "skewed", "linear loss", "Adam", "stock Adam"])
def test_the_same_process_by_other_means_has_the_same_moments(name):
    setting = SETTINGS[name]
    ours = measures.moments(setting, 20 * BLOCK, np.random.default_rng(1))
    other = plain.plain_moments(setting, 20 * BLOCK, np.random.default_rng(2))
    for moment, (value, error) in other.items():
        assert abs(value - ours[moment][0]) < 4.5 * np.hypot(error, ours[moment][1]), moment


def test_the_double_well_by_other_means():
    constants = {"sigma0": 1.0, "eps0": 0.1, "c2": 2.0}
    sides = coupled(0.1, 0.5, (0.3, 0.5), 20 * BLOCK, np.random.default_rng(0), dt=5e-3, **constants)
    others = (
        plain.double_well(0.1, 0.5, (0.3, 0.5), 20_000, np.random.default_rng(1), **constants),
        plain.double_well_sde(0.5, (0.3, 0.5), 20_000, np.random.default_rng(2), dt=5e-3, **constants),
    )
    for side, other in zip(sides, others, strict=True):
        errors = side.std(0, ddof=1) / np.sqrt(len(side))
        for i, name in enumerate(("theta", "theta2")):
            assert abs(side.mean(0)[i] - other[name][0]) < 4.5 * np.hypot(errors[i], other[name][1])
