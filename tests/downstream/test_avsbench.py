"""Folders of AVSBench in the public layout, folders that are not, and files that cannot be read."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from support.avsbench import FEW, SHAPES, draw, random, write_ms3, write_s4

from foa360.config.downstream import Downstream
from foa360.config.section import ConfigError
from foa360.config.segmentation import Segmentation
from foa360.downstream.avsbench import CARD, AvsBench, Part, SoundingVideo, read_avsbench
from foa360.downstream.layout import LayoutError
from foa360.downstream.registry import require_layouts
from foa360.downstream.sounding_videos import read_mask, read_sample
from foa360.media.container import MediaError


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a miniature of S4 and MS3."""
    folder = tmp_path_factory.mktemp("avsbench")
    return write_ms3(write_s4(folder))


def test_s4_has_categories_and_truth_of_the_first_frame_in_training(both: Path):
    content = read_avsbench(both, "s4")
    assert content.categories == sorted(SHAPES)
    assert {split: len(content.of_split(split)) for split in FEW} == FEW
    known = {v.split: sum(mask is not None for mask in v.masks) for v in content.videos}
    assert known == {"train": 1, "val": 5, "test": 5}
    video = content.of_split("test")[1]
    assert (content.categories[video.label], video.name) == ("square", "test0001")
    assert all(path.is_file() for path in video.files)


def test_ms3_has_truth_of_all_frames(both: Path):
    content = read_avsbench(both, "ms3")
    assert all(mask is not None for video in content.videos for mask in video.masks)
    assert all(path.is_file() for video in content.videos for path in video.files)
    assert content.categories == ["several"]


def test_a_sample_has_frames_truth_and_a_patch_for_each(both: Path):
    video = read_avsbench(both, "s4").of_split("test")[2]
    sample = read_sample(video, 64, "patches")
    frames, masks = draw(random(0, "test", 2), 64)
    assert np.array_equal(sample.truth, masks["triangle"])
    drawn = np.stack([np.asarray(frame) for frame in frames])
    assert np.array_equal(sample.frames.transpose(0, 2, 3, 1), drawn)
    assert sample.patches.shape == (5, 96, 64)
    assert sample.known.all()
    small = read_sample(video, 32, "seconds")
    assert small.frames.shape == (5, 3, 32, 32)
    assert abs(small.truth.mean() - sample.truth.mean()) < 0.02


def test_palette_masks_are_of_all_numbers_but_0(both: Path):
    video = read_avsbench(both, "ms3").of_split("val")[1]
    sample = read_sample(video, 64, "patches")
    assert not sample.truth[1].any()  # nobody sounds there
    assert sample.truth[[0, 2, 3, 4]].any((1, 2)).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_masks_of_every_kind_of_png_are_alike(mode: str, tmp_path: Path):
    mask = np.zeros((8, 6), bool)
    mask[2:5, 1:4] = True
    image = Image.fromarray(mask) if mode == "1" else Image.fromarray(mask * np.uint8(200))
    if mode == "P":  # the colour of the number counts for nothing
        image = Image.fromarray(mask.astype(np.uint8)).convert("P")
        image.putpalette([255, 255, 255, 0, 0, 0])
    image.convert(mode).save(tmp_path / "a.png")
    assert np.array_equal(read_mask(tmp_path / "a.png"), mask)


def files(content: AvsBench, number: int = 0) -> SoundingVideo:
    return content.of_split("test")[number]


def wav(path: Path, samples: np.ndarray, rate: int = 16000) -> None:
    soundfile.write(path, samples, rate, "FLOAT")


NOISE = np.random.default_rng(0).standard_normal(80000) / 10
SPOILT: list[tuple[str, Callable[[SoundingVideo], object]]] = [
    ("file_missing", lambda v: v.frames[2].unlink()),
    ("file_missing", lambda v: v.audio.unlink()),
    ("file_missing", lambda v: v.masks[4].unlink()),
    ("empty_file", lambda v: v.frames[0].write_bytes(b"")),
    ("unreadable", lambda v: v.frames[0].write_bytes(b"no image")),
    ("unreadable", lambda v: v.masks[1].write_bytes(v.masks[1].read_bytes()[:60])),
    ("unreadable", lambda v: v.audio.write_bytes(b"RIFF and nothing else")),
    ("unreadable", lambda v: Image.new("RGB", (64, 64)).save(v.frames[1], "JPEG")),
    ("sizes_differ", lambda v: Image.new("RGB", (64, 60)).save(v.frames[1])),
    ("sizes_differ", lambda v: Image.new("1", (32, 32)).save(v.masks[0])),
    ("frame_too_large", lambda v: Image.new("1", (5000, 5000)).save(v.frames[0])),
    ("silent", lambda v: wav(v.audio, np.zeros(80000))),
    ("silent", lambda v: wav(v.audio, np.zeros(0))),
    ("clip_outside", lambda v: wav(v.audio, NOISE[:70000])),
    ("not_finite", lambda v: wav(v.audio, np.where(np.arange(80000) == 9, np.nan, NOISE))),
]


