"""Feature shards written from real media."""

from collections.abc import Callable
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly
from support.clips import curated_clip
from support.interrupted import Interrupted, InterruptedProgress
from support.sample_shard import (
    ALL_FEATURES,
    CLIPS,
    HOSTILE_GAINS,
    HOSTILE_ID,
    HOSTILE_PLANES,
    SETTINGS,
    VIEWPOINTS,
    colour_of_frame,
    coloured_frames,
    source_and_noise,
    write_sample_media,
)
from threadpoolctl import threadpool_limits

from foa360 import ambisonics
from foa360.config.features import Features
from foa360.core.files import sha256
from foa360.core.records import CuratedClip
from foa360.demo.audio import RATE
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.media.images import decode_image
from foa360.shards import open_shard, verify
from foa360.shards.read import shard_files

WriteShard = Callable[..., Path]
SPECTRAL = (SETTINGS.sample_rate, SETTINGS.n_fft, SETTINGS.hop, SETTINGS.n_mels)


def test_a_shard_holds_the_kept_clips_with_their_metadata(sample_shard: Path) -> None:
    with h5py.File(sample_shard) as file:
        clip_ids = [value.decode() for value in file["clip_id"]]
        assert sorted(clip_ids) == sorted(["two_0", "two_2", f"{HOSTILE_ID}_0"])
        late, other = clip_ids.index("two_2"), clip_ids.index(f"{HOSTILE_ID}_0")
        assert file["start"][late] == 2
        assert file["split"][late] == b"test"
        assert file["duration"][other] == 1.5
        assert file["video_id"][other].decode() == HOSTILE_ID
        assert file["viewpoints"][late] == pytest.approx(VIEWPOINTS)
        assert file["viewpoint_fov"][late] == pytest.approx([60, 60])
        assert file["viewpoint_label"][late].tolist() == [b"bell", b""]
        assert file["viewpoint_origin"][late].tolist() == [b"object", b"audio"]


def test_a_clip_that_cannot_be_read_is_left_out_with_its_reason(sample_shard: Path) -> None:
    with open_shard(sample_shard) as shard:
        skipped = shard.skipped
    assert len(skipped) == 1
    assert skipped[0].startswith("damaged_0: ")
    assert len(skipped[0]) > len("damaged_0: ")


def original(start: float, seconds: float, seed: int, duration: float) -> NDArray[np.float32]:
    """Audio of a clip, from the signal that its video was made of."""
    samples = source_and_noise(duration, seed)
    samples = samples[:, round(start * RATE) : round((start + seconds) * RATE)]
    down = RATE // SETTINGS.sample_rate
    return np.asarray(resample_poly(samples, 1, down, axis=1), np.float32)


def hostile_original() -> NDArray[np.float32]:
    gains = np.array(HOSTILE_GAINS)[:, None]
    return original(0, 1.5, 2, 1.5)[list(HOSTILE_PLANES)] * gains


@pytest.mark.parametrize(
    ("clip_id", "audio"),
    [("two_2", original(2, 2, 1, 4)), (f"{HOSTILE_ID}_0", hostile_original())],
)
def test_stored_audio_is_that_of_the_clip(
    sample_shard: Path, clip_id: str, audio: NDArray[np.float32]
) -> None:
    audio, (azimuth, elevation), rotated = at_viewpoints(audio)
    beam = ambisonics.beamform(audio, azimuth, elevation, SETTINGS.beam)
    with open_shard(sample_shard) as shard:
        row = shard.texts("clip_id").tolist().index(clip_id)
        step = float(4 * shard.row("scale", row) / 32767)
        assert shard.audio("foa", row) == pytest.approx(audio, abs=step)
        assert shard.audio("rotated", row) == pytest.approx(rotated, abs=step)
        assert shard.audio("beam", row) == pytest.approx(beam, abs=step)
        assert shard.audio("stereo", row) == pytest.approx(ambisonics.stereo(rotated), abs=step)


