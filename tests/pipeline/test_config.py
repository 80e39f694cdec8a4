import pytest

from optclaims.pipeline import config
from optclaims.pipeline.config import ConfigError

PAPERS = ["adam_paper", "sign_paper"]


def test_the_defaults_are_valid():
    assert config.parse({}).chosen(PAPERS) == PAPERS


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scale": "huge"}, "config key scale: .*'quick', 'default' or 'paper'"),
        ({"scal": "quick"}, "config key scal: unknown key\nallowed keys: scale, seed, seeds, papers, data, split"),
        ({"seed": -1}, "config key seed: .*greater than or equal to 0"),
        ({"seed": "many"}, "config key seed: "),
        ({"seeds": [0, 0]}, "config key seeds: each seed once"),
        ({"data": "/nonexistent"}, "config key data: there is no folder '/nonexistent'"),
        ({"split": "perhaps"}, "config key split: "),
    ],
)
def test_mistakes_name_the_key_and_what_is_allowed(values, message):
    with pytest.raises(ConfigError, match=message):
        config.parse(values)


def test_papers_are_all_one_or_several():
    assert config.parse({"papers": "sign_paper"}).chosen(PAPERS) == ["sign_paper"]
    assert config.parse({"papers": ["sign_paper", "adam_paper"]}).chosen(PAPERS) == PAPERS


def test_an_unknown_paper_is_named_with_the_closest_one():
    with pytest.raises(ConfigError, match="'papers': 'adam_papr' is not known; did you mean 'adam_paper'"):
        config.parse({"papers": "adam_papr"}).chosen(PAPERS)
    with pytest.raises(ConfigError, match="empty list"):
        config.parse({"papers": []}).chosen(PAPERS)


def test_the_data_directory_goes_to_the_environment_only_if_configured(monkeypatch, tmp_path):
    monkeypatch.setenv("OPTCLAIMS_DATA", "/before")
    config.export_data_directory(config.parse({}))
    assert config.os.environ["OPTCLAIMS_DATA"] == "/before"
    config.export_data_directory(config.parse({"data": str(tmp_path)}))
    assert config.os.environ["OPTCLAIMS_DATA"] == str(tmp_path)
