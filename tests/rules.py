"""What every optimizer must do, in one place: a rule enters a table as one `Case`, here or in the tests of a paper.

@pytest.mark.parametrize("check", rules.CHECKS)
@pytest.mark.parametrize("case", CASES)
def test_rules(case, check):
    check(case)
"""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

from optclaims.science.optimizers.rule import DOMAINS

STEPS, SIZE = 100, 6
SPOILED = {
    "lr": -0.1,
    "eps": -1e-8,
    "weight_decay": -1.0,
    "mass": -1.0,
    "friction": -1.0,
    "mu": -1.0,
    "alpha": 1.5,
    "damping": -1.0,
    "p": 0.0,
    "q": 0.0,
}  # else 1, which no averaging constant may be


@dataclass(frozen=True)
class Case:
    """A rule with an independent implementation of it.

    make: numbers by name -> the rule; for a stack they are arrays (runs, 1)
    reference: gradients (STEPS, SIZE), theta (SIZE,) -> the points after each step (STEPS, SIZE)
    """

    name: str
    make: Callable
    reference: Callable[[np.ndarray, np.ndarray], np.ndarray]
    numbers: dict[str, float] = field(default_factory=dict)
    rtol: float = 1e-10

    def __str__(self):
        return self.name

    @property
    def rule(self):
        return self.make(**self.numbers)


def gradients(runs=None, seed=0):
    """Return random gradients (STEPS, [runs,] SIZE): rare large ones, and a coordinate that sees none for ten steps."""
    rng = np.random.default_rng(seed)
    g = rng.standard_normal((STEPS, runs or 1, SIZE)) + 0.3
    g *= np.where(rng.random(g.shape) < 0.05, 20.0, 1.0)
    g[:10, :, 0] = 0.0
    return g if runs else g[:, 0]


def start(runs=None, seed=1):
    theta = np.random.default_rng(seed).standard_normal((runs or 1, SIZE))
    return theta if runs else theta[0]


def follow(rule, g, theta, state=None, first=1):
    """Return the points after each step, and the last memory."""
    state, points = rule.start(theta) if state is None else state, []
    for t, gradient in enumerate(g, start=first):
        theta, state = rule.step(theta, gradient, state, t)
        points.append(theta)
    return points, state


def equals_its_reference(case):
    g, theta = gradients(), start()
    points, _ = follow(case.rule, g, theta)
    np.testing.assert_allclose(np.stack(points), case.reference(g, theta), rtol=case.rtol, atol=case.rtol)


def runs_alike_on_torch(case):
    g, theta = gradients(), start()
    points, _ = follow(case.rule, torch.tensor(g), torch.tensor(theta))
    np.testing.assert_allclose(torch.stack(points).numpy(), np.stack(follow(case.rule, g, theta)[0]), rtol=1e-12)


def stacked_runs_equal_single_runs(case):
    factors = (1.0, 0.9, 0.3)
    g, theta = gradients(len(factors)), start(len(factors))
    stacked = case.make(**{name: value * np.reshape(factors, (-1, 1)) for name, value in case.numbers.items()})
    points = np.stack(follow(stacked, g, theta)[0])
    for i, factor in enumerate(factors):
        single = case.make(**{name: value * factor for name, value in case.numbers.items()})
        alone = np.stack(follow(single, g[:, i], theta[i])[0])
        np.testing.assert_allclose(points[:, i], alone, rtol=1e-12, atol=1e-13)


def keeps_the_precision(case):
    g, theta = gradients(), start()
    exact = np.stack(follow(case.rule, g, theta)[0])
    wide = case.make(**{name: np.full((1,), value) for name, value in case.numbers.items()})  # promotes nothing
    for rule in (case.rule, wide):
        narrow = follow(rule, g.astype(np.float32), theta.astype(np.float32))[0]
        assert {point.dtype for point in narrow} == {np.dtype(np.float32)}
        np.testing.assert_allclose(np.stack(narrow), exact, rtol=2e-4, atol=2e-4)
        tensors = follow(rule, torch.tensor(g).float(), torch.tensor(theta).float())[0]
        assert {point.dtype for point in tensors} == {torch.float32}
        np.testing.assert_allclose(torch.stack(tensors).numpy(), exact, rtol=2e-4, atol=2e-4)


def goes_on_from_a_saved_memory(case):
    g, theta = gradients(), start()
    whole, _ = follow(case.rule, g, theta)
    points, state = follow(case.rule, g[:37], theta)
    kept = pickle.loads(pickle.dumps(state))
    rest, _ = follow(case.rule, g[37:], points[-1], kept, first=38)
    np.testing.assert_array_equal(np.stack(rest), np.stack(whole[37:]))


def changes_no_argument(case):
    g, theta = gradients(), start()
    points, state = follow(case.rule, g[:20], theta)
    arguments = [points[-1], g[20], state]
    before = copy.deepcopy(arguments[:2])
    results = [case.rule.step(*arguments, 21)[0] for _ in range(2)]  # equal only if the memory is as it was
    np.testing.assert_array_equal(*results)
    np.testing.assert_array_equal(np.stack(arguments[:2]), np.stack(before))


def refuses_what_makes_no_sense(case):
    for name in set(case.numbers) & set(DOMAINS):
        for bad in (np.nan, np.inf, SPOILED.get(name, 1.0), "much"):
            with pytest.raises(ValueError, match=f"{name}|start"):
                case.make(**case.numbers | {name: bad})
    theta = start()
    state = case.rule.start(theta)
    with pytest.raises(ValueError, match="t must be"):
        case.rule.step(theta, theta, state, 0)
    with pytest.raises(ValueError, match="gradient must have shape"):
        case.rule.step(theta, theta[:1], state, 1)


CHECKS = (
    equals_its_reference,
    runs_alike_on_torch,
    stacked_runs_equal_single_runs,
    keeps_the_precision,
    goes_on_from_a_saved_memory,
    changes_no_argument,
    refuses_what_makes_no_sense,
)


def by_torch(factory):
    """Return the reference that a torch optimizer is."""

    def reference(g, theta):
        parameter = torch.tensor(theta, requires_grad=True)
        optimizer, points = factory([parameter]), []
        for gradient in g:
            parameter.grad = torch.tensor(gradient)
            optimizer.step()
            points.append(parameter.detach().numpy().copy())
        return np.stack(points)

    return reference


def by_steps(steps):
    """Return the reference of a rule whose steps (STEPS, SIZE) are known from the gradients alone."""
    return lambda g, theta: theta - np.cumsum(steps(g), axis=0)


def weighted(g, beta):
    """Return sum_{s <= t} beta^(t-s) g_s by the sums themselves (a power 0^0 is 1)."""
    t = np.arange(len(g))
    return np.tril(float(beta) ** np.maximum(t[:, None] - t, 0)) @ g


def averaged(g, beta):
    return (1 - beta) * weighted(g, beta)


def weights(beta, steps=STEPS):
    """Return 1 - beta^t for t = 1, 2, ... as a column."""
    return (1 - beta ** np.arange(1.0, steps + 1))[:, None]
