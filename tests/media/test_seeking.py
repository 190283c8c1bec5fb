"""A frame is never given for another time, wherever a seek lands."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from foa360.media.video import frames_at

FPS, SECONDS, BITS = 10, 62, 10

#: Containers and encoders with key frames 10 s apart; a seek in some lands on no key frame, in
#: others nowhere.
KINDS = {
    "transport stream": (".ts", "libx264", {"g": "100", "bf": "2"}),
    "transport stream of HEVC": (".ts", "libx265", {"x265-params": "log-level=none:keyint=100"}),
    "transport stream of MPEG-2": (".ts", "mpeg2video", {"g": "100", "b": "1000000"}),
    "program stream": (".mpg", "mpeg2video", {"g": "100", "b": "1000000"}),
    "one key frame in a transport stream": (".ts", "libx264", {"g": "1000"}),
    "transport stream whose clock wraps": (".ts", "libx264", {"g": "100"}),
    "flv": (".flv", "libx264", {"g": "100"}),
    "matroska without an index": (".mkv", "libx264", {"g": "100"}),
    "mp4": (".mp4", "libx264", {"g": "100"}),
    "fragmented mp4": (".mp4", "libx264", {"g": "100"}),
    "avi": (".avi", "mpeg4", {"g": "100"}),
}
MUXERS = {
    "transport stream whose clock wraps": {"output_ts_offset": str(2**33 / 90000 - 25)},
    "matroska without an index": {"live": "1"},
    "fragmented mp4": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
}


def numbered_image(number: int) -> np.ndarray:
    bars = (number >> np.arange(BITS) & 1).astype(np.uint8) * 200 + 20
    return np.repeat(np.repeat(np.repeat(bars[None], 64, 0), 16, 1)[..., None], 3, 2)


def number_of(image: np.ndarray | None) -> int | None:
    if image is None:
        return None
    bars = image[16:48, :, 0].reshape(32, BITS, 16).mean((0, 2)) > 120
    return int((bars << np.arange(BITS)).sum())


def write(path: Path, codec: str, options: dict[str, str], muxer: dict[str, str]) -> Path:
    with av.open(str(path), "w", options=muxer) as container:
        rate = 25 if codec == "mpeg2video" else FPS  # MPEG-2 knows few frame rates
        stream = container.add_stream(codec, rate, options=options)
        stream.width, stream.height, stream.pix_fmt = 16 * BITS, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, rate)
        for i in range(SECONDS * rate):
            frame = av.VideoFrame.from_ndarray(numbered_image(i * FPS // rate), "rgb24")
            frame.pts, frame.time_base = i, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module", params=list(KINDS))
def video(request, tmp_path_factory) -> Path:
    suffix, codec, options = KINDS[request.param]
    path = tmp_path_factory.mktemp("videos") / f"x{suffix}"
    return write(path, codec, dict(options), MUXERS.get(request.param, {}))


@pytest.mark.parametrize("seconds", [(33,), (19, 33, 58), (0, 29, 30, 48), (5, 39, 61)])
def test_frames_far_into_a_file_are_those_of_their_times(video, seconds):
    times = [second + (t + 0.4) / FPS for second in seconds for t in range(3)]
    shown = [number_of(f) for f in frames_at(video, times)]
    assert shown == [int(t * FPS) for t in times]


def damaged_at(video: Path, second: float) -> Path:
    """Overwrite the key frame at a time."""
    data = bytearray(video.read_bytes())
    with av.open(str(video)) as container:
        for packet in container.demux(video=0):
            if not packet.is_keyframe or packet.pts is None:
                continue
            if abs(packet.pts * packet.time_base - second) < 0.05:
                data[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    path = video.with_name(f"damaged{video.suffix}")
    path.write_bytes(data)
    return path


def test_behind_a_damaged_key_frame_no_frame_of_a_later_time_is_given(tmp_path):
    video = write(tmp_path / "x.mp4", "libx264", {"g": "100"}, {})
    found = list(frames_at(damaged_at(video, 30), [33.04, 35.04, 41.04]))
    assert number_of(found[2]) == 410
    for frame, time in zip(found[:2], (33.04, 35.04), strict=True):
        assert frame is None or number_of(frame) <= time * FPS
