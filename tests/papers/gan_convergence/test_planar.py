import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optclaims.papers.gan_convergence import measures, problems, simulation, theory
from optclaims.papers.gan_convergence.simulation import differentiated

POINT = st.tuples(st.floats(-2, 2), st.floats(-2, 2)).map(np.array)


def difference_quotient(function, point):
    steps = 1e-6 * np.eye(2)
    return np.stack([(function(point + h) - function(point - h)) / 2e-6 for h in steps], axis=-1)


@pytest.mark.parametrize("method", theory.METHODS)
@pytest.mark.parametrize("strength", [0.0, 0.4, 1.7])
def test_eigenvalues_are_those_of_the_field(method, strength):
    jacobian = difference_quotient(problems.build(method, strength), np.zeros(2))
    assert measures.characteristic_gap(jacobian, theory.eigenvalues(method, strength)) < 1e-8
    assert differentiated.jacobian(method, strength) == pytest.approx(jacobian, abs=1e-8)


def test_mistakes_and_generators_are_differentiated_as_the_fields_are():
    one_sided = difference_quotient(problems.instance_noise(0.8, fake_only=True), np.zeros(2))
    assert differentiated.jacobian("instance_noise", 0.8, fake_only=True) == pytest.approx(one_sided, abs=1e-8)
    penalised = problems.gradient_penalty(0.3, problems.non_saturating())
    found = differentiated.jacobian("gradient_penalty", 0.3, generator="non_saturating")
    assert found == pytest.approx(difference_quotient(penalised, np.zeros(2)), abs=1e-8)


def test_the_nine_methods_are_what_they_say():
    point = np.array([0.7, -1.3])
    for name, method in problems.nine_methods().items():
        if method.family and name != "NS R1":
            expected = problems.build(method.family, method.strength)(point)
            assert method.field(point) == pytest.approx(expected, rel=1e-14), name
        assert (method.clip is not None) == (name == "WGAN")
    assert problems.nine_methods()["WGAN-GP"].field(point) == pytest.approx([1.3, 0.7 + 0.7 * 0.3])
    penalised = problems.non_saturating()(point) + np.array([0.0, 0.3 * 1.3])
    assert problems.nine_methods()["NS R1"].field(point) == pytest.approx(penalised)


@given(POINT)
def test_the_energy_gradient_is_what_consensus_subtracts(point):
    expected = problems.gan()(point) - problems.consensus(1.0)(point)
    assert simulation.energy_gradient(problems.gan(), point) == pytest.approx(expected, abs=1e-8)


def test_eigenvalues_are_ordered_alike_from_either_source():
    cells = [("gradient_penalty", strength) for strength in (0.0, 0.6, 1.0, 1.7)]
    frame = measures.eigenvalue_frame(cells, {"formula": theory.eigenvalues, "derivative": differentiated.jacobian})
    for part in ("re", "im"):
        formula, derivative = (frame[frame.kind == kind][part].to_numpy() for kind in ("formula", "derivative"))
        assert formula == pytest.approx(derivative, abs=1e-7)
    row = measures.eigenvalue_row(*(theory.eigenvalues("gradient_penalty", s) for s in (1.7, 0.6)))
    assert row == pytest.approx({"re": -0.85 + 0.4725**0.5, "im": 0.0, "measured_re": -0.3, "measured_im": 0.4})


