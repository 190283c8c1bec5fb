"""The list of experiments: sweeps, and what does not fit together."""

import importlib.util
import re
from typing import Any

import pytest
import yaml

from foa360.config.experiment_problems import repeated_frames
from foa360.config.experiments import SWEEPS
from foa360.config.load import load_config
from foa360.config.section import ConfigError

A = {"name": "a", "task": "avc"}
SIZES_OF_SWEEPS = {"wang2022_features": 20, "wang2022_subsets": 6, "morgado2020_views": 6}


def config(*experiments: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"sources": [{"kind": "demo"}], "experiments": list(experiments), **keys}


def names(text: str) -> list[str]:
    loaded = load_config(config(*yaml.safe_load(text)))
    return [experiment.name for experiment in loaded.experiments]


def test_without_a_list_there_are_the_two_of_the_papers() -> None:
    loaded = load_config({"sources": [{"kind": "demo"}]})
    found = [(e.name, e.task, e.init) for e in loaded.experiments]
    assert found == [("avc", "avc", None), ("avsa", "avsa", "avc")]


@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_sweep_stands_for_its_experiments(sweep: str) -> None:
    loaded = load_config(config({"sweep": sweep, "seeds": 3, "train": {"steps": 7}}))
    assert len(loaded.experiments) == SIZES_OF_SWEEPS[sweep]
    assert {experiment.seeds for experiment in loaded.experiments} == {3}
    assert {loaded.training(experiment).steps for experiment in loaded.experiments} == {7}


def test_the_views_of_a_sweep_are_its_own() -> None:
    loaded = load_config(config({"sweep": "morgado2020_views"}))
    by_name = {e.name: loaded.training(e).views for e in loaded.experiments}
    assert [by_name[f"views_avsa{views}"] for views in (1, 2, 4, 8)] == [1, 2, 4, 8]


def test_sweeps_and_experiments_stand_side_by_side() -> None:
    found = names("[{name: own, task: avts}, {sweep: wang2022_subsets}]")
    assert found[:2] == ["own", "subset_all_avc"]


def test_an_experiment_overrides_keys_of_train() -> None:
    loaded = load_config(
        config(
            {"name": "a", "task": "avc", "train": {"batch": 5}},
            {"name": "b", "task": "avc", "train": {"size": "paper"}},
            train={"size": "tiny", "crop": 96},
        )
    )
    first, second = (loaded.training(experiment) for experiment in loaded.experiments)
    assert (first.batch, first.crop, first.width) == (5, 96, 8)
    assert (second.batch, second.crop, second.width) == (28, 96, 64)


