import numpy as np
import pytest

from optclaims.papers.granziol_batch_hessian import measures, problems, simulation, theory
from optclaims.science.finite_differences import hessian
from optclaims.science.optimizers import SGD


def setting(n=12):
    rng = np.random.default_rng(0)
    net = problems.classifier(rng.standard_normal((n, 3)), np.arange(n) % 3, 4)
    return net, rng.standard_normal(net.parameters), rng


def test_the_gradient_is_that_of_the_loss():
    net, w, rng = setting()
    for v in rng.standard_normal((4, net.parameters)):
        slope = (net.loss(w + 1e-6 * v) - net.loss(w - 1e-6 * v)) / 2e-6
        assert net.gradient(w) @ v == pytest.approx(slope, rel=1e-6)


def test_hessian_products_are_those_of_differences():
    net, w, rng = setting()
    v = rng.standard_normal((5, net.parameters))
    H = hessian(lambda at: np.apply_along_axis(net.gradient, -1, at), w)
    assert net.product(w, v, "hessian") == pytest.approx(v @ H, abs=1e-7)
    each = net.products(w, v, "hessian")
    assert each.mean(axis=0) == pytest.approx(v @ H, abs=1e-7)
    one = net.part(np.array([3]))
    assert each[3] == pytest.approx(one.product(w, v, "hessian"))


def test_gauss_newton_is_the_jacobian_around_the_softmax():
    net, w, rng = setting(5)
    v = rng.standard_normal((2, net.parameters))

    def logits(at):
        W1, c1, W2, c2 = net._layers(at)
        return np.tanh(net.inputs @ W1.T + c1) @ W2.T + c2

    eye = np.eye(net.parameters)
    J = np.stack([(logits(w + 1e-6 * e) - logits(w - 1e-6 * e)) / 2e-6 for e in eye], axis=-1)  # (n, classes, p)
    p = net._forward(w)[2]
    middle = p[:, :, None] * np.eye(3) - p[:, :, None] * p[:, None, :]
    G = np.einsum("nap,nab,nbq->pq", J, middle, J) / 5
    assert net.product(w, v, "gauss-newton") == pytest.approx(v @ G, abs=1e-8)


@pytest.mark.parametrize("curvature", ["hessian", "gauss-newton"])
def test_ends_of_the_spectrum(curvature):
    net, w, rng = setting()
    H = net.product(w, np.eye(net.parameters), curvature)
    assert pytest.approx(H.T) == H
    values = np.linalg.eigvalsh(H)
    start = rng.standard_normal(net.parameters)
    high, low = (measures.end(net, w, curvature, start, lowest=lowest) for lowest in (False, True))
    assert high == pytest.approx(values[-1], rel=1e-4)
    assert low == pytest.approx(values[0], abs=1e-4)
    top, vectors = measures.leading(net, w, 3, curvature, rng)
    assert top == pytest.approx(values[::-1][:3])
    assert H @ vectors == pytest.approx(vectors * top, abs=1e-6)


def test_resolved_blocks_are_projections():
    net, w, rng = setting()
    Q = measures.leading(net, w, 3, "hessian", rng)[1]
    known = measures.resolved(net, w, Q, "hessian")
    each = net.products(w, np.eye(net.parameters), "hessian")
    rest = np.eye(net.parameters) - Q @ Q.T
    assert known.blocks == pytest.approx(Q.T @ each @ Q)
    assert known.outside == pytest.approx((Q.T @ each @ rest @ each @ Q).mean(axis=0))


def test_with_every_direction_resolved_the_prediction_is_exact():
    net, w, rng = setting()
    Q = np.linalg.qr(rng.standard_normal((net.parameters, net.parameters)))[0]
    known = measures.resolved(net, w, Q, "hessian")
    chosen = np.array([0, 3, 4, 7])
    top = np.linalg.eigvalsh(net.part(chosen).product(w, np.eye(net.parameters), "hessian"))[-1]
    assert measures.predicted_top(known, chosen, 5.0) == pytest.approx(top)


def test_the_prediction_is_second_order_for_a_dominant_eigenvalue():
    # A block 10 and nothing but fluctuations outside: lambda = 10 + S / (b lambda).
    known = measures.Resolved(np.full((6, 1, 1), 10.0), np.array([[4.0]]))
    found = measures.predicted_top(known, np.array([0, 1]), 3.0)
    assert found == pytest.approx(10 + 4 / (3 * found))


def test_directions_that_are_not_kept_count_outside():
    net, w, rng = setting()
    Q = measures.leading(net, w, 4, "hessian", rng)[1]
    many, few = (measures.resolved(net, w, Q[:, :k], "hessian") for k in (4, 2))
    chosen = np.array([0, 5, 6])
    kept = measures.predicted_top(many, chosen, 4.0, keep=2)
    assert kept == pytest.approx(measures.predicted_top(few, chosen, 4.0))


def test_a_batch_of_everything_is_the_data():
    net, w, rng = setting()
    values, Q = measures.leading(net, w, 3, "hessian", rng)
    known = measures.resolved(net, w, Q, "hessian")
    b = float(theory.effective_batch(11.999999, 12))
    assert measures.predicted_top(known, np.arange(12), b) == pytest.approx(values[0], rel=1e-6)


@pytest.mark.parametrize("kind", ["hessian", "gauss-newton"])
def test_shifts_are_those_of_all_eigenvalues_of_each_batch(kind):
    net, w, _ = setting()
    rows = measures.shifts(net, w, kind, {5: 8.0, 9: 30.0}, 2, 3, np.random.default_rng(7))
    assert [row["batch"] for row in rows] == [5, 5, 9, 9]
    rng = np.random.default_rng(7)
    values, Q = measures.leading(net, w, 3, kind, rng)
    rng.standard_normal(net.parameters)
    known, phi, n = measures.resolved(net, w, Q, kind), Q[:, 0], net.parameters
    each = net.products(w, np.eye(n), kind)
    bottom = np.linalg.eigvalsh(each.mean(0))[0]
    moved = each @ phi
    dominant = ((moved**2).sum(1) - (moved @ phi) ** 2).mean() / values[0]
    for row, b in zip(rows, (8.0, 8.0, 30.0, 30.0), strict=True):
        part = rng.choice(len(net.inputs), row["batch"], replace=False)
        own = np.linalg.eigvalsh(each[part].mean(0))
        along = phi @ each[part].mean(0) @ phi
        assert row["top"] == pytest.approx(values[0])
        assert row["upper"] == pytest.approx(own[-1] - along, abs=1e-5)
        assert row["lower"] == pytest.approx(bottom - own[0] if kind == "hessian" else 0.0, abs=1e-5)
        assert row["dominant"] == pytest.approx(dominant / b)
        assert row["resolved"] == pytest.approx(measures.predicted_top(known, part, b) - along)
        assert row["one"] == pytest.approx(measures.predicted_top(known, part, b, keep=1) - along)
        assert abs(row["whole"]) < 1e-5 and abs(row["whole_lower"]) < 1e-5


def test_training_keeps_the_weights_of_its_ages():
    net, w, _ = setting()
    kept = simulation.trained(net, SGD(0.1), w, [1, 3])
    one = w - 0.1 * net.gradient(w)
    two = one - 0.1 * net.gradient(one)
    assert kept[1] == pytest.approx(one) and kept[3] == pytest.approx(two - 0.1 * net.gradient(two))
    assert list(kept) == [1, 3]
