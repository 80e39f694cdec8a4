import numpy as np
import pytest

from optclaims.papers.granziol_batch_hessian import problems, simulation, theory


def test_noise_has_its_variances():
    matrices = np.array([problems.spiked_wigner(np.random.default_rng(s), 30, 0.0, 0.5) for s in range(60)])
    off = matrices[:, *np.triu_indices(30, 1)]
    diagonal = np.diagonal(matrices, axis1=1, axis2=2)
    assert off.var() == pytest.approx(0.5, rel=0.03)
    assert diagonal.var() == pytest.approx(1.0, rel=0.1)
    assert matrices == pytest.approx(matrices.swapaxes(1, 2))
    spiked = problems.spiked_wigner(np.random.default_rng(0), 30, 7.0, 0.5) - matrices[0]
    assert spiked[0, 0] == pytest.approx(7.0)
    assert np.abs(spiked).sum() == pytest.approx(7.0)


def test_populations_are_in_their_own_basis():
    samples = problems.population(np.random.default_rng(0), 50, [1.0, 5.0, 2.0])
    moment = samples.T @ samples / 50
    assert moment == pytest.approx(np.diag(moment.diagonal()), abs=1e-12)
    assert np.diff(moment.diagonal()).max() < 0
    raw = problems.gaussian_samples(np.random.default_rng(0), 50, [1.0, 5.0, 2.0])
    assert moment.diagonal() == pytest.approx(np.linalg.eigvalsh(raw.T @ raw / 50)[::-1])
    assert problems.gaussian_samples(np.random.default_rng(0), 20_000, [4.0, 1.0]).var(axis=0) == pytest.approx(
        [4, 1], rel=0.05
    )


@pytest.mark.parametrize("batch", [2, 30])
def test_tops_are_largest_eigenvalues(batch):
    samples = problems.population(np.random.default_rng(0), 40, [4.0, 2.0, 1.0, 0.5])
    tops, along = simulation.batch_tops(np.random.default_rng(1), samples, batch, 3)
    rng = np.random.default_rng(1)
    for top, one in zip(tops, along, strict=True):
        part = samples[rng.choice(40, batch, replace=False)]
        moment = part.T @ part / batch
        assert top == pytest.approx(np.linalg.eigvalsh(moment)[-1])
        assert one == pytest.approx(moment[0, 0])


def test_the_whole_population_has_no_shift():
    samples = problems.population(np.random.default_rng(0), 40, [4.0, 2.0])
    tops, along = simulation.batch_tops(np.random.default_rng(1), samples, 40, 2)
    assert tops == pytest.approx(along)


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_gradients_have_the_law_of_samples(noise):
    spectrum, batch, D = np.array([2.0, 0.5, 0.1]), 3, np.array([1.0, -1.0, 2.0])
    rng, runs = np.random.default_rng(0), 60_000
    fast = simulation._gradient(rng, spectrum, batch, np.tile(D, (runs, 1)), noise)
    x = np.sqrt(spectrum) * rng.standard_normal((runs, batch, 3))
    residual = x @ D + np.sqrt(noise) * rng.standard_normal((runs, batch))
    slow = (x * residual[..., None]).mean(axis=1)
    assert fast.mean(0) == pytest.approx(spectrum * D, abs=0.05)
    assert np.cov(fast.T) == pytest.approx(np.cov(slow.T), abs=0.12)
    assert (fast**3).mean(0) == pytest.approx((slow**3).mean(0), rel=0.15, abs=0.3)


def test_sgd_has_the_mean_loss_of_the_recursion():
    spectrum, start = np.array([2.0, 0.5]), np.array([1.0, 2.0])
    losses = simulation.sgd_losses(np.random.default_rng(0), spectrum, 0.2, 4, start, 6, 20_000)
    assert losses.mean(axis=0) == pytest.approx(theory.mean_loss(spectrum, 0.2, 4, start, 6), rel=0.03)


def test_sgd_has_its_stationary_risk():
    # E D_i^2 solves a linear system; here one dimension: m = (1 - x)^2 m + (lr^2 / B)(2 lambda^2 m + lambda).
    lr, batch, risk = 0.3, 2, None
    m = lr**2 / batch / (1 - (1 - lr) ** 2 - 2 * lr**2 / batch)
    risk = simulation.adam_risk(np.random.default_rng(0), [1.0], lr, batch, 4000, 40, power=0.0)
    assert risk.mean() == pytest.approx(1 + m, rel=0.02)
