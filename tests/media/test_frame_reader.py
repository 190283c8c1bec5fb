"""Requested frames equal those of a full decode, however few are decoded."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foa360.media import frame_reader
from foa360.media.container import decode_packet, open_media
from foa360.media.frame_reader import FrameReader, FrameRequest
from foa360.media.video import (
    FrameConverter,
    FrameFormat,
    SpanSchedule,
    decoded_frames,
    frames_at,
    span_frames,
)

FPS, COUNT = 10, 120

#: Containers and encoders with long and short groups of frames, and with frames out of order.
KINDS = {
    "h264 long": (".mp4", "libx264", {"g": "50", "bf": "3"}),
    "h264 open": (".mkv", "libx264", {"g": "12", "bf": "3", "x264-params": "open-gop=1:keyint=12"}),
    "h264 intra": (".mp4", "libx264", {"g": "1"}),
    "hevc": (".mp4", "libx265", {"g": "25", "x265-params": "log-level=none"}),
    "vp9": (".webm", "libvpx-vp9", {"g": "30", "deadline": "realtime", "cpu-used": "8"}),
    "vp8": (".webm", "libvpx", {"g": "30", "deadline": "realtime"}),
    "ten bits": (".mp4", "libx264", {"g": "50", "pix_fmt": "yuv420p10le"}),
    "mpeg4": (".avi", "mpeg4", {"g": "12"}),
    "transport stream": (".ts", "libx264", {"g": "20", "bf": "2"}),
}


def numbered_image(number: int) -> np.ndarray:
    """Encode a number as bars of an image."""
    bits = [(number >> i) & 1 for i in range(8)]
    return np.repeat(np.repeat(np.array(bits, np.uint8)[None] * 200 + 20, 64, 0), 16, 1)


def number_of(image: np.ndarray | None) -> int | None:
    if image is None:
        return None
    bars = image[16:48, :, 0].reshape(32, 8, 16).mean((0, 2)) > 120
    return int((bars << np.arange(8)).sum())


def write(path: Path, codec: str, options: dict[str, str], times: list[int] | None = None) -> None:
    """Write a video whose frames are shown at `times` / 10 s."""
    options = dict(options)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, FPS, options=options)
        stream.width, stream.height = 128, 64
        stream.pix_fmt = options.pop("pix_fmt", "yuv420p")
        stream.codec_context.time_base = Fraction(1, FPS)
        for i, at in enumerate(times or range(COUNT)):
            frame = av.VideoFrame.from_ndarray(
                np.repeat(numbered_image(i)[..., None], 3, 2), "rgb24"
            )
            frame.pts, frame.time_base = at, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module", params=list(KINDS))
def video(request, tmp_path_factory) -> Path:
    suffix, codec, options = KINDS[request.param]
    path = tmp_path_factory.mktemp("videos") / f"x{suffix}"
    write(path, codec, options)
    return path


def test_every_frame_is_the_one_that_is_shown(video):
    shown = [number_of(f) for f in frames_at(video, [(i + 0.4) / FPS for i in range(COUNT)])]
    assert shown == list(range(COUNT))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=6, unique=True))
def test_requested_frames_equal_those_of_a_full_decode(video, numbers):
    numbers = sorted(numbers)
    found = [number_of(f) for f in frames_at(video, [(n + 0.4) / FPS for n in numbers])]
    assert found == numbers


def schedule_frames(path: Path, schedule: SpanSchedule, size=None):
    """Return times and images of the frames of each span."""
    return list(span_frames(path, schedule, FrameConverter(FrameFormat(size))))


def sampled_frames(path: Path, spans, fps: float, size=None):
    """Return times and images of key frames, or else of the first frames of intervals."""
    schedule = SpanSchedule(spans, fps, prefer_key_frames=True)
    of_spans = schedule_frames(path, schedule, size)
    return [[(time, image) for time, image in frames if image is not None] for frames in of_spans]


def test_sampled_frames_lie_in_their_intervals_and_have_their_times(video):
    (found,) = sampled_frames(video, [(0.0, 12.0)], 1.0)
    assert len(found) == 12
    for second, (time, image) in enumerate(found):
        assert second <= time < second + 1
        assert abs(number_of(image) - time * FPS) <= 1
    assert all(a[0] < b[0] for a, b in pairwise(found))


def test_clips_share_the_frames_of_one_pass(video):
    spans = [(0.0, 3.0), (2.0, 4.0), (9.0, 3.0)]
    schedule = SpanSchedule(spans, 2.0, phase=0.5)
    for (start, duration), own in zip(spans, schedule_frames(video, schedule), strict=True):
        times = start + (np.arange(duration * 2) + 0.5) / 2
        assert [time for time, _ in own] == pytest.approx(times)
        assert np.abs([number_of(f) for _, f in own] - times * FPS).max() <= 0.51


def test_overlapping_spans_share_sampled_frames(video):
    first, second = sampled_frames(video, [(0.0, 4.0), (2.0, 4.0)], 1.0)
    assert len(first) == 4
    assert [time for time, _ in first[2:]] == [time for time, _ in second[:2]]


def test_key_frames_are_preferred_and_none_is_taken_twice(tmp_path):
    path = tmp_path / "x.mp4"
    write(path, "libx264", {"g": "25", "bf": "3", "sc_threshold": "0"})
    (found,) = sampled_frames(path, [(0.0, 12.0)], 1.0)
    assert [number_of(image) for _, image in found] == [
        0, 10, 25, 30, 40, 50, 60, 75, 80, 90, 100, 110,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_requests_for_several_uses_are_answered_as_each_alone(video, seed):
    random = np.random.default_rng(seed)
    requests = [FrameRequest(float(t), use=0) for t in np.sort(random.uniform(0, 12, 20))]
    requests += [FrameRequest(float(t), 1.0, use=1) for t in range(12)]
    together = {f.request: (f.time, number(f.frame)) for f in decoded_frames(video, requests)}
    for use in (0, 1):
        alone = [r for r in requests if r.use == use]
        found = {f.request: (f.time, number(f.frame)) for f in decoded_frames(video, alone)}
        assert found == {request: together[request] for request in alone}


def number(frame) -> int | None:
    return None if frame is None else number_of(FrameConverter(FrameFormat())(frame))


def test_few_frames_are_decoded_where_key_frames_suffice(tmp_path, monkeypatch):
    path = tmp_path / "x.mp4"
    write(path, "libx264", {"g": "10", "bf": "0"})
    decoded = 0

    def counting(packet):
        nonlocal decoded
        frames, message = decode_packet(packet)
        decoded += len(frames)
        return frames, message

    monkeypatch.setattr(frame_reader, "decode_packet", counting)
    with open_media(path) as container:
        requests = [FrameRequest(float(i), 1.0) for i in range(12)]
        found = [answer.frame for answer in FrameReader(container).read(requests)]
    assert all(found)
    assert decoded <= 14


def test_a_variable_frame_rate_returns_the_frame_on_screen(tmp_path):
    path = tmp_path / "x.mkv"
    times = [0, 1, 2, 30, 31, 70, 71, 110]
    write(path, "libx264", {"g": "50", "bf": "0"}, times)
    found = [number_of(f) for f in frames_at(path, [0.0, 2.5, 3.1, 6.9, 7.12, 10.9, 11.0])]
    assert found == [0, 2, 4, 4, 6, 6, 7]
    (sampled,) = sampled_frames(path, [(0.0, 11.0)], 0.5)
    assert [number_of(image) for _, image in sampled] == [0, 2, 4, 4, 6, 6]


def test_sampling_real_videos_decodes_what_reading_all_of_them_gives(real_data):
    for name in ("sphere360/tAiVUt5vE34l_30.webm", "yt360/kqAZkf5Odyw-80.mp4"):
        path = real_data / name
        (sampled,) = sampled_frames(path, [(0.0, 10.0)], 1.0, (128, 64))
        exact = frames_at(path, [time for time, _ in sampled], (128, 64))
        for (_, image), same in zip(sampled, exact, strict=True):
            np.testing.assert_array_equal(image, same)


@pytest.mark.parametrize(("degrees", "quarters"), [(90, 3), (180, 2), (270, 1)])
def test_a_rotated_video_is_returned_upright(tmp_path, degrees, quarters):
    path = tmp_path / "x.mp4"
    write(path, "libx264", {"g": "10"})
    (upright,) = frames_at(path, [0.05])
    data = bytearray(path.read_bytes())
    c, s = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    matrix = np.array([c, s, 0, -s, c, 0, 0, 0, 0.25]) * 65536
    matrix[8] = 1 << 30
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = matrix.astype(">i4").tobytes()
    path.write_bytes(data)
    (rotated,) = frames_at(path, [0.05])
    (small,) = frames_at(path, [0.05], (32, 48))
    np.testing.assert_array_equal(rotated, np.rot90(upright, quarters))
    assert small.shape == (48, 32, 3)
