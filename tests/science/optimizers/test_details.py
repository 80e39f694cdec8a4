"""What single rules promise beside the common table."""

import numpy as np
import pytest
import torch

import rules
from optclaims.science import optimizers as opt
from optclaims.science.optimizers.compressors import RandomK, ScaledSign, Sign, TopK
from optclaims.science.optimizers.schedules import Averaging, Geometric, InversePower, Warmup

G, THETA = rules.gradients(), rules.start()


def path(rule, g=G, theta=THETA):
    return np.stack(rules.follow(rule, g, theta)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (opt.Adam(0.1, beta1=0.0, bias_correction=False, eps=1e-8), opt.RMSprop(0.1, beta2=0.999)),
        (opt.HeavyBall(0.1, momentum=0.0), opt.SGD(0.1)),
        (opt.EMAMomentum(0.1, momentum=0.9), opt.HeavyBall(0.01, momentum=0.9)),
        (opt.Signum(0.1, momentum=0.0), opt.SignSGD(0.1)),
        (opt.Lion(0.1, beta1=0.9, beta2=0.9), opt.Signum(0.1, momentum=0.9)),
        (opt.AdamW(0.1, weight_decay=0.0), opt.Adam(0.1)),
        (opt.Aida(0.1, weight_decay=0.1), opt.AdamW(0.1, weight_decay=0.1, eps_inside_root=True)),
        (opt.AdamNc(InversePower(0.1), beta1=0.0), opt.AdaGrad(0.1, eps=0.0)),
        (opt.AMSGrad(0.1), opt.Adam(0.1, eps=0.0, bias_correction=False, amsgrad=True, maximum_of="corrected")),
        (opt.ACProp(0.1, beta1=0.0, eps=0.0, root_of="previous"), opt.SGD(0.1)),  # g - m = 0: nothing to divide by
    ],
    ids=lambda rule: type(rule).__name__,
)
def test_limits(one, other):
    np.testing.assert_allclose(path(one), path(other), rtol=1e-12, atol=1e-12)