@pytest.mark.parametrize(("reason", "spoil"), SPOILT)
def test_what_cannot_be_read_has_a_reason(reason: str, spoil, both: Path, tmp_path: Path):
    shutil.copytree(both, tmp_path / "copy")
    video = files(read_avsbench(tmp_path / "copy", "s4"))
    read_sample(video, 32, "patches")
    spoil(video)
    content = read_avsbench(tmp_path / "copy", "s4")  # the others can still be used
    with pytest.raises(MediaError) as caught:
        read_sample(files(content), 32, "patches")
    assert caught.value.reason == reason
    read_sample(files(content, 1), 32, "patches")


def test_audio_of_another_rate_and_two_channels_is_read(both: Path, tmp_path: Path):
    shutil.copytree(both, tmp_path / "copy")
    video = files(read_avsbench(tmp_path / "copy", "s4"))
    before = read_sample(video, 32, "patches").patches
    samples, rate = soundfile.read(video.audio)
    twice = np.repeat(samples, 3)
    wav(video.audio, np.stack([twice, twice], 1), 3 * rate)
    after = read_sample(video, 32, "patches").patches
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.95


def change(name: str, old: str, new: str) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        path = folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return apply


S4, MS3 = "Single-source", "Multi-sources"
DIFFERENCES: list[tuple[Part, Callable[[Path], object], str]] = [
    ("s4", lambda f: (f / S4 / "s4_meta_data.csv").unlink(), f"there is no {S4}/s4_meta_data.csv"),
    ("s4", change(f"{S4}/s4_meta_data.csv", "category", "kind"), "has no column category"),
    ("s4", change(f"{S4}/s4_meta_data.csv", ",train", ",dev"), "with the split “dev”"),
    ("s4", change(f"{S4}/s4_meta_data.csv", "val0001", "../val"), "no name of a file"),
    ("s4", change(f"{S4}/s4_meta_data.csv", "val0001", "val0000"), "“val0000” twice"),
    ("ms3", change(f"{MS3}/ms3_meta_data.csv", ",val", ",test"), "no row with the split val"),
    (
        "s4",
        lambda f: shutil.rmtree(f / S4 / "s4_data/gt_masks/val/square"),
        f"there is no folder {S4}/s4_data/gt_masks/val/square",
    ),
    (
        "ms3",
        lambda f: shutil.rmtree(f / MS3 / "ms3_data/audio_wav/test"),
        f"there is no folder {MS3}/ms3_data/audio_wav/test",
    ),
    (
        "ms3",
        lambda f: [p.unlink() for p in (f / MS3 / "ms3_data/visual_frames").rglob("*_3.png")],
        f"10 of the 10 videos of {MS3}/ms3_meta_data.csv lack files; the first is {MS3}/ms3_data/"
        "visual_frames/train0000/train0000.mp4_3.png",
    ),
]


@pytest.mark.parametrize(("part", "spoil", "message"), DIFFERENCES)
def test_the_first_difference_of_a_folder_is_named(
    part: Part, spoil, message: str, both: Path, tmp_path: Path
):
    shutil.copytree(both, tmp_path / "copy")
    spoil(tmp_path / "copy")
    with pytest.raises(LayoutError, match=re.escape(message)):
        read_avsbench(tmp_path / "copy", part)


def test_pickles_of_the_release_are_never_opened(both: Path, tmp_path: Path):
    shutil.copytree(both, tmp_path / "copy")
    pickles = tmp_path / "copy" / S4 / "s4_data" / "audio_log_mel" / "test" / "circle"
    pickles.mkdir(parents=True)
    (pickles / "test0000.pkl").symlink_to(tmp_path / "nowhere")
    content = read_avsbench(tmp_path / "copy", "s4")
    assert read_sample(files(content), 32, "patches").patches.any()


def test_a_wrong_folder_of_an_experiment_is_explained_before_any_work(both: Path, tmp_path: Path):
    def settings(folder: Path, name: str) -> Segmentation:
        return Segmentation(name=name, task="segmentation", folder=str(folder))

    require_layouts(Downstream(), [settings(both, "right")])
    with pytest.raises(ConfigError) as caught:
        require_layouts(Downstream(), [settings(both, "right"), settings(tmp_path, "wrong")])
    text = str(caught.value)
    for part in (
        f'the folder of the experiment wrong = "{tmp_path}": there is no Single-source/s4_meta',
        CARD.download,
        *CARD.tree.splitlines(),
    ):
        assert part in text
    assert "right" not in text
    for fact in (CARD.title, CARD.citation, CARD.licence):
        assert len(fact) > 10


def test_no_folder_at_all(tmp_path: Path):
    with pytest.raises(LayoutError, match="there is no such folder"):
        read_avsbench(tmp_path / "none", "s4")
