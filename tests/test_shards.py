"""Feature shards written from real media, read back, damaged, and written again."""

import gc
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly

from foa360.ambisonics import (
    beamform,
    encode,
    look_at,
    rotate,
    stereo,
)
from foa360.ambisonics import covariance as features
from foa360.commands.main import main
from foa360.config.features import FeatureName, Features
from foa360.core.files import sha256
from foa360.demo.encode import FPS, write_media
from foa360.demo.sounds import RATE
from foa360.shards import verify
from foa360.shards.format import bytes_per_clip
from foa360.shards.read import picture, sound, texts

HOSTILE = "-rf ../é;$(x)"
EVERYTHING = get_args(FeatureName)
SETTINGS = Features(n_fft=512, n_mels=32, video_width=64, store=list(EVERYTHING))
VIEWS = np.array([[30.0, 10.0], [-120.0, -40.0]])
Shard = Callable[..., Path]


def field(seconds: float, seed: int) -> NDArray[np.float32]:
    """A source at (50°, 20°) and diffuse noise."""
    random = np.random.default_rng(seed)
    source = encode(*np.radians([50, 20]))[:, None] * random.normal(size=int(seconds * RATE))
    return (0.1 * source + 0.01 * random.normal(size=source.shape)).astype(np.float32)


def colour(number: int) -> tuple[int, int, int]:
    return (20 + 5 * number, 128, 230 - 5 * number)


def frames(seconds: float) -> Iterator[NDArray[np.uint8]]:
    for number in range(round(seconds * FPS)):
        yield np.full((64, 128, 3), colour(number), np.uint8)


def clip(video: str, start: float, duration: float = 2.0, **more: Any) -> dict[str, Any]:
    return {
        "clip_id": f"{video}_{start:g}", "video_id": video, "start": start, "duration": duration,
        "split": "train", "verdict": "kept", "planes": [0, 1, 2, 3], "gains": [1.0] * 4, **more,
    }  # fmt: skip


