"""Loading, natures, and what happens to optimizers that misbehave."""

import numpy as np
import pytest

from optclaims.fingerprints import natures, record, subjects
from optclaims.fingerprints.movers import SubjectError
from optclaims.fingerprints.names import name_of
from optclaims.fingerprints.probes.equivariance import Equivariance
from optclaims.fingerprints.probes.saddle import Saddle
from optclaims.fingerprints.probes.sign_trap import SignTrap
from optclaims.science.optimizers import Adam
from optclaims.statistics import Estimate

from .conftest import OPTIMIZERS, known, own


@pytest.mark.parametrize(
    ("spec", "arguments", "message"),
    [
        ("SGD", {}, "write file.py:Name or package.module.Name"),
        ("torch.optim.Adm", {}, "torch.optim has no 'Adm'; it has Adam, "),
        ("nowhere.at.All", {}, "cannot be imported"),
        ("missing.py:A", {}, "there is no file missing.py"),
        (f"{OPTIMIZERS}:number", {}, "is a int, neither an optimizer"),
        ("optclaims.science.optimizers.Adam", {"beta3": 1}, "has no beta3; it takes amsgrad, beta1"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(spec, arguments, message):
    with pytest.raises(subjects.LoadError, match=message.replace("(", r"\(")) as error:
        subjects.load(spec, arguments)
    assert "\n" not in str(error.value)


def test_learning_rates_come_from_arguments_then_from_the_optimizer():
    assert known("torch.NAdam").lr == 0.002
    assert known("torch.NAdam", lr=0.5).lr == 0.5
    assert own("factory").lr == 0.5
    assert own("without_rate").nature.lr_matters  # set in its groups
    assert subjects.load(f"{OPTIMIZERS}:Plain", {"beta1": 0.5}).arguments == {"beta1": 0.5, "lr": 0.01}
    assert name_of("a/b.py:Own", {"lr": 0.1, "x": [1, 2]}) == "Own-lr=0.1-x=_1_2"


@pytest.mark.parametrize(
    ("subject", "coordinatewise", "factor", "matrices"),
    [
        (known("torch.SGD"), True, True, False),
        (known("Adam"), True, True, False),
        (known("torch.AdamW"), True, True, False),
        (known("ScaledSign"), False, True, False),
        (known("torch.Rprop"), True, False, False),
        (known("torch.Muon"), False, True, True),
        (known("torch.Adafactor"), False, True, True),
        (own("SharedState"), False, True, False),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_natures_of_known_optimizers(subject, coordinatewise, factor, matrices):
    found = subject.nature
    assert (found.coordinatewise, found.lr_is_factor, found.matrices) == (coordinatewise, factor, matrices)
    assert found.repeats and found.lr_matters


@pytest.mark.parametrize("name", ["torch.Adam", "Adam", "torch.Rprop", "ScaledSign", "torch.Muon"])
def test_runs_side_by_side_are_the_runs_alone(name):
    """Together in a tensor, with their shares of the largest step, or each with an instance of its own."""
    rng, subject = np.random.default_rng(0), known(name)
    start, gradients = rng.standard_normal((3, 12)), rng.standard_normal((20, 3, 12))
    rates = np.array([0.1, 0.03, 0.1])
    together = natures.Driver(subject, start, rates)
    alone = [subject.make(start[i : i + 1], rate, subject.shape(12)) for i, rate in enumerate(rates)]
    points = [start[i : i + 1] for i in range(3)]
    for gradient in gradients:
        together.step(gradient)
        points = [
            mover.move(point, gradient[i : i + 1]) for i, (mover, point) in enumerate(zip(alone, points, strict=True))
        ]
    np.testing.assert_allclose(together.theta, np.concatenate(points), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("subject", "speed"), [(known("SGD"), 1.0), (known("HeavyBall"), 10.0), (known("Adam"), 0.5**0.5)]
)
def test_speeds(subject, speed):
    assert subject.speed == pytest.approx(speed, rel=0.01)


def test_one_that_raises_loses_only_the_probes_in_which_it_does():
    found = record.take(own("Raises"), probes=[Saddle(eta=0.2), SignTrap()])
    assert "slope" in found.answers["saddle"]
    assert found.answers["sign_trap"]["left"] == "it raises at step 200 (RuntimeError: out of patience)"


@pytest.fixture(scope="module")
def _at_home():
    """What torch imports with its first optimizer must not be interrupted."""
    _ = own("Raises").nature


@pytest.mark.usefixtures("_at_home")
def test_one_that_hangs_loses_only_the_probes_in_which_it_does():
    found = record.take(own("Hangs"), probes=[SignTrap(), Equivariance(steps=20)], limit=4.0)
    assert found.answers["equivariance"]["degree"].value == pytest.approx(1.0)
    assert found.answers["sign_trap"]["left"] == "it was stopped after 4 s without an answer"


@pytest.mark.usefixtures("_at_home")
def test_one_that_never_comes_through_its_first_steps_is_stopped_once():
    found = record.take(own("Hangs", last=5), probes=[Saddle(), SignTrap()], limit=0.2)
    said = "was stopped after 0.2 s, in which it had not finished its first steps"
    assert found.remarks == (f"It {said}.",)
    assert [list(answers.values()) for answers in found.answers.values()] == [[f"it {said}"], [f"it {said}"]]


def test_nan_and_other_misdeeds_are_sentences():
    assert "NaN or infinity while descending" in record.ask(SignTrap(), own("GivesNan"))[1]["left"]
    ignoring = record.take(own("IgnoresRate"), probes=[Saddle()])
    assert "ignores lr" in ignoring.answers["saddle"]["slope"] and "ignores lr" in ignoring.remarks[0]
    assert "hidden randomness" in record.warnings_about(own("Hidden"))[0]
    needs = record.take(own("NeedsClosure"), probes=[Saddle()])
    assert "missing 1 required positional argument: 'closure'" in needs.remarks[0]


def test_a_rule_that_needs_two_gradients_says_so():
    with pytest.raises(SubjectError, match="two points"):
        _ = subjects.load("optclaims.science.optimizers.SuperAdam").nature


def test_an_instance_of_a_rule_can_be_asked(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from optclaims.science.optimizers import Adam\nmine = Adam(lr=0.3, beta1=0.5)\n")
    subject = subjects.load(f"{path}:mine")
    assert subject.lr == 0.3
    start, gradient = np.ones((1, 4)), np.full((1, 4), 2.0)
    rule = Adam(lr=0.3, beta1=0.5)
    np.testing.assert_array_equal(
        subject.make(start, 0.3, (4,)).move(start, gradient), rule.step(start, gradient, rule.start(start), 1)[0]
    )


def test_what_no_estimator_takes_is_a_sentence(monkeypatch):
    monkeypatch.setattr(SignTrap, "answers", lambda self, frame: {"left": Estimate.exact(np.nan)})
    frame, found = record.ask(SignTrap(steps=60), known("SGD"))
    assert len(frame) and found["left"].startswith("what it did cannot be summed up in a number (an estimate must be")


def test_the_memory_of_a_rule_within_a_rule_is_counted():
    subject = subjects.load("optclaims.fingerprints.instances:ef_sign_sgd")
    theta = np.ones((1, 12))
    mover = subject.make(theta, 0.1, (12,))
    mover.move(theta, theta)
    assert mover.remembered() == 12 and subject.lr == 1e-3
    np.testing.assert_allclose(subject.make(theta, 0.1, (12,)).move(theta, theta), 0.9)