def test_adashift_is_the_asynchronous_rmsprop_after_its_first_step():
    shifted = path(opt.AdaShift(0.1, delay=1, eps=0.0))
    delayed = path(opt.RMSprop(0.1, beta2=0.999, bias_correction=True, root_of="previous", eps=0.0), theta=THETA)
    # a coordinate without gradients so far divides by 1 in both
    np.testing.assert_allclose(np.diff(shifted, axis=0), np.diff(delayed, axis=0), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(shifted[0], THETA)
    np.testing.assert_allclose(delayed[0], THETA - 0.1 * G[0])


def test_the_path_of_adam_does_not_depend_on_the_scale_of_the_gradients():
    for rule in (opt.Adam(0.1, eps=0.0), opt.AMSGrad(0.1), opt.AdaGrad(0.1, eps=0.0), opt.Nadam(0.1, eps=0.0)):
        np.testing.assert_allclose(path(rule, 1e3 * G), path(rule), rtol=1e-9)


def test_the_leading_point_is_nesterovs_own_recursion():
    A, x, before, theta = np.diag([1.0, 3.0]), np.ones(2), np.ones(2), np.ones(2)
    rule = opt.Nesterov(lr=0.1, momentum=0.7)
    state = rule.start(theta)
    for t in range(1, 40):
        y = x + 0.7 * (x - before)
        x, before = y - 0.1 * A @ y, x
        theta, state = rule.step(theta, A @ theta, state, t)
        np.testing.assert_allclose(rule.leading(theta, state), x, rtol=1e-12, atol=1e-15)


def test_the_preconditioner_is_what_the_step_divides_by():
    rule = opt.Adam(0.1, beta1=0.8, eps=1e-2)
    points, state = rules.follow(rule, G[:7], THETA)
    moved = points[-2] - points[-1]
    np.testing.assert_allclose(moved, 0.1 * state["m"] / rule.preconditioner(state, 7), rtol=1e-12)


def test_asynchronous_adam_does_not_see_its_own_gradient():
    steps = []
    for last in (1.0, 2.0):
        rule, g = opt.Adam(0.1, beta1=0.0, root_of="previous", bias_correction=False), G[:5].copy()
        g[-1] = last
        points = path(rule, g)
        steps.append(points[-2] - points[-1])
    np.testing.assert_allclose(steps[1], 2 * steps[0])


def test_the_maximum_after_the_correction_never_falls_and_before_it_does():
    g = np.concatenate([[[10.0]], np.ones((50, 1))])
    roots = {}
    for order in ("raw", "corrected"):
        rule = opt.Adam(0.1, amsgrad=True, maximum_of=order)
        theta, state = np.zeros(1), rule.start(np.zeros(1))
        roots[order] = []
        for t, gradient in enumerate(g, start=1):
            theta, state = rule.step(theta, gradient, state, t)
            roots[order].append(rule.root(state, t)[0])
    assert (np.diff(roots["corrected"]) >= 0).all() and (np.diff(roots["raw"]) < 0).all()


def test_matrices_through_the_adapter():
    shapes, runs = ((3, 4), (2, 5)), 2
    rng = np.random.default_rng(0)
    theta, g = rng.standard_normal((runs, 22)), rng.standard_normal((10, runs, 22))

    def factory(tensors):
        return torch.optim.Muon(tensors, lr=0.1, momentum=0.9)

    points, _ = rules.follow(opt.from_torch(factory, shapes), g, theta)
    for run in range(runs):
        tensors = [torch.tensor(theta[run, :12]).reshape(3, 4), torch.tensor(theta[run, 12:]).reshape(2, 5)]
        optimizer = factory(tensors)
        for gradient in g[:, run]:
            tensors[0].grad = torch.tensor(gradient[:12]).reshape(3, 4)
            tensors[1].grad = torch.tensor(gradient[12:]).reshape(2, 5)
            optimizer.step()
        alone = np.concatenate([tensor.numpy().ravel() for tensor in tensors])
        np.testing.assert_allclose(points[-1][run], alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("compress", "delta"),
    [
        (ScaledSign(), lambda v: np.abs(v).sum(-1) ** 2 / (v.shape[-1] * (v**2).sum(-1))),
        (TopK(7), lambda v: np.sort(v**2, axis=-1)[:, -7:].sum(-1) / (v**2).sum(-1)),
    ],
)
def test_what_a_compressor_loses(compress, delta):
    v = np.random.default_rng(1).standard_normal((4, 20))
    lost = ((compress(v, 1) - v) ** 2).sum(-1)
    np.testing.assert_allclose(lost, (1 - delta(v)) * (v**2).sum(-1), rtol=1e-12)


def test_the_best_k_are_kept_and_the_last_of_equal_ones():
    np.testing.assert_array_equal(TopK(2)(np.array([1.0, -1.0, 1.0, 0.5]), 1), [0, -1, 1, 0])


def test_random_draws_are_fair_and_belong_to_seed_and_step():
    rule = RandomK(3, seeds=(4, 5))
    kept = np.stack([rule(np.ones((2, 8)), t) for t in range(1, 2001)])
    assert (kept.sum(-1) == 3).all()
    np.testing.assert_allclose(kept.mean(0), 3 / 8, atol=0.05)  # 4.6 standard errors
    np.testing.assert_array_equal(kept[6, 1], RandomK(3, seeds=5)(np.ones(8), 7))
    assert (kept[:, 0] != kept[:, 1]).any()
    tensors = rule(torch.ones(2, 8), 7)
    np.testing.assert_array_equal(tensors.numpy(), kept[6])


@pytest.mark.parametrize("rule", [opt.SGD(0.1), opt.Adam(0.1), opt.HeavyBall(0.1)])
def test_what_error_feedback_holds_back_moves_the_virtual_point(rule):
    theta, state = THETA, opt.ErrorFeedback(rule, TopK(1)).start(THETA)
    for t, gradient in enumerate(G, start=1):
        theta, state = opt.ErrorFeedback(rule, TopK(1)).step(theta, gradient, state, t)
    np.testing.assert_allclose(theta - state["error"], path(rule)[-1], rtol=1e-10)


def test_schedules():
    assert [Averaging()(t) for t in (1, 2, 4)] == [0, 0.5, 0.75]
    assert InversePower(2.0, power=1)(4) == 0.5
    assert Geometric(2.0, 0.5)(1) == 2
    assert Warmup(2.0, 10)(5) == 1 and Warmup(2.0, 10)(20) == 2
    rates = InversePower(np.array([[1.0], [2.0]]))
    theta, _ = opt.SGD(rates).step(np.zeros((2, 3)), np.ones((2, 3)), {}, 4)
    np.testing.assert_allclose(theta, [[-0.5] * 3, [-1.0] * 3])


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: opt.Adam(0.1, root_of="old"), "root_of"),
        (lambda: opt.Adam(0.1, maximum_of="vhat"), "maximum_of"),
        (lambda: opt.Adam(0.1, amsgrad="yes"), "amsgrad"),
        (lambda: opt.Adam(0.1, beta1=Geometric(0.9, 0.5)), "bias_correction"),
        (lambda: opt.Adam(lambda t: -1.0), "lr"),
        (lambda: opt.AdaBelief(0.1, numerator="m"), "numerator"),
        (lambda: opt.Nesterov(0.1, momentum_form="mean"), "momentum_form"),
        (lambda: opt.AdaShift(0.1, delay=0), "delay"),
        (lambda: opt.ScaledSign(0.1, sizes=(2, 0)), "sizes"),
        (lambda: opt.ScaledSign(0.1, sizes=(2, 2)).step(THETA, THETA, {}, 1), "vector"),
        (lambda: opt.ErrorFeedback("sgd", TopK(1)), "rule"),
        (lambda: opt.ErrorFeedback(opt.SGD(0.1), "top"), "compress"),
        (lambda: opt.from_torch("Adam"), "factory"),
        (lambda: opt.from_torch(torch.optim.SGD, shapes=((2, 2),)).start(THETA), "theta"),
        (lambda: TopK(0), "k"),
        (lambda: TopK(9)(THETA, 1), "k"),
        (lambda: RandomK(1, seeds=-1), "seeds"),
        (lambda: RandomK(1, seeds=(1, 2))(THETA, 1), "seeds"),
        (lambda: Sign(0.0), "scale"),
        (lambda: Warmup(1.0, 0), "steps"),
        (lambda: InversePower(-1.0), "start"),
        (lambda: Geometric(0.5, 1.5), "factor"),
    ],
)
def test_bad_input_is_named(make, name):
    with pytest.raises(ValueError, match=name):
        make()
