import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from optclaims.pipeline import cards, fields, notebooks, workflow
from optclaims.pipeline.cards import CardError
from optclaims.pipeline.scaffold import new_paper
from optclaims.verdicts import Outcome

EXPERIMENT = "experiments.stationary_variance"


@pytest.fixture
def edit(tmp_path):
    """Change the card (or notebook) of a fresh paper and load it: edit(function of the card) -> message or card."""
    new_paper("toy", tmp_path)
    path = tmp_path / "notebooks/toy/paper.yaml"

    def load(change=lambda card: None, notebook=lambda text: text):
        card = yaml.safe_load(path.read_text())
        change(card)
        path.write_text(yaml.safe_dump(card, sort_keys=False))
        source = path.with_name("stationary_variance.py")
        source.write_text(notebook(source.read_text()))
        return cards.load("toy", tmp_path / "notebooks")

    load.path = path
    return load


def mistake(edit, *arguments, **keywords):
    with pytest.raises(CardError) as caught:
        edit(*arguments, **keywords)
    message = str(caught.value)
    assert message.startswith(str(edit.path)), "every message names the file"
    assert "\n" not in message, "one mistake, one line"
    return message.removeprefix(f"{edit.path}: ")


def first(card):
    return card["experiments"]["stationary_variance"]


def test_the_card_of_a_new_paper_is_valid(edit):
    card = edit()
    assert [claim for _, claim, _ in card.claims()] == ["stationary-variance"]


def test_unknown_keys_are_named_at_every_level(edit):
    def misspell(part, name):
        return lambda card: part(card).update({name: 1})

    assert mistake(edit, misspell(lambda c: c, "titel")) == "titel: unknown key"


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (first, f"{EXPERIMENT}.colour"),
        (lambda c: first(c)["figures"]["variance"], f"{EXPERIMENT}.figures.variance.colour"),
        (lambda c: first(c)["claims"]["stationary-variance"], f"{EXPERIMENT}.claims.stationary-variance.colour"),
        (lambda c: first(c)["figures"]["variance"]["tolerance"], f"{EXPERIMENT}.figures.variance.tolerance.colour"),
    ],
)
def test_unknown_keys_in_parts(edit, part, key):
    assert mistake(edit, lambda card: part(card).update(colour=1)) == f"{key}: unknown key"


def test_a_missing_key_is_named(edit):
    assert mistake(edit, lambda card: card.pop("venue")) == "venue: this key is missing"


def test_a_claim_that_stands_in_two_experiments(edit):
    def twice(card):
        card["experiments"]["other"] = first(card) | {"figures": {"another": {"caption": "x"}}}

    assert "claim 'stationary-variance' is declared by both stationary_variance and other" in mistake(edit, twice)


def test_a_figure_name_used_twice(edit):
    def twice(card):
        claim = {"another-claim": {"statement": "x", "source": "y"}}
        card["experiments"]["other"] = first(card) | {"claims": claim}

    assert "figure 'variance' is declared by both stationary_variance and other" in mistake(edit, twice)


def test_a_key_that_stands_twice_in_the_file(edit):
    edit.path.write_text(edit.path.read_text() + "title: again\n")
    with pytest.raises(CardError, match=r"paper.yaml:\d+: key 'title' stands twice"):
        cards.load("toy", edit.path.parents[1])


def test_broken_yaml_names_file_and_line(edit):
    edit.path.write_text("title: [unclosed\nauthors: x\n")
    with pytest.raises(CardError, match=r"paper.yaml:\d+: "):
        cards.load("toy", edit.path.parents[1])


def test_a_missing_notebook(edit):
    edit.path.with_name("stationary_variance.py").rename(edit.path.with_name("elsewhere.py"))
    with pytest.raises(CardError, match=f"{EXPERIMENT}: the notebook .*stationary_variance.py is missing"):
        cards.load("toy", edit.path.parents[1])


def test_a_parameter_that_the_notebook_does_not_have(edit):
    message = mistake(edit, lambda card: first(card)["parameters"]["quick"].update(stepz=3))
    assert message.startswith(f"{EXPERIMENT}.parameters.quick.stepz: ")
    assert "has no such parameter; it has ['lr', 'runs', 'sigma', 'steps']" in message


def test_a_parameter_that_the_card_leaves_unset(edit):
    message = mistake(edit, lambda card: first(card)["parameters"]["default"].pop("steps"))
    assert message.startswith(f"{EXPERIMENT}.parameters.default: parameter 'steps'")


def test_an_unknown_scale_lists_the_allowed_ones(edit):
    message = mistake(edit, lambda card: first(card)["parameters"].update(huge={}))
    assert message.startswith(f"{EXPERIMENT}.parameters.huge")
    assert "'quick', 'default' or 'paper'" in message


