"""Distances, the saved form, and the page."""

import json

import jsonschema
import numpy as np
import pandas as pd
import pytest

from optclaims.fingerprints import catalogue, comparison, record, saved
from optclaims.fingerprints.names import arguments_of
from optclaims.fingerprints.probes import PROBES
from optclaims.fingerprints.probes.batch import Batch
from optclaims.fingerprints.probes.bias import Bias
from optclaims.fingerprints.probes.cost import Cost
from optclaims.fingerprints.probes.edge import Edge
from optclaims.fingerprints.probes.equivariance import Equivariance
from optclaims.fingerprints.probes.heavy_tails import HeavyTails
from optclaims.fingerprints.probes.memory import Memory
from optclaims.fingerprints.probes.online import Online
from optclaims.fingerprints.probes.risk import Risk
from optclaims.fingerprints.probes.saddle import Saddle
from optclaims.fingerprints.probes.sign_trap import SignTrap
from optclaims.fingerprints.probes.stability import Stability
from optclaims.pages import atlas, fingerprint

from .conftest import known, own

FEW = (Equivariance(steps=20), SignTrap(steps=300), Saddle(steps=300))


@pytest.fixture(scope="module")
def few():
    """Three optimizers and three probes."""
    subjects = {"SGD": known("SGD"), "SignSGD": known("SignSGD"), "Adam": known("Adam")}
    return {name: record.take(subject, probes=FEW) for name, subject in subjects.items()}


@pytest.fixture(scope="module")
def table(few):
    return saved.table(record.to_save(found) for found in few.values())


def test_there_are_twelve_probes_with_names_and_sentences_of_their_own():
    assert len(PROBES) == 12 and len({probe.name for probe in PROBES}) == 12
    for probe in PROBES:
        assert probe.question.endswith("?") and all(quantity.says.count("{}") == 1 for quantity in probe.quantities)


def test_distances_are_those_of_a_metric(table):
    names, (values, low, high) = comparison.matrix(table)
    assert names == ["SGD", "SignSGD", "Adam"]
    assert (np.diag(values) == 0).all() and (values == values.T).all() and values.max() <= 1
    assert (low <= values).all() and (values <= high).all()
    assert values[1, 2] < values[0, 1] and values[1, 2] < values[0, 2]


def test_the_interval_of_a_distance_grows_with_those_of_the_answers():
    key = ("saddle", "slope")
    widths = []
    for reach in (0.0, 0.02, 0.1):
        d = comparison.distance({key: (1.0, 1 - reach, 1 + reach)}, {key: (0.8, 0.8 - reach, 0.8 + reach)})
        assert d.value == pytest.approx(0.4)
        widths.append(d.high - d.low)
    assert widths[0] == pytest.approx(0) and widths[0] < widths[1] < widths[2]
    assert widths[1] == pytest.approx(2 * 1.96 * 0.02 / 1.96 * 2**0.5 / 0.5, rel=0.2)


def test_what_only_one_has_does_not_count():
    ours = {("saddle", "slope"): (1.0, 1.0, 1.0), ("cost", "state"): (7.0, 7.0, 7.0)}
    assert comparison.distance(ours, {("saddle", "slope"): (1.0, 1.0, 1.0)}).value == 0
    with pytest.raises(ValueError, match="share a quantity"):
        comparison.distance(ours, {})


def test_the_nearest_and_its_sentences(few, table):
    others = table[table["optimizer"] != "Adam"]
    near = record.to_save(few["Adam"], others).nearest
    assert [each.name for each in near] == ["SignSGD", "SGD"]
    assert near[0].like.startswith("Like SignSGD: ") and "power 0 of a factor of the loss" in near[0].like
    assert "power 0 of a factor of the loss (SGD: 1)" in near[1].unlike
    assert comparison.nearest("Adam", table, table[table["optimizer"] == "Adam"]) == []


def test_what_is_saved_follows_the_schema(few, tmp_path):
    found = record.write(few["Adam"], tmp_path)
    data = json.loads((tmp_path / "fingerprint.json").read_text())
    jsonschema.validate(data, json.loads(saved.schema()))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data | {"surprise": 1}, json.loads(saved.schema()))
    assert saved.read(tmp_path / "fingerprint.json") == found
    assert {path.suffix for path in tmp_path.glob("saddle.*")} == {".csv", ".svg", ".png"}
    again = pd.read_csv(tmp_path / "saddle.csv")
    assert Saddle().answers(again)["slope"].value == pytest.approx(found.probes["saddle"].quantities["slope"].value)


def test_the_page_holds_answers_neighbours_and_reasons(few, table, tmp_path):
    taken = record.take(own("Raises"), probes=FEW)
    found = record.write(taken, tmp_path, table)
    text = fingerprint.page(found, tmp_path, table)
    assert "it raises at step 200 (RuntimeError: out of patience)" in text
    assert "Like SGD: " in text and "data:image/svg+xml" in text
    assert "<script" not in text and "http" not in text.replace("http://www.w3.org", "")
    assert any("out of patience" in line for line in fingerprint.summary(found)) and fingerprint.answered(found)


