"""Durations are those of the streams in use, whatever the container states."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from foa360.media.audio import clip_audio
from foa360.media.probe import probe
from foa360.media.video import frames_at

SECONDS = 7
CAPTIONS = "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:25,000 --> 00:00:31,000\ny\n"
INPUTS = (
    ["-f", "lavfi", "-i", f"testsrc=size=64x32:rate=10:duration={SECONDS}"],
    ["-f", "lavfi", "-i", f"aevalsrc=0.3*sin(900*t)|0|0|sin(900*t):c=4.0:s=48000:d={SECONDS}"],
)
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-pix_fmt", "yuv420p"]
VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-mapping_family", "255"]
AAC = [*H264, "-c:a", "aac"]
#: Arguments of FFmpeg by file, with captions where there is a codec for them.
FILES = {
    "live.webm": [*VP8, "-f", "webm", "-live", "1"],
    "live.mkv": [*H264, "-c:a", "flac", "-f", "matroska", "-live", "1"],
    "captions.mkv": [*H264, "-c:a", "flac", "-c:s", "srt"],
    "captions_live.mkv": [*H264, "-c:a", "flac", "-c:s", "srt", "-live", "1"],
    "captions.mp4": [*AAC, "-c:s", "mov_text"],
    "fragments.mp4": [*AAC, "-movflags", "frag_keyframe+empty_moov+default_base_moof"],
    "x.ts": AAC,
    "wrapped.ts": [*AAC, "-muxdelay", "0", "-output_ts_offset", str(95443.717 - 3)],
    "wrapped_late.ts": [*AAC, "-output_ts_offset", str(95443.717 - 6.5)],
    "late.mkv": [*H264, "-c:a", "flac", "-output_ts_offset", "20"],
    "x.flv": [*H264, "-an"],
    "variable.aac": ["-vn", "-c:a", "aac", "-b:a", "300k"],
}


@pytest.fixture(scope="module", params=list(FILES))
def media(request, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    path = folder / request.param
    inputs = [*INPUTS[0], *INPUTS[1]]
    if "-c:s" in FILES[request.param]:
        (folder / "captions.srt").write_text(CAPTIONS)
        inputs += ["-i", str(folder / "captions.srt")]
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-threads", "1"]
    subprocess.run(
        [*program, *inputs, *FILES[request.param], str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


def test_durations_are_those_of_video_and_audio(media):
    found = probe(media)
    assert found.duration == pytest.approx(SECONDS, abs=0.15)
    for duration in (found.audio_duration, found.video_duration):
        assert duration is None or duration == pytest.approx(SECONDS, abs=0.15)


def test_media_are_whole_to_their_last_second_and_not_damaged_behind_it(media):
    spans = [(0.0, 2.0), (SECONDS - 1.0, 1.0), (SECONDS + 3.0, 5.0)]
    reasons = [clip.reason for clip in clip_audio(media, spans)]
    if media.suffix == ".flv":
        assert set(reasons) == {"no_audio"}
    else:
        assert reasons == [None, None, "clip_outside"]
    if media.suffix != ".aac":
        first, last, behind = frames_at(media, [0.05, SECONDS - 0.5, SECONDS + 5])
        assert first is not None
        assert last is not None
        assert np.abs(first.astype(int) - last).max() > 50
        assert behind is None
