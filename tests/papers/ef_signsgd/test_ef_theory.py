"""Formulas of compressed descent: against brute force, limits and exact constructions."""

import numpy as np
import pytest

from optclaims.papers.ef_signsgd import measures, problems, theory
from optclaims.science.optimizers.compressors import ScaledSign


@pytest.mark.parametrize("law", problems.LAWS)
def test_the_scaled_sign_loses_what_the_identity_says(law):
    v = problems.vectors(np.random.default_rng(0), law, 20, 300)
    lost = ((ScaledSign()(v, 1) - v) ** 2).sum(axis=1) / (v**2).sum(axis=1)
    np.testing.assert_allclose(theory.sign_error(v), lost, rtol=1e-12)
    dense = (v != 0).all()
    assert np.allclose(theory.sign_error(v, sparse=False), lost) == dense
    assert (v != 0).mean() == pytest.approx(1.0 if dense else 0.1, abs=0.02)


def test_density_has_its_extremes():
    assert theory.density(np.ones(7)) == pytest.approx(1)
    assert theory.density(np.eye(7)[0]) == pytest.approx(1 / 7)
    assert theory.gaussian_density(1) == 1
    v = np.random.default_rng(1).standard_normal((20_000, 5))
    assert theory.density(v).mean() == pytest.approx(theory.gaussian_density(5), abs=0.005)


def test_vectors_have_their_laws():
    rng = np.random.default_rng(2)
    moments = {"Gaussian": 1.0, "Laplace": 2.0, "uniform": 1 / 3}
    for law, expected in moments.items():
        assert np.var(problems.vectors(rng, law, 100, 1000)) == pytest.approx(expected, rel=0.03)
    for law in ("Gaussian", "Laplace"):
        z = problems.noise(rng, 4, 500, 50, law)
        assert (z.astype(float) ** 2).sum(axis=2).mean() == pytest.approx(1, rel=0.03)
    assert np.mean(problems.noise(rng, 4, 500, 50, "Laplace") ** 4) * 50**2 == pytest.approx(6, rel=0.1)


def test_bounds_have_their_terms():
    assert theory.memory_bound(1.0, 0.1, 5.0) == 0
    cases = (2.0, 0.1, 3.0, 4.0, 0.25, 9), (1.0, 0.01, 1.0, 2.0, 0.5, 99), (1.0, 0.1, 2.0, 1.0, 0.5, 0)
    for gap, lr, L, sigma2, delta, T in cases:
        terms = [2 * gap / (lr * (T + 1)), lr * L * sigma2, 4 * lr**2 * L**2 * sigma2 * (1 - delta) / delta**2]
        assert theory.nonconvex_bound(gap, lr, L, sigma2, delta, T) == pytest.approx(sum(terms))
        assert theory.nonconvex_bound(gap, lr, L, sigma2, delta, T, compressed=False) == pytest.approx(sum(terms[:2]))
        terms = [gap**2 / (2 * lr * (T + 1)), lr * sigma2 / 2, 2 * lr * sigma2 * np.sqrt(1 - delta) / delta]
        assert theory.convex_bound(gap, lr, sigma2, delta, T) == pytest.approx(sum(terms))
        assert theory.convex_bound(gap, lr, sigma2, delta, T, compressed=False) == pytest.approx(sum(terms[:2]))
        assert theory.memory_bound(delta, lr, sigma2) == pytest.approx(4 * (1 - delta) * lr**2 * sigma2 / delta**2)


@pytest.mark.parametrize(("law", "expected"), [("Gaussian", 0.588), ("Laplace", 0.780)])
def test_the_level_is_that_of_the_sampled_recursion(law, expected):
    assert theory.memory_level(law) == pytest.approx(expected, abs=1e-3)
    assert theory.memory_level(law, points=1400) == pytest.approx(theory.memory_level(law), abs=3e-4)
    rng, e = np.random.default_rng(3), np.zeros(200_000)
    for _ in range(40):
        z = rng.standard_normal(e.size) if law == "Gaussian" else rng.laplace(size=e.size) / np.sqrt(2)
        p = z + e
        e = p - np.abs(p).mean() * np.sign(p)
    assert (e**2).mean() == pytest.approx(theory.memory_level(law), rel=0.02)