@pytest.mark.parametrize(
    ("experiments", "message"),
    [
        ([A, A], 'experiments: 2 have the name "a"'),
        ([{**A, "name": "baselines"}], "baselines is the name of systems without a network"),
        ([{**A, "init": "z"}], 'experiments[0].init = "z": there is no such experiment'),
        ([{**A, "init": "a"}], 'experiments[0].init = "a": leads back to "a"'),
        (
            [{**A, "init": "b"}, {**A, "name": "b", "init": "a"}],
            'experiments[0].init = "b": leads back to "a"',
        ),
        (
            [A, {**A, "name": "b", "init": "a", "input": "foa"}],
            'experiments[1].init = "a": its input is foa_iv, this one\'s foa',
        ),
        (
            [A, {**A, "name": "b", "init": "a", "seeds": 2}],
            'experiments[1].init = "a": it has 1 seeds, this one 2',
        ),
        (
            [A, {**A, "name": "b", "init": "a", "train": {"width": 8}}],
            'experiments[1].init = "a": its train.width is 64, this one\'s 8',
        ),
        ([{**A, "train": {"widht": 8}}], "experiments[0].train.widht: there is no such key"),
        ([{**A, "train": {"width": 1}}], "experiments[0].train.width = 1: must be 4 or more"),
        ([{**A, "task": "avx"}], 'experiments[0].task = "avx": must be one of avc, avsa, avts'),
        ([{**A, "name": "a/b"}], 'experiments[0].name = "a/b": must'),
        ([{**A, "inputs": "foa"}], "experiments[0].inputs: there is no such key"),
        ([{"sweep": "wang2021"}], "sweep = 'wang2021': must be one of wang2022_features"),
        ([], "experiments = []: must be a list of 1 or more"),
    ],
)
def test_what_does_not_fit_is_named_before_any_work(
    experiments: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_config(config(*experiments))


S: dict[str, Any] = {"name": "s", "task": "segmentation", "folder": "avsbench"}


def test_segmentations_stand_beside_other_experiments_with_keys_of_their_own() -> None:
    loaded = load_config(config(A, {**S, "size": "small", "frame_size": 96}, {**S, "name": "p"}))
    assert [experiment.name for experiment in loaded.on_shards] == ["a"]
    small, paper = loaded.segmentations
    assert (small.encoder, small.audio, small.channels, small.frame_size) == (
        "slim",
        "slim",
        32,
        96,
    )
    assert (paper.encoder, paper.audio, paper.channels, paper.frame_size) == (
        "resnet50", "vggish", 256, 224,
    )  # fmt: skip
    assert type(loaded).model_validate_json(loaded.model_dump_json()) == loaded


def test_numbers_as_texts_are_read_in_every_kind_of_experiment() -> None:
    loaded = load_config(config({**A, "seeds": "2"}, {**S, "epochs": "3", "seeds": "4"}))
    assert [experiment.seeds for experiment in loaded.experiments] == [2, 4]
    assert loaded.segmentations[0].epochs == 3


@pytest.mark.parametrize(
    ("experiments", "message"),
    [
        ([{**S, "input": "foa"}], "experiments[0].input: there is no such key"),
        ([{**S, "train": {"steps": 3}}], "experiments[0].train: there is no such key"),
        ([{**A, "folder": "x"}], "experiments[0].folder: there is no such key"),
        ([{**A, "crop_losses": "off"}], "experiments[0].crop_losses: there is no such key"),
        ([{"name": "s", "task": "segmentation"}], "experiments[0].folder: this key is needed"),
        pytest.param(
            [{**S, "encoder": "pvt_v2_b5"}],
            'experiments[0].encoder = "pvt_v2_b5": the package timm is not installed',
            marks=pytest.mark.skipif(
                importlib.util.find_spec("timm") is not None, reason="timm is installed"
            ),
        ),
        ([{**S, "part": "s5"}], 'experiments[0].part = "s5": must be one of s4, ms3'),
        ([{**S, "frame_size": 100}], "experiments[0].frame_size = 100: must be a multiple of 32"),
        ([{**S, "tpavi": [5]}], "experiments[0].tpavi[0] = 5: must be 4 or less"),
        ([{**S, "tpavi": [1, 1]}], "experiments[0].tpavi = [1, 1]: a stage is there twice"),
        ([{**S, "encoder_weights": "w.pth"}], 'experiments[0].encoder_weights = "w.pth": no such'),
        ([S, {**A, "init": "s"}], 'experiments[1].init = "s": there is no such experiment'),
        ([A, {**S, "init": "a"}], 'experiments[1].init = "a": there is no such experiment'),
        ([{**S, "init": "s"}], 'experiments[0].init = "s": leads back to "s"'),
        (
            [S, {**S, "name": "t", "init": "s", "channels": 64}],
            'experiments[1].init = "s": its channels is 256, this one\'s 64',
        ),
        ([A, {**S, "name": "a"}], 'experiments: 2 have the name "a"'),
        ([{"task": "avc", "name": 3}], "experiments[0].name = 3: must be"),
        ([5], "experiments[0] = 5: must be a section with keys"),
    ],
)
def test_what_does_not_fit_a_segmentation_is_named(experiments: list[Any], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_config(config(*experiments))


def test_samples_with_more_frames_than_the_shards_are_named():
    experiments = [
        {"name": "slow", "task": "avc", "train": {"size": "tiny"}},
        {"name": "fast", "task": "avc"},
        {"name": "faster", "task": "avc", "train": {"frames": 8, "video_seconds": 0.25}},
    ]
    settings = {"sources": [{"kind": "demo"}], "experiments": experiments}
    lines = repeated_frames(load_config(settings))
    assert [line.split(":")[0] for line in lines] == ["experiments fast", "experiments faster"]
    assert "8 frames in 0.5 s need features.video_fps = 16; it is 4" in lines[0]
    enough = settings | {"features": {"preset": "morgado2020"}}
    assert [line.split(":")[0] for line in repeated_frames(load_config(enough))] == [
        "experiments faster"
    ]


Y: dict[str, Any] = {"name": "y", "task": "synchronisation"}
#: What shards need for it.
STORED = {"store": ["video", "covariance", "foa"]}
WAVEFORMS: dict[str, Any] = {"features": {**STORED, "video_fps": 8.0}}


def test_synchronisations_stand_beside_other_experiments_with_keys_of_their_own() -> None:
    loaded = load_config(
        config(A, {**Y, "size": "tiny", "steps": 9}, {**Y, "name": "p"}, **WAVEFORMS)
    )
    assert [experiment.name for experiment in loaded.on_shards] == ["a"]
    tiny, paper = loaded.synchronisations
    assert (tiny.frames, tiny.crop, tiny.steps) == (16, 32, 9)
    assert (paper.frames, paper.crop, paper.seconds, paper.sample_rate) == (125, 224, 4.2, 21000)
    assert type(loaded).model_validate_json(loaded.model_dump_json()) == loaded
    lines = repeated_frames(loaded)
    assert any("y: 16 frames in 1 s need features.video_fps = 16" in line for line in lines)


@pytest.mark.parametrize(
    ("experiments", "keys", "message"),
    [
        (
            [Y],
            {"features": {"video_fps": 8.0}},
            "experiments[0].task = synchronisation: reads foa: features.store = [video, covariance,"
            " beam, foa]",
        ),
        (
            [Y],
            {"features": {**STORED, "video_fps": 7.5}},
            "experiments[0].task = synchronisation: needs features.video_fps = 8 or more; it is"
            " 7.5",
        ),
        (
            [A, {**Y, "size": "tiny"}],
            {**WAVEFORMS, "clip": {"duration": 4.0}},
            "experiments[1].task = synchronisation: samples of 1 s with a shift of 0.5 s need"
            " clip.duration = 5 or more; it is 4",
        ),
        (
            [{**Y, "shift": 6.0}],
            WAVEFORMS,
            "samples of 4.2 s with a shift of 6 s need clip.duration = 10.2 or more; it is 10",
        ),
        ([{**Y, "folder": "x"}], WAVEFORMS, "experiments[0].folder: there is no such key"),
        ([{**Y, "input": "foa"}], WAVEFORMS, "experiments[0].input: there is no such key"),
        ([{**A, "shift": 3.0}], WAVEFORMS, "experiments[0].shift: there is no such key"),
        (
            [{**Y, "audio": "w"}],
            WAVEFORMS,
            'experiments[0].audio = "w": must be one of beam, stereo',
        ),
        ([{**Y, "batch": 2, "accumulate": 3}], WAVEFORMS, "must be at least accumulate = 3"),
        (
            [A, {**Y, "init": "a"}],
            WAVEFORMS,
            'experiments[1].init = "a": there is no such experiment',
        ),
        (
            [Y, {**Y, "name": "z", "init": "y", "width": 32}],
            WAVEFORMS,
            'experiments[1].init = "y": its width is 64, this one\'s 32',
        ),
    ],
)
def test_what_does_not_fit_a_synchronisation_is_named_before_any_work(
    experiments: list[Any], keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_config(config(*experiments, **keys))
