import numpy as np
import pytest

from optclaims.papers.iterate_averaging import simulation
from optclaims.papers.iterate_averaging.simulation import frozen


def reference(rng, lr, size, length, fields, features, epochs, skip):
    """One learning rate, the gradient of the field by central differences, all iterates kept."""
    waves = rng.standard_normal((fields, features, size)) / length
    phases = rng.uniform(0, 2 * np.pi, (fields, features))

    def loss(w, batch):
        field = length * np.sqrt(2 / features) * np.cos(waves[batch] @ w + phases[batch]).sum()
        return w @ w / 2 + field

    w, path, h = np.ones(size), [], 1e-5 * np.eye(size)
    for _ in range(epochs):
        for batch in rng.permutation(fields):
            slope = [(loss(w + e, batch) - loss(w - e, batch)) / 2e-5 for e in h]
            path.append(w := w - lr * np.array(slope))
    ends = np.array(path)[fields - 1 :: fields][-max(1, epochs // 10) :]
    return (np.mean(path[fields * skip :], axis=0) ** 2).sum() / 2, (ends**2).sum(axis=1).mean() / 2


@pytest.mark.parametrize(("epochs", "skip"), [(6, 2), (20, 5)])
def test_runs_descend_on_the_written_loss(epochs, skip):
    setting = {"fields": 3, "features": 7, "epochs": epochs, "skip": skip}
    found = frozen.descend(np.random.default_rng(1), [0.1, 0.4], 4, 2.0, **setting)
    for i, lr in enumerate((0.1, 0.4)):
        expected = reference(np.random.default_rng(1), lr, 4, 2.0, **setting)
        assert [risk[i] for risk in found] == pytest.approx(expected, rel=1e-6)


def test_the_force_of_a_field_has_unit_variance():
    # One step of size 1 from w = 1 ends at minus the gradient of the field.
    risks = [frozen.descend(np.random.default_rng(i), [1.0], 40, 0.7, fields=1, epochs=1, skip=0)[1] for i in range(99)]
    assert np.mean(risks) == pytest.approx(20, rel=0.1)


def test_a_flat_field_is_a_constant_force():
    # Far below the length every batch pulls with a constant force: the average ends at the mean of the minima.
    found, _ = frozen.descend(np.random.default_rng(0), [0.05, 0.2], 10, 1e6, fields=4, epochs=400, skip=200)
    rng = np.random.default_rng(0)
    waves, phases = rng.standard_normal((4, 400, 10)), rng.uniform(0, 2 * np.pi, (4, 400))
    minimum = np.mean([(2 / 400) ** 0.5 * np.sin(b) @ z for z, b in zip(waves, phases, strict=True)], axis=0)
    assert found == pytest.approx((minimum @ minimum) / 2, rel=0.02)


def test_an_average_that_skips_is_that_of_a_later_start():
    every = simulation.descend(np.random.default_rng(3), 2, 0.3, [1.0], 0.5, 9, 1.0)[1]
    early = simulation.descend(np.random.default_rng(3), 2, 0.3, [1.0], 0.5, 4, 1.0)[1]
    late = simulation.descend(np.random.default_rng(3), 2, 0.3, [1.0], 0.5, 9, 1.0, 4)[1]
    assert late == pytest.approx((9 * every - 4 * early) / 5)
