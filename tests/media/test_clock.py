"""Clocks of containers that jump: parts are counted on, for audio and video alike."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from foa360.config.curate import Curate
from foa360.core.records import Clip, FetchedVideo
from foa360.media.audio import clip_audio
from foa360.media.probe import probe
from foa360.media.video import frames_at
from foa360.stages.judge.video import judge_video
from foa360.stages.measure.video import measure_video

FPS, RATE = 25, 48000
#: Durations of the parts, s, and their first time stamps, s.
JOINS = {
    "ts: the clock restarts": (".ts", (12, 18), (0, 0)),
    "ts: an hour ahead": (".ts", (12, 18), (0, 3600)),
    "ts: back by hours": (".ts", (12, 18), (7200, 100)),
    "ts: three parts": (".ts", (5, 6, 19), (50, 0, 1000)),
    "ts: wraps, then restarts": (".ts", (12, 18), (2**33 / 90000 - 5, 0)),
    "program stream restarts": (".mpg", (12, 18), (0, 0)),
}


def part(path: Path, first: float, seconds: float, stamp: float) -> Path:
    """Write seconds of a scene whose grey level and amplitude in the second half rise with time."""
    grey = f"geq=lum='40+(N/{FPS}+{first})*6':cb=128:cr=128"
    video = f"color=black:s=64x32:r={FPS}:d={seconds},{grey}"
    level = f"0.02*(1+floor(t+{first}+0.0001))*sin(3000*t)"
    audio = f"aevalsrc={level}|{level}:c=stereo:s={RATE}:d={seconds}"
    codecs = ["-c:v", "mpeg2video", "-g", "50", "-c:a", "mp2", "-b:a", "384k"]
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-threads", "1"]
    inputs = ["-f", "lavfi", "-i", video, "-f", "lavfi", "-i", audio]
    offset = ["-output_ts_offset", str(stamp)]
    subprocess.run([*program, *inputs, *codecs, *offset, str(path)], check=True)
    return path


@pytest.fixture(scope="module", params=list(JOINS))
def joined(request, tmp_path_factory) -> Path:
    suffix, lengths, stamps = JOINS[request.param]
    folder = tmp_path_factory.mktemp("joined")
    data, first = b"", 0.0
    for number, (seconds, stamp) in enumerate(zip(lengths, stamps, strict=True)):
        data += part(folder / f"{number}{suffix}", first, seconds, stamp).read_bytes()
        first += seconds
    path = folder / f"joined{suffix}"
    path.write_bytes(data)
    return path


def test_the_duration_is_that_of_all_parts(joined):
    assert probe(joined).duration == pytest.approx(30, abs=0.3)


def test_the_jump_is_noted(joined):
    headers = probe(joined)
    assert headers.parts >= 2
    clips = [
        Clip(clip_id=f"x_{s}", video_id="x", start=s, duration=10.0, split=None)
        for s in (0.0, 10.0, 20.0)
    ]
    fetched = FetchedVideo(
        video_id="x", state="fetched", video_path=str(joined), audio_path=str(joined)
    )
    for clip in judge_video(measure_video(clips, fetched, 4000.0, 1.0), Curate()).clips:
        assert "clock_jumps" in clip.reasons


def test_frames_and_samples_are_those_of_their_times_in_all_parts(joined):
    # Not at the joints, where frames and codecs overlap.
    seconds = [2, 8, 14, 17, 22, 28]
    for second, frame in zip(seconds, frames_at(joined, [s + 0.5 for s in seconds]), strict=True):
        assert frame is not None
        shown = (frame[..., 0].mean() - 16) * 219 / 255 + 16  # either range of levels
        levels = [frame[..., 0].mean(), shown]
        times = [(level * 219 / 255 + 16 - 40) / 6 for level in levels]
        assert min(abs(time - second - 0.5) for time in times) < 0.5
    spans = [(s + 0.2, 0.6) for s in seconds]
    for second, clip in zip(seconds, clip_audio(joined, spans), strict=True):
        assert clip.reason is None
        amplitude = np.abs(clip.samples[0]).max()
        assert round(float(amplitude) / 0.02) == second + 1


@pytest.mark.parametrize("lost", [(2.0, 5.0), (4.0, 4.5)])
def test_packets_that_are_lost_leave_a_gap(tmp_path, lost):
    path = part(tmp_path / "x.ts", 0, 12, 0)
    packets = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 188)
    begin, end = (round(len(packets) * second / 12) for second in lost)
    path.write_bytes(np.delete(packets, slice(begin, end), 0).tobytes())
    assert probe(path).parts == 1
    assert probe(path).duration == pytest.approx(12, abs=0.3)
    (clip,) = clip_audio(path, [(8.2, 0.6)])
    assert round(float(np.abs(clip.samples[0]).max()) / 0.02) == 9
