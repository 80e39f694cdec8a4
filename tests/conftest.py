from pathlib import Path

import hypothesis
import pytest

import synthetic

# No example has a deadline: on a busy machine, or when a kernel is compiled first, time says nothing about correctness.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The cards of a small project in the current folder, with results in results/quick."""
    monkeypatch.chdir(tmp_path)
    cards = synthetic.project(Path())
    synthetic.results(Path("results/quick"))
    return cards