def test_late_radii_are_those_of_the_last_fifth_of_each_run():
    lr, points = np.array([0.2, 0.05]), np.random.default_rng(0).standard_normal((401, 2, 3, 2))
    found = measures.late_radii(points, lr, 20.0)
    cells = [(step, last, i, run) for i, (step, last) in enumerate(((0.2, 100), (0.05, 400))) for run in range(3)]
    for (step, last, i, run), row in zip(cells, found.itertuples(), strict=True):
        radius = measures.radii(points[: last + 1, i, run])[-last // 5 :]
        assert (row.lr, row.low, row.high) == (step, radius.min(), radius.max())
    with pytest.raises(ValueError, match="time"):
        measures.late_radii(points, lr, 21.0)


def test_a_run_leaves_a_ring_inwards_or_outwards():
    points = np.outer([1.2, 1.0, 1.5], [0.6, 0.8])
    for low, high, expected in ((1.1, 2.0, 0.1), (0.5, 1.3, 0.2), (0.9, 1.6, -0.1), (1.1, 1.3, 0.2)):
        assert measures.outside_ring(points, low, high) == pytest.approx(expected)


def test_wgan_with_a_clip_or_target_of_c_is_scaled_from_one():
    start = np.array([1.0, 0.6])
    small = simulation.alternating(problems.wgan_gp(0.7, 0.5), start, 0.1, 200)
    assert simulation.alternating(problems.wgan_gp(0.7, 1.0), 2 * start, 0.1, 200) == pytest.approx(2 * small)
    clipped = simulation.alternating(problems.wgan(), start, 0.1, 200, clip=0.5)
    assert simulation.alternating(problems.wgan(), 2 * start, 0.1, 200, clip=1.0) == pytest.approx(2 * clipped)


@given(POINT)
def test_the_gan_field_is_descent_and_ascent_of_its_loss(point):
    loss = lambda x: -np.log1p(np.exp(-x[0] * x[1]))  # noqa: E731
    slope = difference_quotient(loss, point)
    assert problems.gan()(point) == pytest.approx([-slope[0], slope[1]], abs=1e-7)


@given(POINT)
def test_the_non_saturating_generator_ascends_log_d(point):
    gained = difference_quotient(lambda x: -np.log1p(np.exp(-x[0] * x[1])), point)[0]
    assert problems.non_saturating()(point)[0] == pytest.approx(
        -point[1] / (1 + np.exp(-point[0] * point[1])), abs=1e-12
    )
    assert problems.gan()(point)[0] == pytest.approx(-gained, abs=1e-7)


@given(POINT)
def test_consensus_subtracts_the_gradient_of_half_the_squared_field(point):
    gradient = difference_quotient(lambda x: 0.5 * (problems.gan()(x) ** 2).sum(), point)
    assert problems.gan()(point) - problems.consensus(1.0)(point) == pytest.approx(gradient, abs=1e-7)


def test_instance_noise_is_an_average_over_noise():
    xi = 0.7 * np.random.default_rng(0).standard_normal(400_000)
    theta, psi = 0.8, -0.6
    fake = problems.slope(psi * (theta + xi))
    expected = [-psi * fake.mean(), ((theta + xi) * fake).mean() - (xi * problems.slope(-psi * xi)).mean()]
    assert problems.instance_noise(0.7)(np.array([theta, psi])) == pytest.approx(expected, abs=4e-3)


@given(POINT)
def test_wgan_gp_is_the_gradient_of_its_penalty(point):
    if abs(point[1]) < 1e-3:
        return
    penalty = difference_quotient(lambda x: 0.5 * 0.7 * (abs(x[1]) - 1) ** 2, point)[1]
    assert problems.wgan_gp(0.7, 1.0)(point) == pytest.approx([-point[1], point[0] - penalty], abs=1e-7)


@given(POINT)
def test_simultaneous_steps_of_the_gan_grow_by_their_identity(point):
    after = simulation.simultaneous(problems.gan(), point, 0.3, 1)[1]
    slope = problems.slope(point.prod())
    assert (after**2).sum() == pytest.approx((point**2).sum() * (1 + (0.3 * slope) ** 2), rel=1e-12)


def test_alternating_steps_use_the_point_they_reached():
    theta, psi, field = 0.7, -0.4, problems.gan()
    for _ in range(2):
        theta -= 0.1 * psi * problems.slope(theta * psi)
    for _ in range(3):
        psi += 0.1 * theta * problems.slope(theta * psi)
    end = simulation.alternating(field, [0.7, -0.4], 0.1, 1, generator_steps=2, discriminator_steps=3)[1]
    assert end == pytest.approx([theta, psi], rel=1e-14)


def test_stale_alternating_steps_are_simultaneous_ones():
    runs = [
        simulation.alternating(problems.gan(), [1.0, 1.0], 0.2, 20, stale=True),
        simulation.simultaneous(problems.gan(), [1.0, 1.0], 0.2, 20),
    ]
    assert runs[0] == pytest.approx(runs[1], rel=1e-13)


@given(st.floats(0.05, 3.0), st.floats(0.05, 2.0))
def test_alternating_multipliers_are_those_of_one_round(penalty, lr):
    field = problems.gradient_penalty(penalty)
    one_round = simulation.monodromy(lambda start: simulation.alternating(field, start, lr, 1))
    assert measures.characteristic_gap(one_round, theory.alternating_multipliers(lr, penalty)) < 1e-7


@given(st.floats(0.05, 3.0))
def test_at_the_largest_step_a_multiplier_has_modulus_one(penalty):
    lr = theory.largest_step("simultaneous", penalty)
    assert theory.simultaneous_rate("gradient_penalty", penalty, lr) == pytest.approx(0, abs=1e-7)
    assert theory.simultaneous_rate("gradient_penalty", penalty, 0.99 * lr) < 0
    lr = theory.largest_step("alternating", penalty)
    moduli = [np.abs(theory.alternating_multipliers(f * lr, penalty)).max() for f in (0.99, 1.01)]
    assert moduli[0] < 1 < moduli[1]


@settings(max_examples=12)
@given(st.floats(0.01, 1.0))
def test_the_ring_holds_the_linearised_run(lr):
    linear = lambda x: 0.5 * np.stack([-x[..., 1], x[..., 0]], axis=-1)  # noqa: E731
    radii = measures.radii(simulation.alternating(linear, [1.0, 1.0], lr, 4000))
    low, high = theory.invariant_ring(lr)
    assert low * (1 - 1e-9) <= radii.min() <= low * 1.01
    assert radii.max() == pytest.approx(high, rel=0.01)


def test_decay_is_fastest_at_the_critical_strength():
    for method, critical in (("gradient_penalty", theory.critical_penalty()), ("instance_noise", 2**0.5)):
        rates = [theory.simultaneous_rate(method, f * critical, 0.01) for f in (0.99, 1.0, 1.01)]
        assert rates[1] < min(rates[0], rates[2])
    assert theory.critical_variance() == 2


def test_continuous_time_conserves_the_gan_and_averages_the_non_saturating_one():
    times = np.linspace(0.0, 1500.0, 50)
    assert measures.radii(simulation.flow(problems.gan(), [1.0, 1.0], times)) == pytest.approx(2**0.5, rel=1e-7)
    late = measures.radii(simulation.flow(problems.non_saturating(), [1.0, 1.0], [1000.0, 1500.0])) ** 2
    assert late == pytest.approx(theory.radius_squared([1000.0, 1500.0], 2.0), rel=0.01)


def test_simultaneous_steps_settle_where_growth_and_decay_balance():
    r = measures.radii(simulation.simultaneous(problems.non_saturating(), [0.3, 0.3], 0.1, 20_000))
    assert (r[-5000:] ** 2).mean() == pytest.approx(theory.cycle_radius_squared(0.1), rel=1e-3)


def test_compiled_rounds_are_alternating_steps():
    setting = {"generator_steps": 2, "discriminator_steps": 1}
    run = simulation.alternating(problems.gan(), [1.0, 1.0], 0.2, 300, **setting)
    expected = (measures.radii(run[-100:]) ** 2).mean()
    assert simulation.drifting_squares([1.0, 1.0], 0.2, 300, 100, linear=False, **setting)[0] == pytest.approx(expected)


@pytest.mark.parametrize("scheme", ["simultaneous", "alternating"])
@pytest.mark.parametrize(("generator", "penalty"), [("gan", 0.0), ("gan", 0.7), ("non_saturating", 0.3)])
def test_compiled_runs_are_those_of_the_fields(scheme, generator, penalty):
    field = problems.gradient_penalty(penalty, getattr(problems, generator)())
    starts, lr = np.array([[1.0, 1.0], [-0.3, 2.0]]), np.array([0.2, 0.05])
    expected = getattr(simulation, scheme)(field, starts, lr[:, None], 200)
    setting = {"scheme": scheme, "penalty": penalty, "non_saturating": generator == "non_saturating"}
    assert simulation.dirac_run(starts, lr, 200, **setting) == pytest.approx(expected, rel=1e-11)
    assert simulation.dirac_run(starts, lr, 200, every=50, **setting) == pytest.approx(expected[::50], rel=1e-11)


def test_flows_go_side_by_side():
    starts, times = [[1.0, 1.0], [0.0, 2.0]], [1.0, 5.0]
    both = simulation.flow(problems.gan(), starts, times)
    for i, start in enumerate(starts):
        assert both[:, i] == pytest.approx(simulation.flow(problems.gan(), start, times), rel=1e-7)


def test_a_clip_holds_the_discriminator():
    run = simulation.simultaneous(problems.wgan(), [1.0, 1.0], 0.2, 100, clip=0.5)
    assert np.abs(run[1:, 1]).max() == 0.5
    assert np.abs(run[:, 0]).max() > 0.5


def test_bisection_finds_a_change_and_refuses_none():
    assert simulation.bisected_step(lambda h: h < 0.3, 0.1, 1.0) == pytest.approx(0.3, rel=1e-5)
    with pytest.raises(ValueError, match="enclose"):
        simulation.bisected_step(lambda _: True, 0.1, 1.0)


@pytest.mark.parametrize("lr", [0.02, 0.1])
def test_the_ring_of_first_order_is_missed_at_second_order(lr):
    radii = measures.radii(simulation.alternating(problems.gan(), [1.0, 1.0], lr, round(40 / lr)))
    assert np.abs(theory.first_order_ring(lr) - [radii.min(), radii.max()]).max() < lr**2 / 4