CLIPS = [
    clip("two", 2.0, split="test"),
    clip("two", 0.0, split="test"),
    clip("gone", 0.0),
    clip(HOSTILE, 0.0, 1.5, planes=[2, 0, 1, 3], gains=[1.0, 0.5, 1.0, 1.0]),
    clip("rejected", 0.0, verdict="rejected"),
]


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two videos in real containers; the path of a third leads nowhere."""
    folder = tmp_path_factory.mktemp("media")
    paths = {"two": folder / "two.mkv", HOSTILE: folder / "h.mkv", "gone": folder / "gone.mkv"}
    write_media(paths["two"], frames(4), field(4, 1))
    write_media(paths[HOSTILE], frames(1.5), field(1.5, 2))
    return paths


@pytest.fixture(scope="session")
def write(media: dict[str, Path], write_features: Any) -> Shard:
    def make(
        clips: list[dict[str, Any]], settings: Features = SETTINGS, output: Path | None = None
    ) -> Path:
        return Path(write_features(media, clips, VIEWS, settings, output))

    return make


@pytest.fixture(scope="session")
def shard(write: Shard) -> Path:
    return write(CLIPS)


@pytest.fixture
def copy(shard: Path, tmp_path: Path) -> Path:
    """A shard to be damaged."""
    for path in (shard, shard.with_name(f"{shard.name}.sha256")):
        shutil.copy(path, tmp_path)
    return tmp_path / shard.name


def test_a_shard_holds_the_kept_clips_with_what_is_known_of_them(shard: Path) -> None:
    with h5py.File(shard) as file:
        assert sorted(texts(file, "clip_id")) == sorted(["two_0", "two_2", f"{HOSTILE}_0"])
        rows = {c: i for i, c in enumerate(texts(file, "clip_id"))}
        late, other = rows["two_2"], rows[f"{HOSTILE}_0"]
        assert file["start"][late] == 2
        assert file["split"][late] == b"test"
        assert file["duration"][other] == 1.5
        assert file["video_id"][other].decode() == HOSTILE
        assert file["viewpoints"][late] == pytest.approx(VIEWS)
        assert file["viewpoint_fov"][late] == pytest.approx([60, 60])
        assert file["viewpoint_label"][late].tolist() == [b"bell", b""]
        assert file["viewpoint_origin"][late].tolist() == [b"object", b"sound"]


def test_a_clip_that_cannot_be_read_is_left_out_with_its_reason(shard: Path) -> None:
    with h5py.File(shard) as file:
        skipped = file.attrs["skipped"].splitlines()
    assert len(skipped) == 1
    assert skipped[0].startswith("gone_0: ")
    assert len(skipped[0]) > len("gone_0: ")


def original(start: float, seconds: float, seed: int, length: float) -> NDArray[np.float32]:
    samples = field(length, seed)[:, round(start * RATE) : round((start + seconds) * RATE)]
    down = RATE // SETTINGS.sample_rate
    return np.asarray(resample_poly(samples, 1, down, axis=1), np.float32)


@pytest.mark.parametrize(
    ("clip_id", "x"),
    [
        ("two_2", original(2, 2, 1, 4)),
        (f"{HOSTILE}_0", original(0, 1.5, 2, 1.5)[[2, 0, 1, 3]] * [[1], [0.5], [1], [1]]),
    ],
)
def test_features_are_those_of_the_clips_own_sound(shard: Path, clip_id: str, x: Any) -> None:
    x = np.pad(x, ((0, 0), (0, 2 * SETTINGS.sample_rate - x.shape[1]))).astype(np.float32)
    angles = np.radians(VIEWS)
    turned = rotate(x, look_at(angles[:, 0], angles[:, 1]))
    how = (SETTINGS.sample_rate, SETTINGS.n_fft, SETTINGS.hop, SETTINGS.n_mels)
    with h5py.File(shard) as file:
        row = texts(file, "clip_id").index(clip_id)
        step = float(4 * file["scale"][row] / 32767)
        assert sound(file, "foa", row) == pytest.approx(x, abs=step)
        assert sound(file, "rotated", row) == pytest.approx(turned, abs=step)
        beam = beamform(x, angles[:, 0], angles[:, 1], SETTINGS.beam)
        assert sound(file, "beam", row) == pytest.approx(beam, abs=step)
        # The 16 bits of FLAC leave a floor where a shorter clip is filled up.
        real = slice(0, 1 + int(file["duration"][row] * how[0] / how[2]) - 2)
        expected = features.log_mel(turned, *how)[..., real, :]
        assert np.abs(file["log_mel"][row][..., real, :] - expected).max() < 0.1
        expected = features.intensity_vector(turned, *how)[..., real, :]
        assert np.abs(file["intensity"][row][..., real, :] - expected).max() < 2e-3
        ears = stereo(turned)
        assert sound(file, "stereo", row) == pytest.approx(ears, abs=step)
        for name, heard in (("beam_log_mel", beam), ("stereo_log_mel", ears)):
            expected = features.log_mel(heard, *how)[..., real, :]
            assert np.abs(file[name][row][..., real, :] - expected).max() < 0.1
        expected = features.interchannel(ears, *how)[..., real, :]
        assert np.abs(file["interchannel"][row][..., real, :] - expected).max() < 0.05
        back = features.unpack_covariance(file["covariance"][row])[:, real]
        expected = features.spatial_covariance(x, *how)[:, real]
        trace = expected[features.DIAGONAL].sum(0)
        assert (np.abs(back - expected) / trace).max() < 0.02


def test_pictures_are_those_of_the_clips_own_times(shard: Path) -> None:
    with h5py.File(shard) as file:
        row = texts(file, "clip_id").index("two_2")
        assert file["video"].shape[1] == 2 * SETTINGS.video_fps
        for number in range(8):
            shown = picture(file, row, number)
            assert shown.shape == (32, 64, 3)
            time = 2 + (number + 0.5) / SETTINGS.video_fps
            distance = [np.abs(shown.mean((0, 1)) - colour(i)).max() for i in range(40)]
            assert np.argmin(distance) == round(time * FPS)
            assert min(distance) < 6


def test_the_same_inputs_give_the_same_bytes(write: Shard, shard: Path) -> None:
    again = write(CLIPS)
    assert again.read_bytes() == shard.read_bytes()


def test_the_number_of_threads_changes_nothing(write: Shard) -> None:
    import cv2
    from threadpoolctl import threadpool_limits

    # Large enough for OpenBLAS to share the products among threads.
    settings = Features(hop=60, store=["video", "covariance", "log_mel", "intensity"])
    found, threads = set(), cv2.getNumThreads()
    try:
        for count in (1, 4):
            cv2.setNumThreads(count)
            with threadpool_limits(count):
                found.add(sha256(write([clip("two", 0.0, 4.0)], settings)))
    finally:
        cv2.setNumThreads(threads)
    assert len(found) == 1


def test_a_shard_describes_itself(shard: Path) -> None:
    with h5py.File(shard) as file:
        for name, dataset in file.items():
            assert dataset.attrs["meaning"], name
            if name == "statistics":
                assert dataset.shape == (3, 2, SETTINGS.n_mels)
            elif name != "video_data":
                axes = dataset.attrs["axes"].split()
                assert axes[0] == "clip"
                assert len(axes) == dataset.ndim, name
                assert "unit" in dataset.attrs
                assert dataset.shape[0] == 3
        assert Features.model_validate_json(file.attrs["settings"]) == SETTINGS
        assert len(file.attrs["settings_digest"]) >= 16
        assert file.attrs["version"]
        assert "SN3D" in file.attrs["conventions"]


def test_only_what_is_asked_for_is_stored(write: Shard) -> None:
    little = write(CLIPS[:2], Features(store=["beam"]))
    with h5py.File(little) as file:
        assert not {*EVERYTHING, "video_data"} - {"beam"} & set(file)
        assert file["beam"].shape == (2, 2, 48000)
    assert verify(little) == []


@pytest.mark.parametrize("clips", [[], [CLIPS[4]], [CLIPS[2]]], ids=["none", "rejected", "gone"])
def test_a_shard_without_clips_is_a_whole_one(write: Shard, clips: list[Any]) -> None:
    path = write(clips)
    assert verify(path) == []
    with h5py.File(path) as file:
        assert file["clip_id"].shape == (0,)
        assert file["covariance"].shape[0] == 0


def test_any_number_of_clips_may_be_skipped(write: Shard) -> None:
    clips = [clip("gone" + "x" * 300, float(i)) for i in range(300)]
    with h5py.File(write(clips)) as file:
        assert len(file.attrs["skipped"].splitlines()) == 300


def test_a_whole_shard_has_no_problems_and_a_checksum_file_of_the_usual_form(shard: Path) -> None:
    assert verify(shard) == []
    program = ["sha256sum", "--check", f"{shard.name}.sha256"]
    assert (
        subprocess.run(program, cwd=shard.parent, capture_output=True, check=False).returncode == 0
    )


def test_a_changed_byte_is_found_wherever_it_is(copy: Path) -> None:
    whole = copy.read_bytes()
    random = np.random.default_rng(0)
    places = [*range(0, 200, 7), *random.integers(0, len(whole), 40).tolist(), len(whole) - 1]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << int(random.integers(8))
        copy.write_bytes(changed)
        assert any("sha256" in problem for problem in verify(copy)), place


@pytest.mark.parametrize("name", EVERYTHING)
def test_changed_data_name_their_clip(copy: Path, name: str) -> None:
    with h5py.File(copy, "r+") as file:
        assert texts(file, "clip_id")[1] == "two_2"
        if name == "video":
            file["video_data"][file["video"][1, 3, 0] + 100] ^= 1
        else:
            values = file[name][1]
            values.flat[values.size // 3] += 1
            file[name][1] = values
    named = [problem for problem in verify(copy) if problem.startswith("clip ")]
    assert len(named) == 1
    assert "two_2" in named[0]


def test_absent_and_truncated_files_are_named(copy: Path, tmp_path: Path) -> None:
    assert verify(tmp_path / "none.h5") == ["no such file"]
    copy.write_bytes(copy.read_bytes()[:5000])
    assert len(verify(copy)) == 2
    copy.with_name(f"{copy.name}.sha256").unlink()
    assert "missing" in verify(copy)[0]


def test_nothing_half_written_stays_behind(write: Shard, tmp_path: Path) -> None:
    (tmp_path / "s0000.h5.sha256").mkdir()
    (tmp_path / "s0000.h5.sha256" / "full").touch()
    with pytest.raises(OSError, match="s0000"):
        write(CLIPS[:1], output=tmp_path / "s0000.h5")
    assert not list(tmp_path.glob(".*"))
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write(CLIPS[:1], output=tmp_path / "file" / "s0000.h5")


def test_a_shard_replaces_the_one_before_with_its_checksum(write: Shard, tmp_path: Path) -> None:
    path = write(CLIPS[:1], output=tmp_path / "s.h5")
    before = sha256(path)
    write(CLIPS[:2], output=path)
    assert sha256(path) != before
    assert verify(path) == []


def test_intensity_of_bins_is_that_of_turned_sound(write: Shard) -> None:
    settings = Features(n_fft=512, n_mels=32, video_width=64, store=["intensity"], preset="dcase")
    assert settings.intensity == "bin"
    x = original(0, 2, 1, 4)
    angles = np.radians(VIEWS)
    turned = rotate(x, look_at(angles[:, 0], angles[:, 1]))
    expected = features.intensity_vector(turned, 24000, 512, settings.hop, 32, per="bin")
    with h5py.File(write(CLIPS[1:2], settings)) as file:
        assert np.abs(file["intensity"][0] - expected).max() < 2e-3


def test_sizes_are_said_before_they_are_written(shard: Path) -> None:
    said = bytes_per_clip(SETTINGS, 2, 2.0)
    with h5py.File(shard) as file:
        for name in set(EVERYTHING) - {"video"}:
            assert said[name] == file[name][0].nbytes


def test_exported_tars_are_what_webdataset_reads(shard: Path, tmp_path: Path) -> None:
    wds = pytest.importorskip("webdataset")
    for name in ("one", "two"):
        assert main(["export", "webdataset", str(tmp_path / name), "--shards", str(shard)]) == 0
    tar = tmp_path / "one" / "s0000.tar"
    assert tar.read_bytes() == (tmp_path / "two" / "s0000.tar").read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it leaves its files open
        samples = list(wds.WebDataset(str(tar), shardshuffle=False).decode("rgb8"))
        gc.collect()
    with h5py.File(shard) as file:
        assert [s["json"]["clip_id"] for s in samples] == texts(file, "clip_id")
        for row, sample in enumerate(samples):
            assert sample["json"]["viewpoints"] == pytest.approx(file["viewpoints"][row])
            for name in set(EVERYTHING) - {"video"}:
                np.testing.assert_array_equal(sample[f"{name}.npy"], file[name][row])
            seen = picture(file, row, 0).astype(int)
            assert np.abs(sample["0.jpg"].astype(int) - seen).max() <= 4


def test_exporting_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "webdataset", str(tmp_path / "x"), "--shards", str(tmp_path)]) == 1
    assert "no shards" in capsys.readouterr().err
    (tmp_path / "bad.h5").write_bytes(b"no")
    assert main(["export", "webdataset", str(tmp_path / "x"), "--shards", str(tmp_path)]) == 1
    assert not list((tmp_path / "x").iterdir())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_gets_into_no_shard(
    write_features: Any, tmp_path: Path, value: float
) -> None:
    x = field(2, 5)
    x[1, 30000] = value
    path = tmp_path / "x.mkv"
    write_media(path, frames(2), x, audio="float")
    shard = write_features({"x": path}, [clip("x", 0.0)], VIEWS, SETTINGS, None)
    with h5py.File(shard) as file:
        assert file.attrs["skipped"] == "x_0: not_finite"
        assert len(file["clip_id"]) == 0


def test_silence_and_one_sample_have_finite_features(write_features: Any, tmp_path: Path) -> None:
    x = np.zeros((4, 2 * RATE), np.float32)
    x[0, 1000] = 1e-30
    path = tmp_path / "x.mkv"
    write_media(path, frames(2), x, audio="float")
    shard = write_features({"x": path}, [clip("x", 0.0)], VIEWS, SETTINGS, None)
    with h5py.File(shard) as file:
        for name in set(EVERYTHING) - {"video"}:
            assert np.isfinite(file[name][0]).all(), name