@pytest.mark.parametrize("untag", [lambda text: text.replace('tags=["parameters"]', ""), lambda text: text + text])
def test_exactly_one_parameters_cell(edit, untag):
    assert "needs exactly one cell" in mistake(edit, notebook=untag)


def test_parameters_are_literal_assignments(edit):
    assert "must be a literal value" in mistake(edit, notebook=lambda text: text.replace("sigma = 1.0", "sigma = f(1)"))


def test_parameters_hold_nothing_else(edit):
    def loop(text):
        return text.replace("sigma = 1.0", "import os")

    assert "may only hold assignments" in mistake(edit, notebook=loop)


def test_a_sweep_needs_lists(edit):
    with pytest.raises(CardError, match=f"{EXPERIMENT}.sweep: 'runs' must be a parameter with a list"):
        edit(lambda card: first(card).update(sweep=["runs"]))


def test_expecting_anything_but_success_needs_a_reason(edit):
    claim = lambda card: first(card)["claims"]["stationary-variance"]  # noqa: E731
    assert "`reason` is needed" in mistake(edit, lambda card: claim(card).update(expect="inconclusive"))


def test_expectations_by_scale(edit):
    claim = {"expect": {"quick": "inconclusive"}, "reason": "too few runs"}
    card = edit(lambda card: first(card)["claims"]["stationary-variance"].update(claim))
    (_, _, loaded), *_ = card.claims()
    assert loaded.expected("quick") == Outcome.INCONCLUSIVE
    assert loaded.expected("default") == Outcome.REPRODUCED


def test_meanings_are_of_parameters_and_an_experiment_may_have_its_own(edit):
    card = edit(lambda card: first(card).update(meanings={"lr": "rates"}))
    assert card.meaning("stationary_variance", "lr") == "rates"
    assert card.meaning("stationary_variance", "steps") == "steps of each run"
    stale = mistake(edit, lambda card: first(card).update(meanings={"lr": "rates", "rate": "gone"}))
    assert stale == f"{EXPERIMENT}.meanings: 'rate' is no parameter of it"


def test_a_meaning_of_no_parameter(edit):
    stale = mistake(edit, lambda card: card["meanings"].update(rate="gone"))
    assert stale == "meanings: 'rate' is no parameter of an experiment of this card"


def test_minutes_by_scale(edit):
    def scales(card, **minutes):
        first(card).update(minutes=minutes, parameters=dict.fromkeys(minutes, first(card)["parameters"]["quick"]))

    card = edit(lambda card: scales(card, quick=0.5, paper=6000))
    experiment = card.experiments["stationary_variance"]
    assert [experiment.minutes_at(scale) for scale in cards.SCALES] == [0.5, 0, 6000]
    assert edit(lambda card: first(card).update(minutes=3)).experiments["stationary_variance"].minutes_at("paper") == 3


def test_minutes_by_scale_name_every_scale_that_runs(edit):
    message = mistake(edit, lambda card: first(card).update(minutes={"paper": 6000}))
    assert f"{EXPERIMENT}: minutes: no time for scale" in message and "quick" in message


def test_not_run_cannot_be_expected(edit):
    claim = {"expect": "not-run", "reason": "x"}
    message = mistake(edit, lambda card: first(card)["claims"]["stationary-variance"].update(claim))
    assert "stationary-variance.expect" in message


@pytest.mark.parametrize("tolerance", [{"kind": "chaotic"}, {"kind": "chaotic", "stderr": "s", "reason": "r"}])
def test_a_chaotic_column_is_compared_in_one_way(edit, tolerance):
    message = mistake(edit, lambda card: first(card)["figures"]["variance"].update(tolerance=tolerance))
    assert "either stderr" in message


def test_an_unknown_cover(edit):
    assert "no <experiment>/<figure>" in mistake(edit, lambda card: card.update(cover="a/b"))


@pytest.mark.parametrize("name", ["Stationary", "stationary-variance", "1st", "a__b"])
def test_experiments_are_in_snake_case(edit, name):
    def rename(card):
        card["experiments"] = {name: first(card)}
        card["cover"] = f"{name}/variance"

    assert "must be in snake_case" in mistake(edit, rename)


def test_the_mistakes_of_all_cards_are_reported_together(tmp_path):
    for paper in ("one", "two"):
        new_paper(paper, tmp_path)
        path = tmp_path / "notebooks" / paper / "paper.yaml"
        path.write_text(path.read_text() + "extra: 1\n")
    with pytest.raises(CardError) as caught:
        cards.load_all(tmp_path / "notebooks")
    assert len(str(caught.value).splitlines()) == 2


