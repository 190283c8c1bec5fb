"""Video frames at given times, in one pass over a file."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from foa360.media.container import MediaError, open_media
from foa360.media.frame_reader import FrameReader
from foa360.media.images import Image
from foa360.media.projection import ERP, FrameLayout, erp_size, source_size, to_erp

#: Requested times are rounded to this many decimals of a second, so that spans can share frames.
TIME_DECIMALS = 6


class TimedFrame(NamedTuple):
    """A frame `(h, w, 3)` or `(h, w)`, and the time at which it is shown, s."""

    time: float
    image: Image


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
    for found in _frames(path, times, FrameFormat(size, gray, layout)):
        yield None if found is None else found.image


def clip_frames(
    path: str | os.PathLike[str],
    spans: Sequence[tuple[float, float]],
    fps: float,
    size: tuple[int, int] | None = None,
    layout: FrameLayout = ERP,
) -> Iterator[list[Image | None]]:
    """Yield the frames of each span, in order, in one pass.

    The frames are those in the middle of intervals of 1/fps: `round(duration * fps)` per span, at
    least one. Only the frames of open spans are held.

    Parameters
    ----------
    path : path
        The media file.
    spans : sequence of (float, float)
        Start and duration, s; starts ascending.
    fps : float
        Frames per second.
    size : (width, height), optional
        Frames are scaled to it; the video's own size by default.
    layout : FrameLayout
        How the video holds the sphere; everything but monoscopic ERP is converted to it.

    Yields
    ------
    list of (h, w, 3) RGB
        With None where there is no frame.
    """
    schedule = _schedule(spans, fps, phase=0.5)
    frames: list[list[Image | None]] = [[] for _ in spans]
    current = 0
    for index, found in _span_frames(path, schedule, FrameFormat(size, layout=layout)):
        frames[index].append(None if found is None else found.image)
        while current < len(spans) and len(frames[current]) == len(schedule[current]):
            yield frames[current]
            frames[current] = []
            current += 1


def sampled_frames(
    path: str | os.PathLike[str],
    spans: Sequence[tuple[float, float]],
    fps: float,
    size: tuple[int, int] | None = None,
    layout: FrameLayout = ERP,
) -> Iterator[tuple[int, TimedFrame]]:
    """Yield from each interval of 1/fps of the spans the frame that costs least to decode.

    That is a key frame, or else about the first one that other frames depend on.

    Parameters
    ----------
    path : path
        The media file.
    spans : sequence of (float, float)
        Start and duration, s; starts ascending.
    fps : float
        Intervals per second.
    size : (width, height), optional
        Frames are scaled to it; the video's own size by default.
    layout : FrameLayout
        How the video holds the sphere; everything but monoscopic ERP is converted to it.

    Yields
    ------
    (int, TimedFrame)
        Index of the span and RGB frame, in the order of time; nothing where there is no frame.
    """
    schedule = _schedule(spans, fps, phase=0.0)
    frame_format = FrameFormat(size, layout=layout)
    for index, found in _span_frames(path, schedule, frame_format, tolerance=1 / fps):
        if found is not None:
            yield index, found


def _schedule(spans: Sequence[tuple[float, float]], fps: float, phase: float) -> list[list[float]]:
    """Return the requested times of each span; `phase` is the position in an interval, 0 to 1."""
    schedule = []
    for start, duration in spans:
        count = max(1, round(duration * fps))
        schedule.append([round(start + (i + phase) / fps, TIME_DECIMALS) for i in range(count)])
    return schedule


def _span_frames(
    path: str | os.PathLike[str],
    schedule: list[list[float]],
    frame_format: FrameFormat,
    tolerance: float = 0.0,
) -> Iterator[tuple[int, TimedFrame | None]]:
    """Yield frames with the index of their span; a frame that spans share comes once for each."""
    users: dict[float, list[int]] = {}
    for index, times in enumerate(schedule):
        for time in times:
            users.setdefault(time, []).append(index)
    requested = sorted(users)
    frames = _frames(path, requested, frame_format, tolerance)
    for time, found in zip(requested, frames, strict=True):
        for index in users[time]:
            yield index, found


def _frames(
    path: str | os.PathLike[str],
    times: Sequence[float],
    frame_format: FrameFormat,
    tolerance: float = 0.0,
) -> Iterator[TimedFrame | None]:
    """Yield the frame of each time, at most `tolerance` (s) later; None where there is none."""
    done = 0
    scaler = VideoReformatter()
    try:
        with open_media(path) as container:
            for found in FrameReader(container, tolerance).at(times):
                if found is None:
                    yield None
                else:
                    yield TimedFrame(found.time, _convert(scaler, found.frame, frame_format))
                done += 1
    except MediaError:
        pass
    for _ in times[done:]:
        yield None


def _convert(scaler: VideoReformatter, frame: VideoFrame, frame_format: FrameFormat) -> Image:
    """Return a decoded frame upright, in the requested size, as ERP."""
    layout = frame_format.layout
    quarter_turns = round(frame.rotation / 90) % 4  # counter-clockwise
    native = _swapped((frame.width, frame.height), quarter_turns)
    size = frame_format.size or erp_size(layout, *native)
    width, height = _swapped(source_size(layout, *size), quarter_turns)
    pixel_format = "gray" if frame_format.gray else "rgb24"
    scaled = scaler.reformat(frame, width, height, pixel_format, interpolation=Interpolation.AREA)
    image = np.asarray(scaled.to_ndarray(), np.uint8)
    image = np.ascontiguousarray(np.rot90(image, quarter_turns))
    if layout == ERP:
        return image
    return to_erp(image, layout, size, native)


def _swapped(size: tuple[int, int], quarter_turns: int) -> tuple[int, int]:
    """Return a size as it is after a rotation by quarter turns."""
    width, height = size
    if quarter_turns % 2:
        return height, width
    return width, height