@pytest.mark.parametrize(
    ("clip_id", "audio"),
    [("two_2", original(2, 2, 1, 4)), (f"{HOSTILE_ID}_0", hostile_original())],
)
def test_stored_spectra_are_those_of_the_audio(
    sample_shard: Path, clip_id: str, audio: NDArray[np.float32]
) -> None:
    audio, (azimuth, elevation), rotated = at_viewpoints(audio)
    beam = ambisonics.beamform(audio, azimuth, elevation, SETTINGS.beam)
    stereo = ambisonics.stereo(rotated)
    expected = {
        "log_mel": ambisonics.log_mel(rotated, *SPECTRAL),
        "intensity": ambisonics.intensity_vector(rotated, *SPECTRAL),
        "beam_log_mel": ambisonics.log_mel(beam, *SPECTRAL),
        "stereo_log_mel": ambisonics.log_mel(stereo, *SPECTRAL),
        "interchannel": ambisonics.interchannel(stereo, *SPECTRAL),
    }
    tolerance = {
        "log_mel": 0.1,
        "intensity": 2e-3,
        "beam_log_mel": 0.1,
        "stereo_log_mel": 0.1,
        "interchannel": 0.05,
    }
    with open_shard(sample_shard) as shard:
        row = shard.texts("clip_id").tolist().index(clip_id)
        # The 16 bits of FLAC leave a floor where a shorter clip is padded.
        frames = slice(0, int(shard.duration(row) * shard.settings.frame_rate) - 1)
        for name, values in expected.items():
            difference = shard.row(name, row)[..., frames, :] - values[..., frames, :]
            assert np.abs(difference).max() < tolerance[name], name
        stored = shard.covariance(row)[:, frames]
    covariance = ambisonics.spatial_covariance(audio, *SPECTRAL)[:, frames]
    trace = covariance[ambisonics.DIAGONAL].sum(0)
    assert (np.abs(stored - covariance) / trace).max() < 0.02


def at_viewpoints(
    audio: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32]]:
    """Audio of the length of the longest clip, the viewpoints, and the audio rotated to them."""
    missing = 2 * SETTINGS.sample_rate - audio.shape[1]
    audio = np.pad(audio, ((0, 0), (0, missing))).astype(np.float32)
    angles = np.radians(VIEWPOINTS).T
    return audio, angles, ambisonics.rotate(audio, ambisonics.look_at(*angles))


def test_stored_images_are_the_frames_of_the_clip(sample_shard: Path) -> None:
    with open_shard(sample_shard) as shard:
        row = shard.texts("clip_id").tolist().index("two_2")
        assert shard.image_count() == 2 * SETTINGS.video_fps
        for number in range(8):
            image = decode_image(shard.encoded_image(row, number))
            assert image.shape == (32, 64, 3)
            time = 2 + (number + 0.5) / SETTINGS.video_fps
            distance = [
                np.abs(image.mean((0, 1)) - colour_of_frame(frame)).max() for frame in range(40)
            ]
            assert np.argmin(distance) == round(time * DEMO_FPS)
            assert min(distance) < 6


def test_the_same_inputs_give_the_same_bytes(
    write_sample_shard: WriteShard, sample_shard: Path
) -> None:
    again = write_sample_shard(CLIPS)
    assert again.read_bytes() == sample_shard.read_bytes()


def test_the_number_of_threads_changes_nothing(write_sample_shard: WriteShard) -> None:
    # Large enough for OpenBLAS to share the products among threads.
    settings = Features(hop=60, store=["video", "covariance", "log_mel", "intensity"])
    digests = set()
    threads = cv2.getNumThreads()
    try:
        for count in (1, 4):
            cv2.setNumThreads(count)
            with threadpool_limits(count):
                path = write_sample_shard([curated_clip("two", 0.0, 4.0)], settings)
            digests.add(sha256(path))
    finally:
        cv2.setNumThreads(threads)
    assert len(digests) == 1


def test_a_shard_describes_itself(sample_shard: Path) -> None:
    with h5py.File(sample_shard) as file:
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
        assert file.attrs["format"] == "foa360 feature shard 1"
        assert Features.model_validate_json(file.attrs["settings"]) == SETTINGS
        assert len(file.attrs["settings_digest"]) >= 16
        assert file.attrs["version"]
        assert "SN3D" in file.attrs["conventions"]


def test_only_selected_features_are_stored(write_sample_shard: WriteShard) -> None:
    path = write_sample_shard(CLIPS[:2], Features(store=["beam"]))
    with h5py.File(path) as file:
        assert not {*ALL_FEATURES, "video_data", "statistics"} - {"beam"} & set(file)
        assert file["beam"].shape == (2, 2, 48000)
    assert verify(path) == []


def test_frames_that_are_not_stored_are_not_read(tmp_path: Path, write_features) -> None:
    """A file without video would be a damaged one."""
    path = tmp_path / "audio.wav"
    write_media(path, None, source_and_noise(2, 1), audio="pcm16")
    clip = curated_clip("audio", 0.0)
    for store, count in (["covariance"], 1), (["covariance", "video"], 0):
        settings = Features(n_fft=512, n_mels=32, store=store)
        with h5py.File(write_features({"audio": path}, [clip], VIEWPOINTS, settings)) as file:
            assert len(file["clip_id"]) == count


@pytest.mark.parametrize("clips", [[], [CLIPS[4]], [CLIPS[2]]], ids=["none", "rejected", "damaged"])
def test_a_shard_without_clips_is_valid(
    write_sample_shard: WriteShard, clips: list[CuratedClip]
) -> None:
    path = write_sample_shard(clips)
    assert verify(path) == []
    with h5py.File(path) as file:
        assert file["clip_id"].shape == (0,)
        assert file["covariance"].shape[0] == 0