@pytest.mark.parametrize(("large", "q", "lr"), [(4, 0.25, 0.01), (5, 0.3, 0.02)])
def test_reflected_means_are_those_of_the_chain(large, q, lr):
    n = round(2 / lr) + 1
    for sign, mean in zip((True, False), theory.reflected_mean(large, q, lr), strict=True):
        chain = np.zeros((n, n))
        for i in range(n):
            chain[i, max(0, i - (1 if sign else large))] += q
            chain[i, min(n - 1, i + 1)] += 1 - q
        law = np.linalg.matrix_power(chain, 2**16)[n // 2]
        assert law @ np.linspace(-1, 1, n) == pytest.approx(mean, abs=1e-6)


def test_the_quadratic_mean_is_the_recursion():
    d, power, lr = 3, 7.0, 0.2
    second, kept = float(d), []
    for _ in range(12):
        kept.append(second / 2)
        second = (1 - lr) ** 2 * second + lr**2 * power
    assert theory.quadratic_mean(lr, d, power, 4, 12) == pytest.approx(np.mean(kept[4:]))


def test_the_minimum_norm_solution_is_the_pseudo_inverse():
    rng = np.random.default_rng(4)
    A, y = rng.standard_normal((4, 9)), rng.standard_normal(4)
    np.testing.assert_allclose(theory.minimum_norm(A, y), np.linalg.pinv(A) @ y, rtol=1e-10)


def test_the_least_value_on_the_line_is_that_of_a_search():
    forms = problems.random_forms(np.random.default_rng(5), d=6, n=3)
    steps = np.linspace(-6, 6, 200_001)
    points = forms.start[:, None] + np.sign(forms.rows[0])[:, None] * steps
    expected = ((forms.rows @ points) ** 2).mean(axis=0).min()
    assert theory.smallest_on_line(forms.rows, forms.start) == pytest.approx(expected, rel=1e-6)
    pair = problems.smooth_pair(0.4)
    assert 2 * theory.smallest_on_line(pair.rows, pair.start) == pytest.approx(8 * 0.4**2)


def test_forms_are_the_losses_of_the_paper():
    x = np.array([0.7, -0.2])
    assert problems.loss(problems.nonsmooth_pair(0.3), x) == pytest.approx(0.3 * 0.5 + 0.9)
    a1, a2 = np.array([1.3, -0.7]), np.array([-0.7, 1.3])
    assert problems.loss(problems.smooth_pair(0.3), x) == pytest.approx((a1 @ x) ** 2 + (a2 @ x) ** 2)
    forms = problems.random_forms(np.random.default_rng(6))
    assert problems.loss(forms, forms.start) == pytest.approx(np.mean((forms.rows @ forms.start) ** 2))
    assert (np.abs(np.sign(forms.rows) @ np.sign(forms.rows).T) == 20).all()
    assert np.abs(forms.rows).min() >= 0.5 and np.abs(forms.rows).max() <= 1.5


def test_the_artificial_points_are_those_of_the_authors():
    points = problems.artificial(np.random.default_rng(7), n=50)
    A = points.dense()
    assert A.shape == (100, 600)
    np.testing.assert_array_equal(A[:, 0], points.labels)
    assert (A[:, 1:3] == 1).all()
    own = A[:, 3:]
    np.testing.assert_array_equal(own.sum(axis=1), np.where(points.labels > 0, 1, 5))
    assert (own.sum(axis=0) <= 1).all()
    for i in (0, 17, 99):
        assert own[i, 5 * i] == 1


def test_quality_of_known_weights():
    points = problems.artificial(np.random.default_rng(8), n=30)
    train = points.dense()[:30]
    best = theory.minimum_norm(train, points.labels[:30])
    outside = np.zeros(points.d)
    outside[-1] = 2.0
    first = np.eye(points.d)[0]
    found = measures.quality(points, np.stack([best, best + outside, first]), [0.0, 2.0, 0.0])
    np.testing.assert_allclose(found.distance[:2], [0, 2], atol=1e-9)
    np.testing.assert_allclose(found.from_minimum[:2], [0, 2 / np.linalg.norm(best)], atol=1e-9)
    assert found.train[0] < 1e-20 and found.train[2] == 0 and found.test[2] == 0 and found.accuracy[2] == 1
    assert found.share[0] == pytest.approx((points.labels[30:] > 0).mean())


def test_the_slope_of_an_excess():
    T = np.array([100.0, 400.0])
    sgd = 3 / T
    method = sgd * (1 + 5 * T**-0.7)
    assert measures.excess_slope([method[0]], [method[1]], [sgd[0]], [sgd[1]], 4.0) == pytest.approx(-0.7)
    assert measures.excess_slope([1.2], [0.9], [1.0], [1.0], 4.0) < -5
