"""Answers that are known in closed form, and mistakes that must show where they are."""

import numpy as np
import pytest

from optclaims.fingerprints.probes.cost import Cost
from optclaims.fingerprints.probes.equivariance import Equivariance
from optclaims.fingerprints.probes.saddle import Saddle
from optclaims.fingerprints.probes.sign_trap import SignTrap
from optclaims.fingerprints.probes.stability import Stability

from .conftest import known, near, own

STABILITY = Stability(steps=240, runs=4, copies=16)


@pytest.mark.parametrize(
    ("subject", "degree", "unchanged"),
    [
        (known("torch.SGD"), 1, {"shift", "permutation", "signs", "rotation", "rows"}),
        (known("torch.SGD", weight_decay=0.1), 1, {"permutation", "signs", "rotation", "rows"}),
        (known("Adam", eps=0.0), 0, {"shift", "permutation", "signs", "scales"}),
        (known("SignSGD"), 0, {"shift", "permutation", "signs", "scales"}),
        (known("ScaledSign"), 1, {"shift", "permutation", "signs"}),
        (own("ForgottenRoot"), -1, {"shift", "permutation", "signs"}),
        (own("SharedState"), 0, {"shift", "permutation", "signs", "rotation", "rows"}),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_equivariance(ask, subject, degree, unchanged):
    found = ask(Equivariance(), subject)
    assert near(found["degree"], degree, 0.01 if subject.name != "SharedState" else 0.05)
    kept = {key for key in ("shift", "permutation", "signs", "rotation", "rows", "scales") if found[key].value == 1}
    assert kept == unchanged


@pytest.mark.parametrize(
    ("subject", "largest"),
    [
        (known("torch.SGD"), 2.0),
        (known("HeavyBall", momentum=0.9), 3.8),
        (known("HeavyBall", momentum=0.5), 3.0),
        (known("Nesterov", momentum=0.9), 2 * 1.9 / 2.8),
        (known("EMAMomentum", momentum=0.9), 38.0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_largest_stable_step_of_linear_methods(ask, subject, largest):
    """2/L; 2 (1 + m) / L; Nesterov's 2 (1 + m) / (1 + 2 m) / L; as an average the heavy ball's over 1 - m."""
    found = ask(STABILITY, subject)
    assert near(found["largest step"], largest, 0.01 * largest)
    assert found["largest step"].low * 0.999 < largest < found["largest step"].high * 1.001
    for part in ("full batch", "small batch"):
        assert found[part].low <= 0 <= found[part].high and found[part].high - found[part].low < 0.05


@pytest.mark.parametrize("subject", [known("torch.Adam"), known("SignSGD")], ids=lambda subject: subject.name)
def test_bounded_steps_have_no_limit_and_the_exponents_of_gauss_newton(ask, subject):
    found = ask(STABILITY, subject)
    assert found["has a limit"].value == 0 and "grew at no lr" in found["largest step"]
    assert near(found["full batch"], 1.0, 0.01) and near(found["small batch"], 0.5, 0.04)


def test_a_forgotten_root_is_the_next_power_of_gauss_newton(ask):
    found = ask(STABILITY, own("ForgottenRoot"))
    assert near(found["full batch"], 2.0, 0.05) and near(found["small batch"], 1.0, 0.05)


def test_only_steps_along_signs_are_caught(ask):
    probe = SignTrap(steps=1500, eta=0.04)
    for caught in ("SignSGD", "ScaledSign"):
        assert near(ask(probe, known(caught))["left"], 1.0, 1e-9)
    for free in ("SGD", "HeavyBall", "Adam"):
        assert ask(probe, known(free))["left"].high < 0.05


def root(lr, momentum):
    """Return the factor a step of heavy ball on -theta^2 / 2."""
    return max(np.roots([1, -(1 + momentum + lr), momentum]))


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_leaving_a_saddle_takes_the_closed_form(ask, momentum):
    probe, subject = Saddle(), known("HeavyBall", momentum=momentum)
    expected = np.log1p(probe.eta) / np.log(root(probe.eta * (1 - momentum), momentum))
    assert near(ask(probe, subject)["slope"], expected, 0.002 * expected)


def test_what_divides_by_the_size_of_the_gradient_does_not_see_the_distance(ask):
    assert near(ask(Saddle(), known("Adam", eps=0.0))["slope"], 0.0, 0.01)
    assert ask(Saddle(), own("ForgottenRoot"))["slope"] != pytest.approx(0, abs=0.01)


def test_memory_is_counted(ask):
    for subject, state in ((known("torch.SGD"), 0), (known("torch.Adam"), 2), (known("Adam", amsgrad=True), 3)):
        assert ask(Cost(side=32, rounds=6), subject)["state"].value == state
