"""Which streams and channels of a file are judged, and what the row says about the others."""

from pathlib import Path

import av
import numpy as np
import pytest
from support.curation import curate_file

from foa360.core.records import CuratedClip
from foa360.demo.audio import sound_field
from foa360.demo.scenes import random_scene

RATE = 48000
FIELD = sound_field(random_scene("streams", 2.0))
STEREO = np.random.default_rng(1).normal(0, 0.1, (2, 2 * RATE)).astype(np.float32)


def mux(path: Path, *streams: tuple[str, str, np.ndarray], frames: int = 0) -> Path:
    """Write audio streams (codec, layout, samples) and video streams of grey noise."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        videos = [container.add_stream("libx264", rate=5) for _ in range(frames)]
        for video in videos:
            video.width, video.height, video.pix_fmt = 128, 64, "yuv420p"
        sounds = []
        for codec, layout, _ in streams:
            sounds.append(container.add_stream(codec, rate=RATE, layout=layout))
        for video in videos:
            for _ in range(10):
                image = rng.integers(0, 255, (64, 128, 3), np.uint8)
                container.mux(video.encode(av.VideoFrame.from_ndarray(image)))
            container.mux(video.encode())
        for sound, (_, layout, samples) in zip(sounds, streams, strict=True):
            data = np.ascontiguousarray(samples.T).reshape(1, -1)
            whole = np.asarray(np.clip(data, -1, 1) * 32767, np.int16)
            frame = av.AudioFrame.from_ndarray(whole, format="s16", layout=layout)
            frame.sample_rate = RATE
            container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return path


def pcm(samples: np.ndarray, layout: str = "mono") -> tuple[str, str, np.ndarray]:
    return "pcm_s16le", layout, samples


def assert_same_field(row: CuratedClip, alone: CuratedClip) -> None:
    assert (row.verdict, row.convention) == ("kept", alone.convention)
    assert row.energy_ratio == pytest.approx(alone.energy_ratio, rel=1e-3)
    assert row.azimuth == pytest.approx(alone.azimuth, abs=1e-2)


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> CuratedClip:
    return curate_file(mux(tmp_path_factory.mktemp("alone") / "x.mov", pcm(FIELD, "4.0")))


def test_the_sound_field_is_taken_whichever_stream_comes_first(tmp_path, alone):
    film = np.vstack([STEREO, 0.5 * STEREO, 0.3 * STEREO])
    for number, other in enumerate((pcm(STEREO, "stereo"), pcm(film, "5.1"))):
        for streams, used in (((other, pcm(FIELD, "4.0")), 1), ((pcm(FIELD, "4.0"), other), 0)):
            row = curate_file(mux(tmp_path / f"{number}{used}.mov", *streams))
            assert_same_field(row, alone)
            assert (row.audio_used, row.audio_chosen_by) == ([used], "count")
            assert len(row.audio_streams) == 2
            assert "audio_streams" in row.reasons
            assert f"stream {used + 1}" in row.message


def test_of_two_sound_fields_the_first_is_taken_and_the_other_is_named(tmp_path, alone):
    both = pcm(FIELD, "4.0"), pcm(FIELD[[0, 3, 2, 1]], "4.0")
    row = curate_file(mux(tmp_path / "x.mov", *both))
    assert_same_field(row, alone)
    assert (row.audio_used, row.audio_chosen_by) == ([0], "first")


@pytest.mark.parametrize("ending", ["mov", "mkv"])
def test_four_mono_streams_are_one_signal(tmp_path, alone, ending):
    streams = [pcm(channel[None]) for channel in FIELD]
    row = curate_file(mux(tmp_path / f"x.{ending}", *streams))
    assert_same_field(row, alone)
    assert (row.audio_used, row.audio_chosen_by) == ([0, 1, 2, 3], "joined")
    assert "joined_mono" in row.reasons


def test_mono_streams_of_other_numbers_and_lengths_are_not_joined(tmp_path):
    three = [pcm(channel[None]) for channel in FIELD[:3]]
    assert "channel_count" in curate_file(mux(tmp_path / "three.mov", *three)).reasons
    shorter = [*three, pcm(FIELD[3:, :RATE])]
    assert "channel_count" in curate_file(mux(tmp_path / "short.mov", *shorter)).reasons


@pytest.mark.parametrize(
    ("channels", "codes"),
    [
        (4, set()),
        (6, {"head_locked_stereo"}),
        (8, {"channels_uncommon"}),
        (9, {"higher_order"}),
        (11, {"higher_order", "head_locked_stereo"}),
        (16, {"higher_order"}),
    ],
)
def test_the_number_of_channels_is_named(tmp_path, channels, codes):
    rng = np.random.default_rng(2)
    more = rng.normal(0, 0.02, (channels - 4, FIELD.shape[1])).astype(np.float32)
    layout = "4.0" if channels == 4 else f"{channels} channels"
    row = curate_file(mux(tmp_path / "x.mkv", pcm(np.vstack([FIELD, more]), layout)))
    named = {"head_locked_stereo", "channels_uncommon", "higher_order"} & set(row.reasons)
    assert (row.verdict, named) == ("kept", codes)


def renamed(path: Path) -> Path:
    """Give the last PCM track a codec that no decoder knows."""
    data = path.read_bytes()
    at = data.rindex(b"sowt")
    path.write_bytes(data[:at] + b"apac" + data[at + 4 :])
    return path


def test_an_audio_codec_without_a_decoder_is_named(tmp_path):
    path = renamed(mux(tmp_path / "only.mov", pcm(FIELD, "4.0"), frames=1))
    row = curate_file(path)
    assert (row.verdict, row.audio_streams) == ("failed", ["apac, no decoder"])
    assert "codec_unknown" in row.reasons
    assert "no_audio" not in row.reasons
    path = renamed(mux(tmp_path / "beside.mov", pcm(STEREO, "stereo"), pcm(FIELD, "4.0")))
    row = curate_file(path)
    assert row.verdict == "failed"
    assert "codec_unknown" in row.reasons
    assert "pcm_s16le" in row.message
    assert "apac" in row.message
    assert "audio_streams" not in row.reasons, "its message names the streams already"
    assert row.message.count("apac") == 1


def test_frames_in_two_streams_of_one_size_are_rejected(tmp_path):
    row = curate_file(mux(tmp_path / "x.mov", pcm(FIELD, "4.0"), frames=2))
    assert row.verdict == "rejected"
    assert "divided_frames" in row.reasons
    one = curate_file(mux(tmp_path / "y.mov", pcm(FIELD, "4.0"), frames=1))
    assert "divided_frames" not in one.reasons