def test_an_unknown_paper_lists_the_known_ones(tmp_path):
    new_paper("known", tmp_path)
    with pytest.raises(CardError, match="papers: known"):
        cards.load("unknown", tmp_path / "notebooks")


def test_data_sets_by_scale(edit):
    card = edit(lambda card: first(card).update(data={"quick": "digits", "paper": "MNIST"}))
    experiment = card.experiments["stationary_variance"]
    assert [experiment.data_set(scale) for scale in cards.SCALES] == ["digits", "synthetic", "MNIST"]


def test_the_schema_is_json(edit):
    schema = json.loads(cards.schema())
    assert next(iter(schema)) == "$schema"
    assert schema["additionalProperties"] is False


# --- the cards of this project --------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("paper", cards.papers(ROOT / "notebooks"))
def test_cards_of_this_project_are_valid_and_notebooks_hold_the_quick_values(paper):
    card = cards.load(paper, ROOT / "notebooks")
    for name, experiment in card.experiments.items():
        in_notebook = notebooks.parameters(ROOT / "notebooks" / paper / f"{name}.py")
        assert in_notebook == experiment.parameters.get("quick", in_notebook), f"{paper}/{name}"


def test_every_notebook_belongs_to_a_card():
    for paper in cards.papers(ROOT / "notebooks"):
        files = {path.stem for path in (ROOT / "notebooks" / paper).glob("*.py")}
        assert files == set(cards.load(paper, ROOT / "notebooks").experiments)


def test_a_paper_may_start_from_a_network(tmp_path):
    made = new_paper("toy", tmp_path, kind="network")
    card = cards.load("toy", tmp_path / "notebooks")
    assert [claim for _, claim, _ in card.claims()] == ["effective-rate"]
    assert {path.name for path in made} >= {"effective_rate.py", "simulation.py", "test_simulation.py"}
    assert not [path for path in made if "__KEY__" in path.read_text()]


def test_new_papers_refuse_bad_keys_and_overwrite_nothing(tmp_path):
    with pytest.raises(CardError, match="snake_case"):
        new_paper("Adam-Paper", tmp_path)
    made = new_paper("toy", tmp_path)
    shutil.rmtree(tmp_path / "notebooks")
    before = made[0].read_text()
    with pytest.raises(CardError, match="exists already"):
        new_paper("toy", tmp_path)
    assert made[0].read_text() == before
    assert not (tmp_path / "notebooks").exists()


# --- senseless, or not what JSON can hold ----------------------------------------------------------------------------


def set_(*path, value):
    """Return what sets a value deep in a card."""

    def change(card):
        *above, last = path
        for key in above:
            card = card[key]
        card[last] = value

    return change


HERE = ("experiments", "stationary_variance")
FIGURE = (*HERE, "figures", "variance")
CLAIM = (*HERE, "claims", "stationary-variance")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_(*HERE, "parameters", "quick", "sigma", value=date(2026, 1, 2)), "sigma: a date cannot be handed"),
        (set_(*HERE, "parameters", "quick", "sigma", value={1, 2}), "sigma: a set cannot be handed"),
        (set_(*HERE, "parameters", "quick", "sigma", value={1: 2}), "sigma: key 1 must be text"),
        (set_(*HERE, "minutes", value=float("inf")), "minutes: "),
        (set_(*HERE, "minutes", value=float("nan")), "minutes: "),
        (set_(*HERE, "minutes", value={"quick": 0}), "minutes.quick: "),
        (set_(*HERE, "minutes", value={"quickly": 1}), "minutes.quickly"),
        (set_(*FIGURE, "tolerance", "rtol", value=-1.0), "rtol: "),
        (set_(*FIGURE, "tolerance", "rtol", value=float("nan")), "rtol: "),
        (set_(*FIGURE, "tolerance", "rtol", value=float("inf")), "rtol: "),
        (set_(*FIGURE, "caption", value=""), "caption: '' must be not empty"),
        (set_(*CLAIM, "statement", value=" "), "statement: ' ' must be not empty"),
        (set_("url", value="javascript:alert(1)"), "url: .* must be an address that begins with http:// or https://"),
    ],
)
def test_what_makes_no_sense_is_refused(edit, change, message):
    assert re.search(message, mistake(edit, change))


@pytest.mark.parametrize("content", ["title: na\xefve\n".encode("latin-1"), b"title: a\0b\n"], ids=["Latin-1", "NUL"])
def test_bytes_that_are_no_text(edit, content):
    edit.path.write_bytes(content)
    with pytest.raises(CardError) as caught:
        cards.load("toy", edit.path.parents[1])
    assert str(caught.value).startswith(str(edit.path)) and "\n" not in str(caught.value)


