"""Loading of the configuration: each mistake gets one readable line."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from foa360.config.curate import RENAMED_REASONS
from foa360.config.docs import REPOSITORY
from foa360.config.explain import RENAMED_KEYS
from foa360.config.load import load_config
from foa360.config.root import SECTIONS, Config
from foa360.config.section import ConfigError
from foa360.core.reasons import REASONS, REJECTING

DEMO = {"sources": [{"kind": "demo"}]}
FOLDER = {"kind": "folder"}
#: Changes of a valid configuration, and a part of the message for each.
MISTAKES: list[tuple[dict[Any, Any], str]] = [
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
    ({"fetch": {"sleep": [9, 3]}}, "fetch.sleep = [9, 3]: must be two numbers with 0 <= minimum"),
    ({"curate": {"taau": 0.1}}, "curate.taau: there is no such key; did you mean 'tau'"),
    ({"curate": {"tau": 1}}, "curate.tau = 1: must be below 1"),
    ({"curate": {"tau": float("nan")}}, "curate.tau = NaN: must be"),
    ({"curate": {"preset": "wang"}}, 'curate.preset = "wang": must be one of default, wang2022'),
    ({"curate": {"ratio_range": [2, 3]}}, "curate.ratio_range = [2, 3]: must be two numbers"),
    ({"curate": {"ratio_range": [0.5]}}, "ratio_range[1]: this entry of the list is missing"),
    ({"curate": {"ratio_range": [1, 2, 3]}}, "ratio_range = [1, 2, 3]: must be a list of 2"),
    ({"curate": {"reject": ["quiet"]}}, "curate.reject = ['quiet']: must be among"),
    ({"detect": {"image_size": 100}}, "detect.image_size = 100: must be a multiple of 32"),
    ({"detect": {"weights": "no/such.pt"}}, 'detect.weights = "no/such.pt": no such file'),
    ({"detect": {"weights": __file__}}, "must be a .pt file"),
    ({"detect": {"weights": "dmo"}}, "or the name of a detector that Ultralytics publishes"),
    ({"evaluate": {"pairs": 1}}, "evaluate.pairs = 1: must be 2 or more"),
    ({"evaluate": {"fit_pairs": 1}}, "evaluate.fit_pairs = 1: must be 2 or more"),
    ({"features": {"n_mels": 400}}, "mel filters empty: n_mels may be"),
    ({"features": {"hop": 2000}}, "features.hop = 2000 must not exceed n_fft = 1024"),
    ({"features": {"store": ["vido"]}}, "features.store[0] = "),
    ({"features": {"store": ["vido"]}}, "did you mean 'video'"),
    ({"features": {"store": ["beam"]}}, "features.store: training reads video and covariance: "),
    ({"features": {"store": ["beam", "video"]}}, "store = [covariance, beam, video]"),
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


def problems(mapping: Any) -> list[str]:
    """Return the lines of the message about a configuration that cannot be used."""
    with pytest.raises(ConfigError) as error:
        load_config(mapping)
    head, *lines = str(error.value).splitlines()
    assert head == "The configuration cannot be used:"
    return [line.strip() for line in lines]


def test_the_shipped_configuration_is_usable() -> None:
    config = load_config(yaml.safe_load((REPOSITORY / "config.yaml").read_text()))
    assert config.sources[0].kind == "demo"


def test_only_sources_are_required() -> None:
    assert load_config(DEMO).viewpoints.count == 4
    assert problems({}) == ["sources: this key is needed"]


@pytest.mark.parametrize(("change", "message"), MISTAKES)
def test_mistakes_are_named(change: dict[Any, Any], message: str) -> None:
    text = "\n".join(problems({**DEMO, **change}))
    assert message in text
    for jargon in ("pydantic", "Input should", "validation", "union", "tuple", "dict"):
        assert jargon not in text


def test_all_mistakes_are_named_at_once() -> None:
    lines = problems({**DEMO, "sede": 1, "curate": {"tau": 3}})
    assert len(lines) == 2
    assert "curate.tau" in lines[0]
    assert "sede" in lines[1]


@pytest.mark.parametrize("value", [None, [], "sources", 3])
def test_a_configuration_that_is_no_mapping_is_refused(value: object) -> None:
    assert problems(value) == [f"{json.dumps(value)}: must be keys and values"]


@pytest.mark.parametrize(("old", "new"), RENAMED_KEYS.items())
def test_a_renamed_key_is_answered_with_the_new_one(old: str, new: str) -> None:
    section, key = old.split(".")
    assert problems({**DEMO, section: {key: 3}}) == [f"{old}: this key is now '{new}'"]


def test_keys_are_renamed_to_keys_that_exist() -> None:
    for old, new in RENAMED_KEYS.items():
        section, key = new.split(".")
        assert key in SECTIONS[section].model_fields
        assert old.split(".")[1] not in SECTIONS[section].model_fields


@pytest.mark.parametrize(("old", "new"), RENAMED_REASONS.items())
def test_a_renamed_reason_is_answered_with_the_new_one(old: str, new: str) -> None:
    [line] = problems({**DEMO, "curate": {"reject": ["silent", old]}})
    assert line.startswith(f"curate.reject: the reason code '{old}' is now '{new}'")
    assert line.endswith("which cannot reject a clip") == (new not in REJECTING)
    assert new in REASONS
    assert old not in REASONS


def test_several_renamed_reasons_are_one_line() -> None:
    [line] = problems({**DEMO, "curate": {"reject": ["static_picture", "black_picture"]}})
    assert "'static_picture' is now 'static_video'" in line
    assert "'black_picture' is now 'black_video'" in line


def test_the_path_of_the_cache_may_stand_for_its_section() -> None:
    assert load_config({**DEMO, "cache": "media"}) == load_config(
        {**DEMO, "cache": {"path": "media"}}
    )


def test_a_preset_sets_only_keys_that_are_not_set() -> None:
    curate = load_config({**DEMO, "curate": {"preset": "sphere360", "reject": ["silent"]}}).curate
    assert curate.silence_dbfs == -35.0
    assert curate.rejecting == {"silent"}
    features = load_config({**DEMO, "features": {"preset": "morgado2020", "hop": 120}}).features
    assert (features.n_fft, features.hop) == (512, 120)


def test_the_number_of_bands_that_fits_is_named_and_fits() -> None:
    [line] = problems({**DEMO, "features": {"n_mels": 256, "n_fft": 512}})
    largest = int(line.split("n_mels may be ")[1].split()[0])
    assert load_config({**DEMO, "features": {"n_mels": largest, "n_fft": 512}})
    [line] = problems({**DEMO, "features": {"n_mels": largest + 1, "n_fft": 512}})
    assert "empty" in line


def test_named_files_and_folders_must_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = {"kind": "yt360", "train": "a.txt", "test": "b.txt", "segments": "c.txt", "media": "m"}
    mapping = {"sources": [source], "fetch": {"cookies": "cookies.txt"}}
    assert problems(mapping) == [
        'sources[0].train = "a.txt": no such file',
        'sources[0].test = "b.txt": no such file',
        'sources[0].segments = "c.txt": no such file',
        'sources[0].media = "m": no such folder',
        'fetch.cookies = "cookies.txt": no such file',
    ]
    for name in ("a.txt", "b.txt", "c.txt", "cookies.txt"):
        (tmp_path / name).touch()
    (tmp_path / "m").mkdir()
    assert isinstance(load_config(mapping), Config)


@pytest.mark.parametrize("key", ["results", "cache"])
def test_a_file_in_place_of_an_output_folder_is_named(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / key).touch()
    assert problems(DEMO) == [f'{key} = "{key}": is a file, must be a folder']


@pytest.mark.parametrize(
    ("weights", "nearest"),
    [
        ("best.pt", None),
        ("yolo11q.pt", "yolo11x.pt"),
        ("yolo11t.pt", "yolo11x.pt"),  # a size that other models have
        ("yolov8.pt", "yolov8x.pt"),
        ("yolo11n", "yolo11n.pt"),
        ("YOLO11n.pt", "yolo11n.pt"),
        ("yolo11n-cls.pt", "yolo11n-seg.pt"),  # published, and no detector
        ("yolov12s.pt", "yolo12s.pt"),
        ("yolov5s.pt", "yolov5su.pt"),
        ("models/yolo11n.pt", "yolo11n.pt"),
        ("own/wieghts.pt", "own/weights.pt"),
        ("dmo", "demo"),
    ],
)
def test_weights_that_are_no_file_and_no_published_name_stop_before_any_job(
    weights: str, nearest: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    Path("own/weights.pt").touch()
    [line] = problems({**DEMO, "detect": {"weights": weights}})
    assert line.startswith(f'detect.weights = "{weights}": no such file')
    question = f"; did you mean '{nearest}'?" if nearest else "such as yolo11n.pt"
    assert line.endswith(question)


@pytest.mark.parametrize("weights", ["demo", "yolo11n.pt", "yolo26n.pt", "own/weights.pt"])
def test_weights_are_bundled_a_file_or_the_name_of_a_model(
    weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    Path("own/weights.pt").touch()
    assert load_config({**DEMO, "detect": {"weights": weights}}).detect.weights == weights


def test_numbers_and_booleans_may_be_texts() -> None:
    # Snakemake hands over nested values of its command line so.
    config = load_config(
        {
            "sources": [{"kind": "demo", "videos": "12"}],
            "curate": {"tau": "0.3", "strict": "true"},
            "fetch": {"sleep": ["1", "2.5"]},
        }
    )
    assert (config.curate.tau, config.curate.strict) == (0.3, True)
    assert config.fetch.sleep == (1.0, 2.5)


def test_a_text_that_is_no_number_is_shown_as_it_is_written() -> None:
    mapping = {**DEMO, "curate": {"tau": "much", "strict": "true"}}
    lines = problems(mapping)
    assert lines == ['curate.tau = "much": must be a number']


@pytest.mark.parametrize(
    ("text", "value"), [("1e-05", 1e-5), ("1E-5", 1e-5), ("2.5e3", 2500.0), (".5e-3", 0.0005)]
)
def test_numbers_with_an_exponent_are_numbers_without_a_point(text: str, value: float) -> None:
    # YAML reads them as texts.
    written = yaml.safe_load(f"train: {{weight_decay: {text}}}")
    assert load_config({**DEMO, **written}).train.weight_decay == value


@pytest.mark.parametrize("text", ["1e", "e5", "1e5x", "1_0e5"])
def test_what_only_begins_like_a_number_is_refused(text: str) -> None:
    assert "must be a number" in problems({**DEMO, "train": {"weight_decay": text}})[0]
