"""The steps that overwrite their tensors are the pure rules."""

import numpy as np
import pytest
import torch

import rules
from optclaims.science import optimizers as opt
from optclaims.science.optimizers.inplace import FORMS, overwriting
from science.optimizers.test_rules import CASES

FAST = [case for case in CASES if type(case.rule) in FORMS and getattr(case.rule, "root_of", "new") == "new"]


def follow(rule, g, theta):
    step, state, points = overwriting(rule), rule.start(theta), []
    for t, gradient in enumerate(g, start=1):
        theta, state = step(theta, gradient, state, t)
        points.append(theta.clone())
    return torch.stack(points).numpy()


@pytest.mark.parametrize("case", FAST, ids=str)
@pytest.mark.parametrize("runs", [None, 2])
def test_same_path_as_the_pure_rule(case, runs):
    g, theta = rules.gradients(runs), rules.start(runs)
    numbers = {n: v * np.array([[1.0], [0.7]]) if runs else v for n, v in case.numbers.items()}
    rule = case.make(**numbers)
    pure = np.stack(rules.follow(rule, g, theta)[0])
    np.testing.assert_allclose(follow(rule, torch.tensor(g), torch.tensor(theta)), pure, rtol=1e-10, atol=1e-12)


def test_every_form_is_tested():
    assert {type(case.rule) for case in FAST} == set(FORMS)


def test_theta_is_overwritten_and_other_rules_stay_pure():
    theta, gradient = torch.ones(3), torch.ones(3)
    moved, _ = overwriting(opt.SGD(0.5))(theta, gradient, {}, 1)
    assert moved is theta
    for rule in (opt.SignSGD(0.5), opt.Adam(0.1, root_of="previous")):
        moved, _ = overwriting(rule)(theta, gradient, rule.start(theta), 1)
        assert moved is not theta
