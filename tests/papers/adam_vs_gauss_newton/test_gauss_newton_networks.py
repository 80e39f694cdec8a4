"""Networks trained with idealised Adam and Gauss-Newton powers, against autograd, plain loops and enumeration."""

from itertools import product

import numpy as np
import pytest
import torch

from optclaims.papers.adam_vs_gauss_newton import figures
from optclaims.papers.adam_vs_gauss_newton.measures import comparison
from optclaims.papers.adam_vs_gauss_newton.simulation.networks import bases, training
from optclaims.science import networks

MLP = networks.perceptron((4, 5, 3), "tanh", bias=False)
SCALAR = networks.perceptron((4, 6, 1), "relu", bias=False)
TRANSFORMER = networks.transformer(2, 3, 4, 2, 5, 1, embedding=0.5)


def problem(kind, n=12, seed=0):
    rng = np.random.default_rng(seed)
    x = torch.as_tensor(rng.standard_normal((n, 4)))
    if kind == "classes":
        return training.Data(MLP, networks.CROSS_ENTROPY, x, torch.as_tensor(rng.integers(0, 3, n)))
    if kind == "scalar":
        return training.Data(SCALAR, networks.SQUARED, x, torch.as_tensor(rng.standard_normal(n)))
    tokens = torch.as_tensor(rng.integers(0, 2, (n, 3)), dtype=torch.float64)
    return training.Data(TRANSFORMER, networks.LOGISTIC, tokens, tokens.sum(dim=1) % 2)


def weights_of(data, runs=2, seed=1):
    return data.network.initial([np.random.default_rng([seed, r]) for r in range(runs)], torch.float64)


def per_sample(data, theta, run):
    """Every sample's gradient (n, weights) by one backward pass each."""
    rows = []
    for x, y in zip(data.inputs, data.targets, strict=True):
        loss = lambda w, x=x, y=y: data.loss.value(data.network(w[None], x[None, None]), y[None, None]).sum()  # noqa: E731
        rows.append(torch.func.grad(loss)(theta[run]))
    return torch.stack(rows)


KINDS = ("classes", "scalar", "tokens")


@pytest.mark.parametrize("kind", KINDS)
def test_kronecker_squares_are_those_of_rotated_gradients(kind):
    data = problem(kind)
    weights = weights_of(data)
    factors = training.data_factors(data, weights, None)
    basis = bases.Kronecker.of(factors)
    start = 0
    for i, (m, k) in enumerate(layer.shape for layer in data.network.layers):
        explicit = per_sample(data, weights, 0)[:, start : start + m * k].unflatten(1, (m, k))
        rotated = basis.left[i][0].mT @ explicit @ basis.right[i][0]
        torch.testing.assert_close(basis.square_mean(factors)[i][0], (rotated**2).mean(dim=0))
        start += m * k


def test_the_kronecker_basis_diagonalises_both_moments():
    data = problem("tokens")
    factors = training.data_factors(data, weights_of(data), None)
    basis = bases.Kronecker.of(factors)
    for (a, delta), left, right in zip(factors, basis.left, basis.right, strict=True):
        for x, rotation in ((a, left), (delta, right)):
            moment = torch.einsum("r...i,r...j->rij", x @ rotation[:, None] if x.ndim == 4 else x @ rotation, x)
            moment = moment @ rotation
            assert (moment - torch.diag_embed(torch.diagonal(moment, dim1=1, dim2=2))).abs().max() < 1e-9


def test_in_the_full_eigenbasis_the_diagonal_is_the_spectrum():
    data = problem("scalar")
    weights = weights_of(data)
    factors = training.curvature_factors(data, weights, torch.rand(2, 12, dtype=torch.float64))
    J = networks.jacobian(factors)
    spectrum = torch.linalg.eigvalsh(J.mT @ J / J.shape[1])
    torch.testing.assert_close(bases.Full.of(factors).square_mean(factors)[0], spectrum, rtol=0, atol=1e-5)


def test_the_full_eigenbasis_does_not_depend_on_rounding():
    factors = training.curvature_factors(problem("classes"), weights_of(problem("classes")), torch.rand(2, 12).double())
    order = torch.randperm(12)
    shuffled = [networks.Factor(a[:, order], delta[:, order]) for a, delta in factors]
    overlap = bases.Full.of(factors).rotation.mT @ bases.Full.of(shuffled).rotation
    torch.testing.assert_close(overlap.abs(), torch.eye(35).double().expand(2, 35, 35), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["I", "K", "E"])
def test_rotating_there_and_back_changes_nothing(kind, name):
    data = problem(kind)
    factors = training.data_factors(data, weights_of(data), None)
    basis, g = training.BASES[name](factors), networks.gradient(factors)
    torch.testing.assert_close(basis.back(basis.rotate(g)), g)
    norms = [sum((x**2).sum() for x in tensors) for tensors in (g, basis.rotate(g))]
    torch.testing.assert_close(*norms)


