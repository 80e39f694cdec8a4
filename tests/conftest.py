from pathlib import Path

import pytest

import synthetic


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The cards of a small project in the current folder, with results in results/quick."""
    monkeypatch.chdir(tmp_path)
    cards = synthetic.project(Path())
    synthetic.results(Path("results/quick"))
    return cards