def test_every_figure_is_drawn_from_its_csv(tmp_path):
    """Of the probes that are not drawn above, with their smallest sizes."""
    small = (Batch(burn=20, steps=20), Bias(steps=50), Cost(side=8, rounds=6), HeavyTails(steps=80), Risk(steps=100))
    found = record.take(known("SGD"), probes=(*small, Memory(before=100, steps=200, impulse=40)))
    record.write(found, tmp_path)
    assert len(list(tmp_path.glob("*.svg"))) == 6


def test_the_atlas_is_written_from_fingerprints(few, tmp_path):
    for name, found in few.items():
        record.write(found, tmp_path / "atlas" / name, figures=False)
    (tmp_path / "docs").mkdir()
    paths = atlas.write(tmp_path / "atlas", tmp_path / "docs")
    assert [path.name for path in paths] == ["atlas.csv", "atlas.png", "atlas.md"]
    text = paths[2].read_text()
    assert "| SignSGD | Adam 0." in text and "3 known optimizers" in text
    first = paths[0].read_bytes(), paths[2].read_bytes()
    atlas.write(tmp_path / "atlas", tmp_path / "docs")
    assert (paths[0].read_bytes(), paths[2].read_bytes()) == first
    with pytest.raises(FileNotFoundError, match="snakemake atlas makes them"):
        atlas.write(tmp_path / "none", tmp_path)


def test_the_catalogue_names_what_can_be_loaded():
    from optclaims.fingerprints import subjects

    assert len(catalogue.KNOWN) >= 16
    for name, (spec, arguments) in catalogue.available().items():
        assert subjects.load(spec, arguments, name).nature.lr_matters, name


@pytest.mark.parametrize("text", ["[1, 2]", "lr", "{1: 2}"])
def test_arguments_that_are_none(text):
    with pytest.raises(ValueError, match="must be keywords"):
        arguments_of(text)


def changed(sound, broken, probes):
    """Return the quantities in which two optimizers of the tests differ by more than a fifth of what matters."""
    taken = [record.to_save(record.take(own(name), probes=probes)) for name in (sound, broken)]
    found = set()
    for probe in probes:
        for key, answer in taken[0].probes[probe.name].quantities.items():
            other = taken[1].probes[probe.name].quantities[key]
            quantity = comparison.QUANTITIES.get((probe.name, key))
            if quantity is None:
                continue
            values = [value for value in (answer.value, other.value) if value is not None]
            if len(values) == 1 or (len(values) == 2 and quantity.gap(*values) > 0.2):
                found.add((probe.name, key))
    return found


MORE = (
    *FEW,
    Stability(steps=240, runs=4),
    Batch(),
    Bias(runs=4),
    Memory(steps=1000),
    Cost(side=16, rounds=6),
)


def test_a_wrong_correction_shows_in_the_first_step():
    """And in what the first steps decide: which of many solutions has been chosen."""
    found = changed("Plain", "WrongCorrection", MORE)
    assert found - {("bias", "max-norm, 4")} == {("memory", "first step")}


def test_a_forgotten_root_shows_where_sizes_of_gradients_count():
    found = changed("Plain", "ForgottenRoot", MORE)
    assert {("equivariance", "degree"), ("equivariance", "scales"), ("stability", "full batch")} <= found
    assert {("stability", "small batch"), ("batch", "exponent"), ("bias", "max-norm, 1")} <= found
    kept = {("equivariance", key) for key in ("shift", "permutation", "signs", "coordinatewise", "repeats")}
    assert not found & (kept | {("cost", "state"), ("memory", "impulse"), ("memory", "first step")})


def test_a_state_that_is_shared_shows_where_it_should_and_nowhere_else():
    found = changed("Plain", "SharedState", FEW)
    assert found == {("equivariance", key) for key in ("rotation", "rows", "scales", "coordinatewise")}


LATER = (
    Equivariance(steps=20),
    SignTrap(steps=300),
    Saddle(steps=500),
    Edge(etas=tuple(0.4 * 2 ** (k / 2) for k in range(7)), runs=2, steps=1600, records=6),
    HeavyTails(steps=2000, runs=4, size=32),
    Online(periods=(3, 10, 30, 100, 300), steps=2400),
    Risk(size=60, steps=600),
)


def test_a_step_that_does_not_know_its_own_gradient_has_no_edge():
    assert changed("Momentum", "StepBeforeMemory", LATER) == {("edge", "has an edge"), ("edge", "plateau")}


def test_gradients_cut_off_too_late_show_where_single_ones_are_large():
    """Under Cauchy noise, and in the online problem: there what cuts rare large gradients off goes the wrong way."""
    tails, online = ("exponent", "level"), ("wrong", "longest period")
    found = changed("Clipped", "ClippedTooLate", LATER)
    assert found == {("heavy_tails", key) for key in tails} | {("online", key) for key in online}


def test_averaging_signs_instead_of_gradients_shows_where_noise_was_averaged():
    """Risk, a trap and online problems as of signSGD; a smaller level under Cauchy noise; coordinates as before."""
    found = changed("Signs", "AverageOfSigns", LATER)
    online = {("online", key) for key in ("wrong", "wrong sparse", "longest period", "regret")}
    risk = {("risk", "gap to SGD"), ("risk", "gap to signSGD")}
    assert found == online | risk | {("sign_trap", "left"), ("heavy_tails", "level")}