def test_any_number_of_clips_may_be_skipped(write_sample_shard: WriteShard) -> None:
    clips = [curated_clip("damaged", float(i)) for i in range(300)]
    with open_shard(write_sample_shard(clips)) as shard:
        assert len(shard.skipped) == 300


def test_a_resumed_job_reads_only_the_videos_that_are_left(
    write_features: WriteShard, tmp_path: Path
) -> None:
    media = write_sample_media(tmp_path)
    output = tmp_path / "features" / "s0000.h5"
    clips = [CLIPS[0], *CLIPS[2:]]
    undisturbed = sha256(write_features(media, clips, VIEWPOINTS, SETTINGS, output))
    output.unlink()
    with pytest.raises(Interrupted):
        write_features(media, clips, VIEWPOINTS, SETTINGS, output, InterruptedProgress())
    assert not output.exists()
    assert shard_files(output.parent) == []
    (part,) = output.with_suffix(".partial").iterdir()
    content = part.read_bytes()
    part.write_bytes(content[: len(content) // 2])
    with pytest.raises(Interrupted):  # what is damaged is written again
        write_features(media, clips, VIEWPOINTS, SETTINGS, output, InterruptedProgress())
    assert part.read_bytes() == content
    media["two"].unlink()
    assert sha256(write_features(media, clips, VIEWPOINTS, SETTINGS, output)) == undisturbed
    assert verify(output) == []
    assert sorted(path.name for path in output.parent.iterdir()) == [
        "s0000.h5",
        "s0000.h5.sha256",
    ]


def test_media_that_are_gone_end_the_job(tmp_path: Path, write_features) -> None:
    """They are no damaged ones: a shard holds every kept clip whose media can be read."""
    path = tmp_path / "gone.mkv"
    with pytest.raises(FileNotFoundError, match=r"gone\.mkv"):
        write_features({"gone": path}, [curated_clip("gone")], VIEWPOINTS, SETTINGS)


def test_a_failed_write_leaves_nothing_behind(
    write_sample_shard: WriteShard, tmp_path: Path
) -> None:
    (tmp_path / "s0000.h5.sha256").mkdir()
    (tmp_path / "s0000.h5.sha256" / "full").touch()
    with pytest.raises(OSError, match="s0000"):
        write_sample_shard(CLIPS[:1], output=tmp_path / "s0000.h5")
    assert not list(tmp_path.glob(".*"))
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write_sample_shard(CLIPS[:1], output=tmp_path / "file" / "s0000.h5")


def test_a_shard_replaces_the_one_before_with_its_checksum(
    write_sample_shard: WriteShard, tmp_path: Path
) -> None:
    path = write_sample_shard(CLIPS[:1], output=tmp_path / "s.h5")
    before = sha256(path)
    write_sample_shard(CLIPS[:2], output=path)
    assert sha256(path) != before
    assert verify(path) == []


def test_intensity_per_bin_is_that_of_rotated_audio(write_sample_shard: WriteShard) -> None:
    settings = Features(n_fft=512, n_mels=32, video_width=64, store=["intensity"], preset="dcase")
    assert settings.intensity == "bin"
    audio = original(0, 2, 1, 4)
    rotated = ambisonics.rotate(audio, ambisonics.look_at(*np.radians(VIEWPOINTS).T))
    expected = ambisonics.intensity_vector(rotated, *SPECTRAL, per="bin")
    with open_shard(write_sample_shard(CLIPS[1:2], settings)) as shard:
        assert np.abs(shard.row("intensity", 0) - expected).max() < 2e-3


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_clips_that_are_not_finite_are_skipped(
    write_features: WriteShard, tmp_path: Path, value: float
) -> None:
    audio = source_and_noise(2, 5)
    audio[1, 30000] = value
    path = tmp_path / "x.mkv"
    write_media(path, coloured_frames(2), audio, audio="float")
    with open_shard(
        write_features({"x": path}, [curated_clip("x")], VIEWPOINTS, SETTINGS)
    ) as shard:
        assert shard.skipped == ["x_0: not_finite"]
        assert len(shard) == 0


def test_silence_and_one_sample_have_finite_features(
    write_features: WriteShard, tmp_path: Path
) -> None:
    audio = np.zeros((4, 2 * RATE), np.float32)
    audio[0, 1000] = 1e-30
    path = tmp_path / "x.mkv"
    write_media(path, coloured_frames(2), audio, audio="float")
    with open_shard(
        write_features({"x": path}, [curated_clip("x")], VIEWPOINTS, SETTINGS)
    ) as shard:
        for name in set(ALL_FEATURES) - {"video"}:
            assert np.isfinite(shard.row(name, 0)).all(), name
