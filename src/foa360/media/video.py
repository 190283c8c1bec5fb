"""Video frames at given times, in one pass over a file."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from foa360.media.container import MediaError, limit_frames, open_media
from foa360.media.frame_reader import FoundFrame, FrameRequest
from foa360.media.images import Image
from foa360.media.joined_video import frame_reader
from foa360.media.luminance import luminance
from foa360.media.orientation import UPRIGHT, frame_orientation
from foa360.media.projection import ERP, FrameLayout, erp_size, source_size, to_erp

T = TypeVar("T")

#: Requested times are rounded to this many decimals of a second, so that spans can share frames.
TIME_DECIMALS = 6
#: Position in an interval of the frames of the low-resolution video.
MIDDLE = 0.5


@dataclass(frozen=True)
class FrameFormat:
    """How frames are returned.

    size : (width, height); the video's own size by default.
    gray : luminance only.
    layout : how the video holds the sphere.
    """

    size: tuple[int, int] | None = None
    gray: bool = False
    layout: FrameLayout = ERP


class FrameConverter:
    """Converts decoded frames to images: as they are shown, in the requested size, as ERP."""

    def __init__(self, frame_format: FrameFormat) -> None:
        """Convert all frames to one format."""
        self._format = frame_format
        self._scaler = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> Image:
        """Return a decoded frame as `(h, w, 3)` RGB, or `(h, w)` grey."""
        layout = self._format.layout
        orientation = frame_orientation(frame) or UPRIGHT
        if self._format.gray and self._format.size is None and layout == ERP:
            levels = luminance(frame)
            if levels is not None:
                return orientation.apply(levels)
        native = orientation.size(frame.width, frame.height)
        size = self._format.size or erp_size(layout, *native)
        width, height = orientation.size(*source_size(layout, *size))
        pixels = "gray" if self._format.gray else "rgb24"
        scaled = self._scaler.reformat(
            frame, width, height, pixels, interpolation=Interpolation.AREA
        )
        image = orientation.apply(np.asarray(scaled.to_ndarray(), np.uint8))
        if layout == ERP:
            return image
        return to_erp(image, layout, size, native)


def decoded_frames(
    path: str | os.PathLike[str],
    requests: Iterable[FrameRequest],
    max_pixels: int | None = None,
) -> Iterator[FoundFrame]:
    """Yield the answer to each request, in the order of time, in one pass.

    Frames that are divided between two streams are joined (`foa360.media.joined_video`). The
    decoder takes no frame with more than `max_pixels`, whatever the container states. A frame whose
    display matrix cannot be applied is none.
    Never raises for bad media: at the end come the requests that could not be answered.
    """
    waiting = dict.fromkeys(requests)
    try:
        with open_media(path) as container:
            limit_frames(container, max_pixels)
            with frame_reader(container, path, max_pixels) as reader:
                for found in reader.read(list(waiting)):
                    del waiting[found.request]
                    frame = found.frame
                    is_shown = frame is not None and frame_orientation(frame) is not None
                    yield found if is_shown else found._replace(frame=None)
    except MediaError:
        pass
    for request in waiting:
        yield FoundFrame(request, request.time, None)


def frames_at(
    path: str | os.PathLike[str],
    times: Sequence[float],
    size: tuple[int, int] | None = None,
    gray: bool = False,
    layout: FrameLayout = ERP,
) -> Iterator[Image | None]:
    """Yield the frame that is shown at each time, in order.

    Parameters
    ----------
    path : path
        The media file.
    times : sequence of float
        Seconds, ascending.
    size : (width, height), optional
        Frames are scaled to it; the video's own size by default.
    gray : bool
        Return luminance only.
    layout : FrameLayout
        How the video holds the sphere; everything but monoscopic ERP is converted to it.

    Yields
    ------
    (h, w, 3) RGB or (h, w)
        None where there is no frame: damaged, or outside the video. Never raises for bad media.
    """
    convert = FrameConverter(FrameFormat(size, gray, layout))
    requests = [FrameRequest(time, use=number) for number, time in enumerate(times)]
    for found in decoded_frames(path, requests):
        yield None if found.frame is None else convert(found.frame)


class SpanSchedule:
    """Requests for the frames of spans at a rate; spans that overlap share frames."""

    def __init__(
        self,
        spans: Sequence[tuple[float, float]],
        fps: float,
        *,
        phase: float = 0.0,
        prefer_key_frames: bool = False,
        use: int = 0,
    ) -> None:
        """Lay out one request in each interval of 1/fps: `round(duration * fps)`, at least one.

        Parameters
        ----------
        spans : sequence of (float, float)
            Start and duration, s.
        fps : float
            Frames per second.
        phase : float
            Position of a request in its interval, 0 to 1.
        prefer_key_frames : bool
            Take the first key frame of the rest of the interval, if any.
        use : int
            Of the requests.
        """
        tolerance = (1 - phase) / fps if prefer_key_frames else 0.0
        self.counts: list[int] = []
        self._spans_of: dict[FrameRequest, list[int]] = {}
        for index, (start, duration) in enumerate(spans):
            count = max(1, round(duration * fps))
            self.counts.append(count)
            for i in range(count):
                time = round(start + (i + phase) / fps, TIME_DECIMALS)
                request = FrameRequest(time, tolerance, use)
                self._spans_of.setdefault(request, []).append(index)

    @property
    def requests(self) -> list[FrameRequest]:
        """All requests, each once."""
        return list(self._spans_of)

    def spans_of(self, request: FrameRequest) -> list[int]:
        """Return the indices of the spans that a request is made for."""
        return self._spans_of[request]


def span_frames(
    path: str | os.PathLike[str], schedule: SpanSchedule, convert: Callable[[VideoFrame], T]
) -> Iterator[list[tuple[float, T | None]]]:
    """Yield the frames of each span, in order, in one pass.

    Only the frames of open spans are held, as `convert` returns them.

    Parameters
    ----------
    path : path
        The media file.
    schedule : SpanSchedule
        Spans with ascending starts.
    convert : callable
        Applied to each decoded frame.

    Yields
    ------
    list of (time, converted frame)
        With None where there is no frame.
    """
    frames: list[list[tuple[float, T | None]]] = [[] for _ in schedule.counts]
    current = 0
    for found in decoded_frames(path, schedule.requests):
        converted = None if found.frame is None else convert(found.frame)
        for index in schedule.spans_of(found.request):
            frames[index].append((found.time, converted))
        while current < len(frames) and len(frames[current]) == schedule.counts[current]:
            yield frames[current]
            frames[current] = []
            current += 1
