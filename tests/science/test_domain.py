"""The shared checks of arguments: what they return, and what their errors say."""

import doctest

import numpy as np
import pytest
import torch

from optclaims.science import domain

NAN, INF = float("nan"), float("inf")


def refused(check, *arguments, says=(), **options):
    with pytest.raises(ValueError) as error:
        check("x", *arguments, **options)
    assert str(error.value).startswith("x must "), error.value
    for text in says:
        assert text in str(error.value)


def test_the_examples_run():
    assert doctest.testmod(domain).failed == 0


@pytest.mark.parametrize("check", [domain.finite, domain.positive, domain.nonnegative, domain.probability])
def test_numbers_arrays_and_tensors_come_back(check):
    assert type(check("x", 1)) is float and check("x", 0.5) == 0.5
    assert check("x", np.float32(0.5)).dtype == np.float32
    assert check("x", [1, 1]).dtype == float and check("x", np.ones(2, int)).dtype == float
    assert check("x", np.ones(2, np.float32)).dtype == np.float32
    tensor = torch.ones(2, requires_grad=True)
    assert check("x", tensor) is tensor


@pytest.mark.parametrize("check", [domain.finite, domain.positive, domain.nonnegative, domain.probability])
@pytest.mark.parametrize("bad", [NAN, INF, -INF, None, "1", [1, NAN], [[1], [1, 2]], 1j, 10**400, torch.tensor(NAN)])
def test_what_is_no_finite_number_is_refused(check, bad):
    refused(check, bad)


def test_signs_and_ends():
    refused(domain.positive, 0, says=["positive", "got 0"])
    refused(domain.nonnegative, [0, -1e-300], says=["nonnegative", "-1e-300 at [1]"])
    assert domain.nonnegative("x", 0) == 0
    assert domain.positive("x", INF, infinite=True) == INF
    refused(domain.positive, -INF, infinite=True)
    refused(domain.positive, NAN, infinite=True)
    for ends, zero, one in (("[]", True, True), ("[)", True, False), ("(]", False, True), ("()", False, False)):
        for value, allowed in ((0.0, zero), (1.0, one)):
            if allowed:
                assert domain.probability("x", value, ends) == value
            else:
                refused(domain.probability, value, ends, says=[f"{ends[0]}0, 1{ends[1]}", f"got {value}"])
    refused(domain.at_least, 1.9, 2, says=["at least 2", "1.9"])


def test_integers_stay_exact_and_within_their_limits():
    assert domain.integer("x", 10**30) == 10**30
    assert type(domain.integer("x", np.float64(4))) is int
    assert domain.integer("x", [1, 2]).dtype == np.int64
    for bad in (0.5, NAN, INF, "a", [1, 2.5], None, 2.0**70):
        refused(domain.integer, bad, says=["integer"])
    refused(domain.integer, 0, low=1, says=["at least 1", "got 0"])
    refused(domain.integer, [1, 9], high=8, says=["at most 8", "9"])
    refused(domain.integer, [1, 2], shape=(), says=["single number"])
    refused(domain.integer, 1, shape=(3,), says=["(3,)"])


def test_shapes():
    assert domain.shape("x", np.ones((2, 3, 3)), (..., "d", "d")).shape == (2, 3, 3)
    assert domain.shape("x", torch.ones(2, 5), (None, 5)).shape == (2, 5)
    assert domain.shape("x", [1, 2], (2,)).shape == (2,)
    refused(domain.shape, np.ones((2, 3)), ("d", "d"), says=["(d, d)", "(2, 3)"])
    refused(domain.shape, np.ones(3), (..., "d", "d"), says=["(..., d, d)", "(3,)"])
    refused(domain.shape, np.ones((3, 4)), (None, 5), says=["(any, 5)"])
    refused(domain.shape, 1.0, (1,), says=["shape ()"])
    refused(domain.positive, [1, 2], (), says=["single number", "(2,)"])
    refused(domain.vector, [], says=["at least one"])
    refused(domain.vector, 1.0)
    assert domain.broadcastable(a=1.0, b=np.ones(3)) == (3,)
    with pytest.raises(ValueError, match=r"a and b must .* a \(2,\), b \(3,\)"):
        domain.broadcastable(a=np.ones(2), b=np.ones(3))


def test_orders():
    assert domain.increasing("x", [1, 1, 2], strict=False).tolist() == [1, 1, 2]
    refused(domain.increasing, [1, 1], says=["increase", "1.0 after 1.0"])
    refused(domain.increasing, [2, 1], strict=False, says=["not decrease"])
    refused(domain.increasing, [-1, 1], low=0, says=["at least 0"])
    refused(domain.increasing, [1, 5], high=4, says=["at most 4", "5"])
    refused(domain.increasing, [1, NAN])
    refused(domain.increasing, 3.0)


def test_matrices():
    root = np.arange(12.0).reshape(3, 4) ** 0.5
    assert domain.covariance("x", root @ root.T).shape == (3, 3)
    refused(domain.covariance, root.T @ root, says=["positive definite"])
    assert domain.covariance("x", root.T @ root, definite=False).shape == (4, 4)
    refused(domain.covariance, -np.eye(2), definite=False, says=["semidefinite", "-1"])
    refused(domain.symmetric, [[0, 1], [2, 0]], says=["symmetric", "1"])
    refused(domain.covariance, np.ones((2, 3)))
    refused(domain.covariance, np.ones(3))
    refused(domain.covariance, [[NAN, 0], [0, 1]])
    refused(domain.covariance, np.broadcast_to(np.eye(2), (2, 2, 2)))


def test_names_functions_and_generators():
    refused(domain.one_of, "adm", ("sgd", "adam"), says=["'sgd', 'adam'", "'adm'"])
    refused(domain.one_of, ["sgd"], ("sgd",))
    refused(domain.one_of, np.ones(2), ("sgd",))
    refused(domain.one_of, True, (1, 2))
    assert domain.one_of("x", 2, (1, 2)) == 2
    refused(domain.generator, np.random, says=["Generator"])
    assert isinstance(domain.generator("x", np.random.default_rng(0)), np.random.Generator)
    refused(domain.function, 3)
