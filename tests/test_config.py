"""Configuration: mistakes are said in one readable message, and what is generated is current."""

import json
from pathlib import Path

import pytest
import yaml

from foa360.config.load import (
    ROOT,
    SCHEMA,
    TABLE,
    load_config,
    schema,
    table,
)
from foa360.config.root import Config
from foa360.config.section import ConfigError

DEMO = {"sources": [{"kind": "demo"}]}


def test_the_shipped_configuration_is_usable():
    config = load_config(yaml.safe_load((ROOT / "config.yaml").read_text()))
    assert config.sources[0].kind == "demo"


def test_only_sources_are_needed():
    assert load_config(DEMO).viewpoints.count == 4
    with pytest.raises(ConfigError, match="sources: this key is needed"):
        load_config({})


FOLDER = {"kind": "folder"}
MISTAKES = [
    ({"sede": 1}, "sede: there is no such key; did you mean 'seed'"),
    ({"tau": 0.2}, "tau: there is no such key; did you mean 'curate.tau'"),
    ({"xyz": 1}, "xyz: there is no such key; known here: sources, results"),
    ({1: 2}, "1: there is no such key"),
    ({"seed": 1.5}, "seed = 1.5: must be"),
    ({"seed": True}, "seed = true: must be a whole number"),
    ({"results": ""}, 'results = "": must be text of 1 or more characters'),
    ({"results": "a/{shard}"}, 'results = "a/{shard}": must not contain'),
    ({"train": None}, "train = null: must be a section with keys"),
    ({"shard": {"clips": "many"}}, 'shard.clips = "many": must be a whole number'),
    ({"shard": {"clips": 0}}, "shard.clips = 0: must be 1 or more"),
    ({"clip": {"duration": float("inf")}}, "clip.duration = Infinity: must be a finite number"),
    ({"curate": {"taau": 0.1}}, "curate.taau: there is no such key; did you mean 'tau'"),
    ({"curate": {"tau": 1}}, "curate.tau = 1: must be below 1"),
    ({"curate": {"tau": float("nan")}}, "curate.tau = NaN: must be"),
    ({"curate": {"preset": "wang"}}, 'curate.preset = "wang": must be one of default, wang2022'),
    ({"curate": {"ratio_range": [2, 3]}}, "curate.ratio_range = [2, 3]: must be two numbers"),
    ({"curate": {"ratio_range": [0.5]}}, "ratio_range[1]: this entry of the list is missing"),
    ({"curate": {"ratio_range": [1, 2, 3]}}, "ratio_range = [1, 2, 3]: must be a list of 2"),
    ({"detect": {"image_size": 100}}, "detect.image_size = 100: must be a multiple of 32"),
    ({"detect": {"weights": "no/such.pt"}}, 'detect.weights = "no/such.pt": no such file'),
    ({"detect": {"weights": "dmo"}}, "or the name of a model that Ultralytics fetches"),
    ({"features": {"n_mels": 400}}, "mel filters empty: n_mels may be"),
    ({"features": {"hop": 2000}}, "features.hop = 2000 must not exceed n_fft = 1024"),
    ({"features": {"store": ["vido"]}}, "features.store[0] = "),
    ({"features": {"store": ["vido"]}}, "did you mean 'video'"),
    ({"sources": []}, "sources = []: must be a list of 1 or more"),
    ({"sources": ["demo"]}, 'sources[0] = "demo": must be a section with keys: `kind'),
    ({"sources": [{"knd": "demo"}]}, "`kind` is needed and must be one of demo, folder"),
    ({"sources": [{"kind": "fodler"}]}, "did you mean 'folder'"),
    ({"sources": [{"kind": "demo", "video": 3}]}, "sources[0].video: there is no such key; did"),
    ({"sources": [FOLDER]}, "sources[0].path: this key is needed"),
    ({"sources": [{**FOLDER, "pth": "x"}]}, "sources[0].pth: there is no such key; did you mean"),
    ({"sources": [{**FOLDER, "path": "no"}]}, 'sources[0].path = "no": no such folder'),
    ({"sources": [{"kind": "demo"}] * 2}, "only one may be of kind demo"),
]


@pytest.mark.parametrize(("change", "said"), MISTAKES)
def test_mistakes_are_named(change, said):
    with pytest.raises(ConfigError) as error:
        load_config({**DEMO, **change})
    assert said in str(error.value)
    for jargon in ("pydantic", "Input should", "validation", "union", "tuple", "dict"):
        assert jargon not in str(error.value)


@pytest.mark.parametrize("value", [None, [], "sources", 3])
def test_what_is_no_mapping_is_refused(value):
    with pytest.raises(ConfigError, match="must be keys and values"):
        load_config(value)


def test_paths_are_checked_where_they_are_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = {"kind": "yt360", "train": "a.txt", "test": "b.txt", "segments": "c.txt", "media": "m"}
    with pytest.raises(ConfigError) as error:
        load_config({"sources": [source]})
    said = str(error.value)
    assert all(f"sources[0].{key} = " in said for key in ("train", "test", "segments", "media"))
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).touch()
    (tmp_path / "m").mkdir()
    assert load_config({"sources": [source]}).sources[0].media == "m"
    (tmp_path / "results").touch()
    with pytest.raises(ConfigError, match='results = "results": is a file'):
        load_config(DEMO)


@pytest.mark.parametrize("weights", ["demo", "yolo11n.pt", "yolo26n.pt", "own/weights.pt"])
def test_weights_are_bundled_a_file_or_the_name_of_a_model(weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    Path("own/weights.pt").touch()
    assert load_config({**DEMO, "detect": {"weights": weights}}).detect.weights == weights


def test_the_number_of_bands_that_fits_is_named_and_fits():
    with pytest.raises(ConfigError) as error:
        load_config({**DEMO, "features": {"n_mels": 256, "n_fft": 512}})
    most = int(str(error.value).split("n_mels may be ")[1].split()[0])
    assert load_config({**DEMO, "features": {"n_mels": most, "n_fft": 512}})
    with pytest.raises(ConfigError, match="empty"):
        load_config({**DEMO, "features": {"n_mels": most + 1, "n_fft": 512}})


def test_all_mistakes_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        load_config({**DEMO, "sede": 1, "curate": {"tau": 3}})
    assert "sede" in str(error.value)
    assert "curate.tau" in str(error.value)


def test_generated_files_are_current():
    assert TABLE.read_text(encoding="utf-8") == table(), "run python -m foa360.config_check"
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))


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
