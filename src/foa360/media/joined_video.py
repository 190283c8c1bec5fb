"""Frames that a camera divides between two video streams, joined to whole ones.

Cameras for the whole sphere store the two rows of an equi-angular cubemap (EAC) as streams of their
own, or the circles of their two lenses. Headers tell that streams belong together; what they show
is decided from the joined frames, as that of any video (`foa360.media.frame_layout`).

In the rows, the faces beside the middle one are seen by both lenses, and are stored as two halves
with a strip at the lens boundary that both have. The strips were measured by P. Bourke and Trek
View (paulbourke.net/panorama/gopromax2sphere). They are cut off where the halves meet, so that
frames are whole, but not blended.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from foa360.media.container import limit_frames, open_media
from foa360.media.frame_reader import FoundFrame, FrameReader, FrameRequest
from foa360.media.orientation import UPRIGHT, frame_orientation
from foa360.media.streams import are_simultaneous, video_streams

Plane = NDArray[np.unsignedinteger[Any]]

#: Streams of one video begin at the same time and have one duration, within so much, s.
TOLERANCE_S = 0.5
#: Width of a row of three faces over its height, and the strip that each half of a divided face has
#: beyond the lens boundary, over that height: without strips, and as cameras write it.
ROW_STRIPS = {3.0: 0.0, 4096 / 1344: 32 / 1344, 2272 / 736: 16 / 736, 5952 / 1920: 96 / 1920}
#: Deviation of a shape from one of the table, and of that of a lens from a square.
SHAPE_TOLERANCE = 0.002
#: Pixel formats whose planes are joined as they are; others are converted to the last one.
PLANAR = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv420p10le", "yuvj444p", "yuv444p")


class JoinedVideo(NamedTuple):
    """How the frames of two streams make one.

    kind : `rows` of a cubemap, the first above; or `lenses`, the first to the left.
    strip : pixels beyond the lens boundary in each half of a divided face.
    """

    kind: str
    strip: int = 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the joined frames, pixels."""
        if self.kind == "lenses":
            return 2 * width, height
        return width - 4 * self.strip, 2 * height


def joined_video(streams: Sequence[VideoStream]) -> JoinedVideo | None:
    """Return how the video streams of a container are joined; None where the first one is whole.

    Two streams of one codec, size, rate, start and duration are joined if their shape is that of a
    row of an EAC or of a lens. Streams of other sizes, such as previews, do not count.
    """
    if not streams or streams[0].codec_context is None:
        return None
    first = streams[0]
    alike = _alike(streams)
    if len(alike) != 2 or not first.height or not _simultaneous(*alike):
        return None
    shape = first.width / first.height
    if abs(shape - 1) < SHAPE_TOLERANCE:
        return JoinedVideo("lenses")
    nearest = min(ROW_STRIPS, key=lambda row: abs(row - shape))
    if abs(nearest / shape - 1) > SHAPE_TOLERANCE:
        return None
    # Even, as the planes of colour are half as wide.
    return JoinedVideo("rows", 2 * round(ROW_STRIPS[nearest] * first.height / 2))


class JoinedReader:
    """Reads two streams of a file side by side, as `FrameReader` reads one."""

    def __init__(self, first: InputContainer, second: InputContainer, how: JoinedVideo) -> None:
        """Read the streams of one file, which is open twice."""
        one, other = _alike(video_streams(first))[0], _alike(video_streams(second))[1]
        self._first, self._second = FrameReader(first, one), FrameReader(second, other)
        self._how = how

    def read(self, requests: Sequence[FrameRequest]) -> Iterator[FoundFrame]:
        """Yield the answer to each request; none where one of the streams has no frame."""
        for found in self._first.read(requests):
            # The times of key frames are those of the first stream.
            at = FrameRequest(found.time, use=found.request.use)
            (beside,) = self._second.read([at])
            if found.frame is not None and beside.frame is not None:
                yield found._replace(frame=join(found.frame, beside.frame, self._how))
            else:
                yield found._replace(frame=None)


@contextmanager
def frame_reader(
    container: InputContainer, path: str | os.PathLike[str], max_pixels: int | None
) -> Iterator[FrameReader | JoinedReader]:
    """Return the reader of the frames of an open file: of one stream, or of two that are joined."""
    how = joined_video(video_streams(container))
    if how is None:
        yield FrameReader(container)
        return
    with open_media(path) as second:
        limit_frames(second, max_pixels)
        yield JoinedReader(container, second, how)


def join(first: VideoFrame, second: VideoFrame, how: JoinedVideo) -> VideoFrame | None:
    """Join two frames of a size; None if they differ in size, or are to be rotated."""
    if (first.width, first.height) != (second.width, second.height):
        return None
    if frame_orientation(first) != UPRIGHT or frame_orientation(second) != UPRIGHT:
        return None
    if first.format.name not in PLANAR or second.format.name != first.format.name:
        first, second = first.reformat(format=PLANAR[-1]), second.reformat(format=PLANAR[-1])
    joined = VideoFrame(*how.size(first.width, first.height), first.format.name)
    for number, target in enumerate(joined.planes):
        parts = [_plane(frame, number) for frame in (first, second)]
        if how.kind == "rows":
            scale = parts[0].shape[1] / first.width
            parts = [_without_strips(part, first, how.strip, scale) for part in parts]
        whole = np.concatenate(parts, axis=0 if how.kind == "rows" else 1)
        lines = np.zeros((target.height, target.line_size // whole.itemsize), whole.dtype)
        lines[:, : whole.shape[1]] = whole
        target.update(lines.tobytes())
    joined.pts, joined.time_base = first.pts, first.time_base
    joined.color_range, joined.colorspace = first.color_range, first.colorspace
    return joined


def _plane(frame: VideoFrame, number: int) -> Plane:
    """Return a plane `(h, w)` of a planar frame."""
    plane = frame.planes[number]
    bits = frame.format.components[number].bits
    dtype: type[np.unsignedinteger[Any]] = np.uint8 if bits <= 8 else np.uint16
    samples: Plane = np.frombuffer(bytes(plane), dtype)
    return samples.reshape(plane.height, -1)[:, : plane.width]


def _without_strips(plane: Plane, frame: VideoFrame, strip: int, scale: float) -> Plane:
    """Cut the strips beyond the lens boundary out of both faces beside the middle one."""
    if not strip:
        return plane
    width = frame.width
    half = (width - frame.height) // 4  # of a divided face, with its strip
    parts = []
    for begin, end in (
        (0, half - strip),
        (half + strip, width - half - strip),
        (width - half + strip, width),
    ):
        parts.append(plane[:, round(begin * scale) : round(end * scale)])
    return np.concatenate(parts, axis=1)


def _alike(streams: Sequence[VideoStream]) -> list[VideoStream]:
    """Return the streams of the codec and size of the first one."""
    known = [s for s in streams if s.codec_context is not None]
    return [s for s in known if _shape(s) == _shape(known[0])]


def _shape(stream: VideoStream) -> tuple[str, int, int]:
    return stream.codec_context.name, stream.width, stream.height


def _simultaneous(one: VideoStream, other: VideoStream) -> bool:
    """Return whether two streams have one rate, start and duration, as far as it is stated."""
    return one.average_rate == other.average_rate and are_simultaneous(one, other, TOLERANCE_S)
