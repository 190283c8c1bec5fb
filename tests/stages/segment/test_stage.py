"""Networks are trained on miniatures of AVSBench, and their masks become figures."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from support.avsbench import write_ms3, write_s4
from support.killed import KilledError, KilledProgress

from foa360.config.segmentation import Segmentation
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import SoundingFrame
from foa360.learning.segmentation.checkpoint import load_segmenter
from foa360.learning.segmentation.encoders import SlimEncoder
from foa360.learning.segmentation.network import Shape, SoundSegmenter
from foa360.learning.weights import WeightsError
from foa360.stages.segment.stage import SegmentFiles, train_segmentation
from foa360.stages.segment_masks.stage import MaskFiles, evaluate_masks
from foa360.stages.segment_pool.stage import pool_masks

COUNTS = {"train": 7, "val": 3, "test": 3}
SMALL = {"size": "small", "frame_size": 64, "channels": 8, "epochs": 2, "batch": 3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("avsbench")
    return write_ms3(write_s4(folder, COUNTS, 32), COUNTS, 32)


def experiment(folder: Path, **keys: Any) -> Segmentation:
    given = {"name": "avs", "task": "segmentation", "folder": str(folder), **SMALL, **keys}
    return Segmentation.model_validate_json(json.dumps(given))


def train(
    settings: Segmentation,
    output: Path,
    progress: Any = None,
    init: Path | None = None,
    seed: int = 5,
) -> Path:
    files = SegmentFiles(init=init, folder=output)
    train_segmentation(settings, files, seed, progress or Progress("test"))
    return output / "model.pt"


def evaluate(folder: Path, model: Path, output: Path) -> list[SoundingFrame]:
    files = MaskFiles(
        folder=folder, model=model, output=output / "m.parquet", examples=output / "m.png"
    )
    evaluate_masks(files, 0, Progress("test"))
    return tables.read(files.output, SoundingFrame)


def test_a_folder_becomes_a_model_curves_masks_and_figures(folder: Path, tmp_path: Path):
    model = train(experiment(folder, crop_losses="shared"), tmp_path)
    with (tmp_path / "curves.csv").open() as file:
        curves = list(csv.DictReader(file))
    assert [point["step"] for point in curves] == ["3", "6"]
    assert all(float(point["crops"]) > 0 for point in curves)
    assert all(float(point["divergence"]) == 0 for point in curves)
    assert not (tmp_path / "checkpoint.pt").exists()
    _, info = load_segmenter(model)
    assert (info.steps, info.videos, info.part) == (6, 7, "s4")
    assert json.loads(info.boxes) == {"mask": 7, "none": 28}
    assert info.best_jaccard == max(float(p["validation_jaccard"]) for p in curves) or (
        abs(info.best_jaccard - max(float(p["validation_jaccard"]) for p in curves)) < 1e-5
    )
    rows = evaluate(folder, model, tmp_path)
    assert Counter(row.sound for row in rows) == dict.fromkeys(("own", "other", "silence"), 15)
    for row in rows:
        assert (row.audio_from is None) == (row.sound == "silence")
        assert (row.audio_from == row.video) == (row.sound == "own")
    category = {row.video: row.category for row in rows}
    assert all(category[r.audio_from] != r.category for r in rows if r.sound == "other")
    with Image.open(tmp_path / "m.png") as examples:
        assert examples.size == (5 * 64, 3 * 64)
    pool_masks("avs", [tmp_path / "m.parquet"], tmp_path / "out.json")
    pooled = json.loads((tmp_path / "out.json").read_text())
    own = [row.jaccard for row in rows if row.sound == "own"]
    figure = pooled["figures"]["M_J"]
    assert figure["value"] == pytest.approx(np.mean(own))
    assert figure["by_seed"] == [pytest.approx(figure["value"])]
    assert figure["gain"] == pytest.approx(figure["value"] - figure["other"])
    assert 0 < figure["chance"] < 0.2
    assert pooled["unread"] == {"train": {}, "val": {}, "test": {}}
    assert pooled["data"] == "AVSBench S4"


def test_ms3_has_the_divergence_and_can_start_from_s4(folder: Path, tmp_path: Path):
    first = train(experiment(folder, epochs=1), tmp_path / "s4")
    model = train(experiment(folder, part="ms3", epochs=1), tmp_path / "ms3", init=first)
    with (tmp_path / "ms3" / "curves.csv").open() as file:
        assert all(float(point["divergence"]) > 0 for point in csv.DictReader(file))
    rows = evaluate(folder, model, tmp_path)
    assert any(row.f_curve is None for row in rows)  # a second in which nothing sounds
    pool_masks("avs", [tmp_path / "m.parquet"], tmp_path / "out.json")
    figures = json.loads((tmp_path / "out.json").read_text())["figures"]
    assert figures["M_J"]["frames"] == 15
    assert all(np.isfinite(figure["value"]) for figure in figures.values())


@pytest.mark.slow
def test_a_trained_network_marks_what_sounds_and_not_what_another_video_sounds(tmp_path: Path):
    """Three shapes are visible, one sounds: benchmarks/segmentation.py has more seeds and steps."""
    data = write_s4(tmp_path / "data", {"train": 300, "val": 9, "test": 18})
    keys = {"name": "avs", "task": "segmentation", "folder": str(data), "size": "small"}
    settings = Segmentation.model_validate_json(json.dumps({**keys, "epochs": 5}))
    evaluate(data, train(settings, tmp_path, seed=0), tmp_path)
    pool_masks("avs", [tmp_path / "m.parquet"], tmp_path / "out.json")
    figure = json.loads((tmp_path / "out.json").read_text())["figures"]["M_J"]
    assert figure["value"] > 0.4
    assert figure["gain"] > 0.15
    assert figure["gain_low"] > 0
    assert figure["silence"] < figure["value"] - 0.1


@pytest.mark.parametrize("crop_losses", ["off", "separate"])
def test_a_killed_run_resumes_to_the_same_bytes(
    crop_losses: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("foa360.stages.segment.stage.CHECKPOINT_INTERVAL", 2)
    settings = experiment(folder, crop_losses=crop_losses)
    whole = train(settings, tmp_path / "whole").read_bytes()
    for steps in (3, 2):
        with pytest.raises(KilledError):
            train(settings, tmp_path / "parts", KilledProgress(steps))
        assert (tmp_path / "parts" / "checkpoint.pt").exists()
    assert train(settings, tmp_path / "parts").read_bytes() == whole
    curves = [(tmp_path / name / "curves.csv").read_bytes() for name in ("whole", "parts")]
    assert curves[0] == curves[1]


def test_separate_losses_of_crops_leave_every_weight_as_it_is_without_them(
    folder: Path, tmp_path: Path
):
    networks = {
        kind: load_segmenter(train(experiment(folder, crop_losses=kind), tmp_path / kind))[0]
        for kind in ("off", "separate", "shared")
    }
    weights = {kind: network.state_dict() for kind, network in networks.items()}
    equal = {
        kind: all(torch.equal(value, weights["off"][name]) for name, value in own.items())
        for kind, own in weights.items()
    }
    assert equal == {"off": True, "separate": True, "shared": False}


def test_training_begins_anew_where_a_checkpoint_is_damaged(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "checkpoint.pt").write_bytes(b"no checkpoint")
    begun = train(experiment(folder, epochs=1), tmp_path).read_bytes()
    assert "training begins anew: " in capsys.readouterr().err
    assert begun == train(experiment(folder, epochs=1), tmp_path / "whole").read_bytes()


def test_a_checkpoint_of_other_settings_is_not_resumed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("foa360.stages.segment.stage.CHECKPOINT_INTERVAL", 2)
    with pytest.raises(KilledError):
        train(experiment(folder, epochs=1, learning_rate=0.1), tmp_path, KilledProgress(2))
    resumed = train(experiment(folder, epochs=1), tmp_path).read_bytes()
    assert resumed == train(experiment(folder, epochs=1), tmp_path / "whole").read_bytes()


def copied(folder: Path, target: Path) -> Path:
    return write_s4(target, COUNTS, 32)


SPOILT: list[tuple[str, str, Callable[[Path], object]]] = [
    ("train", "file_missing", lambda f: (f / "audio_wav/train/circle/train0000.wav").unlink()),
    (
        "val",
        "empty_file",
        lambda f: (f / "gt_masks/val/circle/val0000/val0000_2.png").write_bytes(b""),
    ),
    (
        "test",
        "silent",
        lambda f: soundfile.write(f / "audio_wav/test/circle/test0000.wav", np.zeros(80000), 16000),
    ),
]


def test_videos_that_cannot_be_read_are_left_out_and_named(folder: Path, tmp_path: Path):
    spoilt = copied(folder, tmp_path / "data")
    for _, _, spoil in SPOILT:
        spoil(spoilt / "Single-source" / "s4_data")
    model = train(experiment(spoilt, epochs=1), tmp_path)
    assert load_segmenter(model)[1].videos == 6
    rows = evaluate(spoilt, model, tmp_path)
    unread = {row.video: row.reason for row in rows if row.reason is not None}
    assert unread == {"test0000": "silent"}
    assert {row.video for row in rows if row.jaccard is not None} == {"test0001", "test0002"}
    pool_masks("avs", [tmp_path / "m.parquet"], tmp_path / "out.json")
    pooled = json.loads((tmp_path / "out.json").read_text())["unread"]
    for split, reason, _ in SPOILT:
        assert [found[0] for found in pooled[split].values()] == [reason]
        assert list(pooled[split]) == [f"{split}0000"]


def test_without_a_readable_video_of_a_split_nothing_is_trained(folder: Path, tmp_path: Path):
    spoilt = copied(folder, tmp_path / "data")
    for path in (spoilt / "Single-source/s4_data/audio_wav/val").rglob("*.wav"):
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="no video of the split val can be read"):
        train(experiment(spoilt), tmp_path)
    assert not (tmp_path / "model.pt").exists()


def test_given_weights_are_loaded_or_named(folder: Path, tmp_path: Path):
    torch.manual_seed(9)
    encoder = SlimEncoder()
    torch.save(encoder.state_dict(), tmp_path / "e.pth")
    settings = experiment(
        folder, epochs=1, learning_rate=1e-12, encoder_weights=str(tmp_path / "e.pth")
    )
    network, _ = load_segmenter(train(settings, tmp_path))
    key = "stem.0.0.weight"
    assert torch.allclose(network.encoder.state_dict()[key], encoder.state_dict()[key], atol=1e-6)
    wrong = experiment(folder, audio_weights=str(tmp_path / "e.pth"))
    with pytest.raises(WeightsError, match=r"e\.pth.*missing: .*surplus: "):
        train(wrong, tmp_path)


def test_boxes_beside_frames_come_first_and_bad_ones_are_counted(folder: Path, tmp_path: Path):
    data = copied(folder, tmp_path / "data")
    frames = data / "Single-source/s4_data/visual_frames/train/circle/train0000"
    (frames / "train0000_1.txt").write_text("3 0.5 0.5 0.4 0.2\n1 0.1 0.1 0.1 0.1\n")
    (frames / "train0000_2.txt").write_text("0 0.5 0.5 0 0.2\n")
    (frames / "train0000_3.txt").write_text("no box")
    (frames / "train0000_4.txt").write_text("0 0.9 0.5 0.4 0.2\n")
    (frames / "train0000_5.txt").write_text("")
    model = train(experiment(data, epochs=1, crop_losses="separate"), tmp_path)
    counts = json.loads(load_segmenter(model)[1].boxes)
    assert counts == {"bad": 4, "mask": 6, "none": 24, "text": 1}


@pytest.mark.parametrize("alignment", ["patches", "seconds"])
def test_a_network_of_all_stages_or_none_has_masks(alignment: str, folder: Path, tmp_path: Path):
    """Without TPAVI no audio reaches the masks: they are the same whatever sounds."""
    model = train(experiment(folder, epochs=1, tpavi=[], alignment=alignment), tmp_path)
    by_sound: dict[str, list[float]] = {}
    for row in evaluate(folder, model, tmp_path):
        by_sound.setdefault(row.sound, []).append(row.jaccard)
    assert by_sound["own"] == by_sound["other"] == by_sound["silence"]
    assert isinstance(load_segmenter(model)[0], SoundSegmenter)
    assert load_segmenter(model)[1].shape == Shape("slim", "slim", 8, ())


def test_a_loss_that_is_not_finite_names_the_videos(folder: Path, tmp_path: Path) -> None:
    settings = experiment(folder, learning_rate=1e30)
    with pytest.raises(FloatingPointError, match=r"at step [1-9]; videos of the batch: \w+, \w+"):
        train(settings, tmp_path)
    assert not (tmp_path / "model.pt").exists()
