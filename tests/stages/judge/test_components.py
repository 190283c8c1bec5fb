"""Components without a signal: dead, for a part of the time, or above some frequency; capsules."""

from pathlib import Path

import ffmpeg
import imageio_ffmpeg
import numpy as np
import pytest
from simulation import simulate
from simulation.cases import CAPSULES
from simulation.measured import simulated_row

from foa360.commands.check import check
from foa360.config.curate import Curate
from foa360.core.records import Clip, CuratedClip
from foa360.demo.encode import write_media
from foa360.stages.judge.video import judge_video

RATE = 24000
SECONDS = 6.0
W, Y, Z, X = range(4)
NAMES = "WYZX"


@pytest.fixture(scope="module")
def fields() -> list[np.ndarray]:
    return [simulate(seed, SECONDS, RATE) for seed in (2, 3, 5)]


def judged(*clips: np.ndarray) -> list[CuratedClip]:
    """Judge clips of one video, one after the other."""
    rows = []
    for number, x in enumerate(clips):
        span = Clip(clip_id=f"v_{number}", video_id="v", start=number * SECONDS, duration=SECONDS)
        rows.append(simulated_row(span, x, RATE, np.random.default_rng(0)))
    return judge_video(rows, Curate()).clips


def silenced(x: np.ndarray, channel: int, *spans: tuple[float, float], left: float = 0.0):
    out = x.copy()
    for first, last in spans:
        out[channel, int(first * RATE) : int(last * RATE)] *= left
    return out


@pytest.mark.parametrize("channel", [W, Y, Z, X])
def test_a_component_that_drops_out_is_named_with_its_time(fields, channel):
    for x in fields:
        (row,) = judged(silenced(x, channel, (2, 5)))
        assert "component_drops_out" in row.reasons
        assert row.verdict == "rejected"
        assert f"{NAMES[channel]} is empty from 2 to 5 s" in row.message


def test_several_gaps_and_cable_noise_are_named(fields):
    (row,) = judged(silenced(fields[0], Y, (0, 1.5), (4, 6), left=1e-3))
    assert "Y is empty from 0 to 1.5 s, 4 to 6 s" in row.message


def test_times_are_those_of_the_file_and_whole_clips_count(fields):
    one, two, three = judged(
        fields[0], silenced(fields[1], X, (3, 6)), silenced(fields[2], X, (0, 6))
    )
    assert "component_drops_out" not in one.reasons
    assert "X is empty from 9 to 12 s" in two.message
    assert "component_drops_out" in three.reasons
    assert "X is empty in this clip" in three.message


def test_true_fields_and_their_pauses_lack_nothing(fields):
    for x in fields:
        paused = x.copy()
        paused[:, 2 * RATE : 4 * RATE] = 0
        for row in judged(x, paused, 1e-2 * x):
            assert not {"component_drops_out", "component_empty", "band_limited"} & {*row.reasons}


@pytest.mark.parametrize("left", [0.0, 1e-3])
@pytest.mark.parametrize("channel", [Y, X])
def test_a_dead_dipole_is_named_and_no_head_locked_audio(fields, channel, left):
    for x in fields:
        (row,) = judged(silenced(x, channel, (0, SECONDS), left=left))
        assert "head_locked" not in row.reasons
        is_sure = "convention_unsure" not in row.reasons
        if channel == X and row.convention in {"WXYZ/SN3D", "FuMa"} and is_sure:
            assert "horizontal_only" in row.reasons, "an empty last channel may be Z"
            continue
        assert "component_empty" in row.reasons
        assert f"{NAMES[channel]} is empty" in row.message
        assert row.bandwidths[channel] == 0


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("libopus", ".mkv"), ("libvorbis", ".ogg"), ("ac3", ".mkv"), ("eac3", ".mp4")],
)
@pytest.mark.parametrize("order", [[W, Y, Z, X], [W, X, Z, Y]])
def test_a_component_in_the_lfe_channel_is_named(tmp_path, codec, suffix, order):
    x = simulate(4, 4.0, 48000)[order]
    mix = 0.1 * x[0] * np.ones((2, 1))
    path = tmp_path / f"six{suffix}"
    with_loudspeakers(path, np.vstack([x, mix]).astype(np.float32), codec)
    (row,) = _checked(path)
    assert "band_limited" in row.reasons
    assert "X has nothing above" in row.message
    assert row.bandwidths[X] < 1500 < min(row.bandwidths[W], row.bandwidths[Y], row.bandwidths[Z])


@pytest.mark.parametrize("codec", ["opus", "aac51"])
def test_the_same_field_without_an_lfe_channel_is_whole(tmp_path, codec):
    x = simulate(4, 4.0, 48000).astype(np.float32)
    if codec == "aac51":
        x = np.stack([x[3], x[1], x[0], 0 * x[0], x[2], 0 * x[0]])
    path = tmp_path / "x.mkv"
    write_media(path, None, x, audio=codec)
    (row,) = _checked(path)
    assert "band_limited" not in row.reasons
    assert min(row.bandwidths) > 8000


def with_loudspeakers(path: Path, samples: np.ndarray, codec: str) -> None:
    """Encode six channels as 5.1, the fourth of which is an LFE channel."""
    options = {"mapping_family": "1"} if codec == "libopus" else {}
    source = ffmpeg.input("pipe:", format="f32le", ac=6, ar=48000, channel_layout="5.1")
    command = source.output(str(path), acodec=codec, audio_bitrate="450k", **options)
    content = np.ascontiguousarray(samples.T).tobytes()
    command.run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), input=content, capture_stderr=True)


def _checked(path: Path) -> list[CuratedClip]:
    (file,) = check([path], Curate(), 4.0)
    return file.video.clips[:1]


@pytest.mark.parametrize("capsule", range(4))
@pytest.mark.parametrize("gains", ["SN3D", "N3D", "FuMa"])
def test_a_dead_capsule_is_no_convention(fields, capsule, gains):
    factors = {"SN3D": [1, 1, 1, 1], "N3D": [1, *[3**0.5] * 3], "FuMa": [0.5**0.5, 1, 1, 1]}
    for x in fields:
        signals = CAPSULES @ x
        signals[capsule] *= 10 ** (-50 / 20)
        b_format = np.linalg.inv(CAPSULES) @ signals
        (row,) = judged(b_format * np.array(factors[gains])[:, None])
        assert row.reasons[:1] == ["dead_capsule"]
        assert (row.verdict, row.gains) == ("rejected", [1.0] * 4)


def test_a_dry_source_in_the_null_of_a_capsule_is_no_dead_capsule():
    """One source behind a capsule leaves nothing in it, but in other combinations neither."""
    noise = np.random.default_rng(0).standard_normal(int(SECONDS * RATE))
    # Away from front, left and up alike.
    x = np.array([1, -(3**-0.5), -(3**-0.5), -(3**-0.5)])[:, None] * noise
    x += 1e-4 * np.random.default_rng(1).standard_normal(x.shape)
    (row,) = judged(0.05 * x)
    assert "dead_capsule" not in row.reasons