def test_yaml_merges_are_understood_and_what_stands_twice_is_not(edit):
    text = edit.path.read_text()
    quick = text[text.index("quick: {") : text.index("\n      default")]
    merged = text.replace(quick, quick.replace("{", "&q {", 1)).partition("      default:")[0]
    edit.path.write_text(merged + "      default: {<<: *q, runs: 7}\n")
    parameters = cards.load("toy", edit.path.parents[1]).experiments["stationary_variance"].parameters
    assert parameters["default"] == parameters["quick"] | {"runs": 7}
    edit.path.write_text(merged + "      default: {<<: *q, runs: 7, runs: 8}\n")
    with pytest.raises(CardError, match="'runs' stands twice"):
        cards.load("toy", edit.path.parents[1])


@pytest.mark.parametrize("key", [*sorted(fields.RESERVED), "class", "lambda", "null", "yes", "Adam", "a__b"])
def test_keys_that_mean_something_else(tmp_path, key):
    with pytest.raises(CardError, match=f"'{key}': the key of a paper"):
        new_paper(key, tmp_path)
    assert not list(tmp_path.iterdir())
    new_paper("toy", tmp_path)
    (tmp_path / "notebooks/toy").rename(tmp_path / f"notebooks/{key}")
    with pytest.raises(CardError, match=f"'{key}': the key of a paper"):
        cards.load_all(tmp_path / "notebooks")


def test_the_names_of_rules_are_reserved():
    files = [ROOT / "Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    names = {name for file in files for name in re.findall(r"^rule (\w+):", file.read_text(), re.M)} | {"try"}
    assert names | {"logs"} == fields.RESERVED


@pytest.fixture
def two(tmp_path):
    """Two fresh papers; two(what each reads, by paper) loads both."""
    for paper in ("one", "other"):
        new_paper(paper, tmp_path)

    def load(change=lambda card: None, **reads):
        for paper, addresses in reads.items():
            path = tmp_path / f"notebooks/{paper}/paper.yaml"
            card = yaml.safe_load(path.read_text())
            first(card)["reads"] = addresses
            change(card)
            path.write_text(yaml.safe_dump(card, sort_keys=False))
        return cards.load_all(tmp_path / "notebooks")

    return load


def test_an_experiment_may_read_another_one(two):
    loaded = two(one=["other/stationary_variance"])
    reader = loaded["one"].experiments["stationary_variance"]
    files = workflow.read_files({"scale": "quick-seed3"}, experiment=reader, cards=loaded)
    assert files == ["results/quick-seed3/other/stationary_variance/variance.csv"]
    described = workflow.job({"scale": "quick"}, paper="one", name="stationary_variance", experiment=reader)
    assert json.loads(described)["reads"] == ["other/stationary_variance"]
    plain = loaded["other"].experiments["stationary_variance"]
    assert workflow.read_files({"scale": "quick"}, experiment=plain, cards=loaded) == []
    assert "reads" not in workflow.job({"scale": "quick"}, paper="other", name="stationary_variance", experiment=plain)


@pytest.mark.parametrize("address", ["other/nothing", "nobody/stationary_variance", "other"])
def test_reading_what_is_not_there(two, address):
    with pytest.raises(CardError, match=f"one/paper.yaml: {EXPERIMENT}.reads: no experiment '{address}'"):
        two(one=[address])


def test_reading_in_a_circle(two):
    with pytest.raises(CardError, match="one/stationary_variance would wait for itself"):
        two(one=["other/stationary_variance"], other=["one/stationary_variance"])


def test_reading_at_a_scale_that_the_other_lacks(two):
    with pytest.raises(CardError, match="other/stationary_variance has no scale default"):
        two(
            lambda card: (
                first(card)["parameters"].pop("default")
                if "reads" in first(card) and not first(card)["reads"]
                else None
            ),
            one=["other/stationary_variance"],
            other=[],
        )


@pytest.mark.parametrize("paper", cards.papers(ROOT / "notebooks"))
def test_every_parameter_has_a_meaning_in_one_line(paper):
    card = cards.load(paper, ROOT / "notebooks")
    every = [(name, parameter) for name, experiment in card.experiments.items() for parameter in experiment.names()]
    assert [place for place in every if not card.meaning(*place)] == []
    assert [place for place in every if len(card.meaning(*place)) > 100 or "\n" in card.meaning(*place)] == []
    used = {parameter for name, parameter in every if parameter not in card.experiments[name].meanings}
    assert set(card.meanings) <= used, "a meaning that every experiment overrides"
