"""Centred and delayed denominators against a library that others wrote; ACProp by the memory of its AdaBelief."""

import numpy as np
import pytest
import torch
from pytorch_optimizer import AdaBelief as LibraryAdaBelief
from pytorch_optimizer import AdaShift as LibraryAdaShift

import rules
from optclaims.science import optimizers as opt

BETAS, LR = (0.8, 0.95), 0.05


def library(factory, watch=None):
    def reference(g, theta):
        parameter, points = torch.tensor(theta, requires_grad=True), []
        optimizer = factory([parameter])
        for gradient in g:
            parameter.grad = torch.tensor(gradient)
            optimizer.step()
            points.append(parameter.detach().numpy().copy() if watch is None else watch(optimizer.state[parameter]))
        return np.stack(points)

    return reference


def ada_belief(eps):
    return lambda p: LibraryAdaBelief(p, lr=LR, betas=BETAS, eps=eps, weight_decay=0.0, rectify=False)


def points(rule):
    return np.stack(rules.follow(rule, rules.gradients(), rules.start())[0])


@pytest.mark.parametrize("eps", [1e-3, 1e-16])
def test_adabelief_is_the_librarys(eps):
    found = points(opt.AdaBelief(LR, *BETAS, eps=eps))[12:]  # a coordinate sees no gradient before
    expected = library(ada_belief(eps))(rules.gradients(), rules.start())[12:]
    moved = slice(1, None) if eps < 1e-8 else slice(None)
    np.testing.assert_allclose(found[:, moved], expected[:, moved], rtol=1e-9)


def test_adashift_is_the_librarys():
    g, theta = rules.gradients(), rules.start()
    own = {"lr": LR, "betas": BETAS, "keep_num": 3, "eps": 1e-3, "reduce_func": lambda squares: squares}
    reference = library(lambda p: LibraryAdaShift(p, **own))(g, theta)
    np.testing.assert_allclose(points(opt.AdaShift(LR, *BETAS, eps=1e-3, delay=3)), reference, rtol=1e-9)


@pytest.mark.parametrize("eps", [1e-3, 1e-8])
def test_acprop_divides_by_the_memory_that_the_librarys_adabelief_had_a_step_before(eps):
    g, theta = rules.gradients(), rules.start()
    watched = library(ada_belief(eps), watch=lambda state: state["exp_avg_var"].numpy().copy())(g, theta)
    t = np.arange(1, len(g))[:, None]
    roots = np.concatenate([np.ones((1, g.shape[1])), np.sqrt(watched[:-1] / (1 - BETAS[1] ** t)) + eps])
    expected = theta - np.cumsum(LR * g / roots, axis=0)
    np.testing.assert_allclose(points(opt.ACProp(LR, *BETAS, eps=eps)), expected, rtol=1e-9)
