"""Configuration: what is wrong is said in one readable message, and what is generated is current."""

import pytest
import yaml

from foa360.config import Config, ConfigError
from foa360.config_check import ROOT, SCHEMA, TABLE, load_config, schema, table

DEMO = {"sources": [{"kind": "demo"}]}


def test_the_shipped_configuration_is_usable():
    config = load_config(yaml.safe_load((ROOT / "config.yaml").read_text()))
    assert config.sources[0].kind == "demo"


def test_only_sources_are_needed():
    assert load_config(DEMO).viewpoints.count == 4
    with pytest.raises(ConfigError, match="sources: this key is needed"):
        load_config({})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sede": 1}, "sede: there is no such key; did you mean 'seed'"),
        ({"curate": {"taau": 0.1}}, r"curate\.taau: .* did you mean 'tau'"),
        ({"curate": {"tau": 1}}, r"curate\.tau = 1: must be less than 1"),
        ({"curate": {"preset": "wang"}}, r"curate\.preset = \"wang\": must be one of default, wang2022"),
        ({"curate": {"ratio_range": [2, 3]}}, "ratio_range must be two numbers"),
        ({"shard": {"clips": "many"}}, r"shard\.clips = \"many\": must be a whole number"),
        ({"shard": {"clips": 0}}, r"shard\.clips = 0: must be greater than or equal to 1"),
        ({"features": {"n_mels": 400}}, "empty mel filters: use fewer n_mels or a larger n_fft"),
        ({"features": {"hop": 2000}}, r"hop \(2000\) must not exceed n_fft"),
        ({"train": None}, "train = null: must be a section with keys"),
        ({"seed": 1.5}, r"seed = 1\.5: must be"),
        ({"detect": {"weights": "no/such.pt"}}, r"detect\.weights = \"no/such\.pt\": no such file"),
        ({"results": "a/{shard}"}, "results = .*: must not contain"),
        ({"sources": [{"kind": "fodler"}]}, r"sources\[0\]\.kind = \"fodler\": .* did you mean 'folder'"),
        ({"sources": [{"kind": "folder", "pth": "x"}]}, r"sources\[0\]\.pth: .* did you mean 'path'"),
        ({"sources": [{"kind": "folder", "path": "no"}]}, r"sources\[0\]\.path = \"no\": no such folder"),
        ({"sources": []}, "sources = .*: must have at least 1 entry"),
        ({"sources": [{"kind": "demo"}] * 2}, "only one may be of kind demo"),
    ],
)  # fmt: skip
def test_mistakes_are_named(change, said):
    with pytest.raises(ConfigError, match=said) as error:
        load_config({**DEMO, **change})
    assert "pydantic" not in str(error.value)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        load_config({**DEMO, "sede": 1, "curate": {"tau": 3}})
    assert "sede" in str(error.value)
    assert "curate.tau" in str(error.value)


def test_generated_files_are_current():
    assert TABLE.read_text(encoding="utf-8") == table(), "run python -m foa360.config_check"
    assert yaml.safe_load(SCHEMA.read_text(encoding="utf-8")) == schema()


def test_every_key_says_what_it_means():
    def sections(model):
        yield model
        for field in model.model_fields.values():
            if hasattr(field.annotation, "model_fields"):
                yield from sections(field.annotation)

    for section in sections(Config):
        for name, field in section.model_fields.items():
            if not hasattr(field.annotation, "model_fields"):
                assert field.description, name