def test_adam_divides_by_the_expected_square_over_all_batches():
    data, B = problem("scalar", n=4), 2
    weights = weights_of(data, runs=1)
    explicit = per_sample(data, weights, 0)
    squares = torch.stack([explicit[list(rows)].mean(dim=0) ** 2 for rows in product(range(4), repeat=B)]).mean(dim=0)
    rows = torch.zeros((1, B), dtype=torch.int64)
    ones = [torch.ones_like(w) for w in data.network.unpacked(weights)]
    move = training.adam_move(data, weights, bases.Identity(), ones, rows)
    used = squares > 1e-20
    torch.testing.assert_close(data.network.packed(move)[0][used], squares[used].rsqrt())


def split_like(v, shapes, basis):
    """The tensors in which a basis keeps the weights."""
    return [v] if basis == "E" else v.split([m * k for m, k in shapes])


def plain(data, method, basis, rate, damping, noise, steps, every):
    """One run, one sample's gradient at a time."""
    w = noise.starts[0]
    shapes = [layer.shape for layer in data.network.layers]
    for t in range(steps):
        G = per_sample(data, w[None], 0)
        if t % every == 0:
            factors = training.curvature_factors(data, w[None], noise.uniforms[t // every])
            J = networks.jacobian(factors)[0]
            U = bases.Full.of(factors).rotation[0] if basis == "E" else torch.eye(len(w), dtype=torch.float64)
            h = ((J @ U) ** 2).mean(dim=0)
        g = U.T @ (G.mean(dim=0) if noise.rows is None else G[noise.rows[t, 0]].mean(dim=0))
        B = np.inf if noise.rows is None else noise.rows.shape[2]
        square = ((G @ U) ** 2).mean(dim=0) / B + (1 - 1 / B) * (G @ U).mean(dim=0) ** 2
        move = g * square.rsqrt() if method == "adam" else g * (h + damping) ** method
        noise_only = torch.cat([s < 1e-20 * s.max() for s in split_like(square, shapes, basis)])
        w = w - rate * (1 - t / steps) * U @ torch.where(noise_only, 0, move)
    return training.mean_loss(data, w[None]).item()


@pytest.mark.parametrize("method", ["adam", -0.5, -1])
@pytest.mark.parametrize("batch", [np.inf, 3])
@pytest.mark.parametrize(("kind", "basis"), [("classes", "I"), ("tokens", "I"), ("classes", "E")])
def test_training_equals_a_plain_loop(method, batch, kind, basis):
    data = problem(kind)
    noise = training.noise(data, batch, 6, 4, [np.random.default_rng(5)])
    found = training.train(data, method, basis, [0.02, 0.05], [0.1, 0.5], noise, 6, 4)[-1, 1, 0, 0]
    assert found == pytest.approx(plain(data, method, basis, 0.05, 0.1, noise, 6, 4), rel=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_descent_does_not_see_the_basis(kind):
    data = problem(kind)
    noise = training.noise(data, 3, 20, 5, [np.random.default_rng(r) for r in range(3)])
    losses = [training.train(data, 0, basis, [0.01, 0.1], [0.0], noise, 20, 5) for basis in "IKE"]
    np.testing.assert_allclose(losses[1:], [losses[0]] * 2, rtol=1e-7)


def test_diverged_runs_end_and_leave_the_others_alone():
    data = problem("scalar")
    noise = training.noise(data, 3, 30, 5, [np.random.default_rng(r) for r in range(3)])
    alone = training.train(data, -0.5, "E", [0.01], [0.1], noise, 30, 5)
    beside = training.train(data, -0.5, "E", [0.01, 1e6], [0.1], noise, 30, 5)
    np.testing.assert_allclose(beside[:, :1], alone, rtol=1e-9)
    assert np.isinf(beside[-1, 1]).all()
    assert np.isinf(training.train(data, -0.5, "E", [1e6], [0.1], noise, 30, 5)[-1]).all()


def test_how_many_are_trained_at_once_changes_nothing(monkeypatch):
    data = problem("scalar")
    noise = training.noise(data, 3, 12, 5, [np.random.default_rng(r) for r in range(3)])
    found = []
    for training_at_once, runs_at_once in ((1000, 1000), (1, 2)):
        monkeypatch.setattr(training, "AT_ONCE", training_at_once)
        monkeypatch.setattr(bases, "FEW", runs_at_once)
        found.append(training.train(data, -0.5, "E", [0.01, 0.02, 1e6], [0.1, 1.0], noise, 12, 5))
    np.testing.assert_array_equal(*found)


def test_rounding_errors_do_not_become_steps():
    g = torch.tensor([[1.0, -1e-3, 1e-15, 0.0], [0.0, 0.0, 0.0, 0.0]], dtype=torch.float64)
    assert training.normalised(g, g**2).tolist() == [[1, -1, 0, 0], [0, 0, 0, 0]]


RATES = {"Adam": [1e-6, 0.02, 10], "GN^-1/2": [1e-6, 0.02, 1e4], "GN^-1": [1e-6, 0.02, 1e4], "GD": [1e-6, 0.02, 1e4]}


def test_a_comparison_has_every_cell_and_draws():
    data = problem("scalar")
    rngs, cells = [np.random.default_rng([r, 1]) for r in range(3)], {}
    for quadrant in ("I inf", "I 4", "E inf", "E 4"):
        cells |= comparison.compare(data, quadrant, rngs, RATES, [0.1, 1.0], 20, 5)
    assert set(cells) == set(product("IE", (np.inf, 4), comparison.METHODS))
    cell = cells["E", 4, "GN^-1"]
    np.testing.assert_array_equal(cell.curves[-1], cell.log_loss)
    assert (cell.log_loss[:, None, None] <= np.moveaxis(cell.losses[-1], -1, 0)).all()
    others = [cells["I", np.inf, name].log_loss for name in ("GD", "GN^-1")]
    lead = comparison.lead(cells, "I", np.inf, "Adam", ["GD", "GN^-1"])
    np.testing.assert_array_equal(lead, np.min(others, axis=0) - cells["I", np.inf, "Adam"].log_loss)
    table = comparison.table(cells, 5)
    assert np.isfinite(table[["x", "log_loss", "stderr"]].to_numpy()).all()
    assert figures.comparison(table).axes[0].get_yscale() == "log"


def test_runs_that_agree_by_chance_do_not_make_a_point_certain_and_one_that_is_lost_moves_none():
    ends = np.array([[-1.0, -1.1, -1.2], [-2.0, -2.0, -2.0], [-1.0, -1.4, -1.1], [-3.0, -3.0, -3.0], [-1.0, -0.9, 0.0]])
    tables = []
    for lost in (-3.0, 12.0):
        final = ends.copy()
        final[3, 0] = lost
        losses = np.stack([np.zeros((5, 3)), final])[:, :, None, :]  # (records, rates, dampings, runs)
        cell = comparison.Cell("", np.geomspace(0.1, 1.6, 5), [0.0], losses)
        table = comparison.table({("I", np.inf, "Adam"): cell}, 5)
        tables.append(table[table.kind == "lr"])
    np.testing.assert_allclose(tables[0].log_loss, [-1.1, -2, -1.1, -3, -0.9])
    np.testing.assert_allclose(tables[1].log_loss, tables[0].log_loss)
    own = ends.std(axis=1, ddof=1) / np.sqrt(3)
    near = [own[:3], own[:4], own, own[1:], own[2:]]
    expected = [comparison.OF_MEDIAN * np.sqrt(np.mean(e**2)) for e in near]
    np.testing.assert_allclose(tables[0].stderr, expected)
    np.testing.assert_allclose(comparison.pooled(np.full(5, 0.3)), 0.3)


def test_every_run_has_its_own_damping_and_diverged_runs_end_at_the_cap():
    final = np.array([[[-1.0, -1.0], [-1.0, -1.0]], [[-2.0, -2.0], [-3.0, -1.5]], [[-1.0, 30.0], [30.0, 30.0]]])
    cell = comparison.Cell("", [0.1, 0.2, 0.4], [0.0, 1.0], np.stack([0 * final, final]))
    np.testing.assert_array_equal(cell.log_loss, [-3.0, -2.0])
    np.testing.assert_array_equal(cell.curves[-1], cell.log_loss)
    np.testing.assert_array_equal(cell.by_lr, [[-1.0, -1.0], [-3.0, -2.0], [-1.0, 30.0]])
    np.testing.assert_array_equal(cell.diverged[2], [[False, True], [True, True]])


def test_what_rounding_moves_lies_below_the_floor():
    assert 1e3 * np.finfo(float).eps < 10**comparison.FLOOR


def test_a_best_rate_at_the_edge_is_an_error_that_names_its_cell():
    data = problem("scalar")
    rngs = [np.random.default_rng([r, 1]) for r in range(2)]
    with pytest.raises(ValueError, match="Adam in quadrant I 4 lies at the edge"):
        comparison.compare(data, "I 4", rngs, RATES | {"Adam": [0.02, 10, 20]}, [0.1], 20, 5)


def test_data_keep_class_numbers_and_go_where_they_should():
    for targets, kind in ((np.array([0, 2]), torch.int64), (np.array([0.0, 1.0]), torch.float64)):
        data = training.Data.of(MLP, networks.CROSS_ENTROPY, np.ones((2, 4), np.float32), targets, "auto")
        assert (data.inputs.dtype, data.targets.dtype) == (torch.float64, kind)
        assert data.inputs.device.type == ("cuda" if torch.cuda.is_available() else "cpu")


def test_the_transformer_has_the_stated_size():
    assert networks.transformer(2, 10, 32, 2, 64, 1).parameters == 8704
