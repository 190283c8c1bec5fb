"""Pictures at given times, from one pass over a file."""

import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from foa360.media.container import MediaError, opened
from foa360.media.frame_reader import PictureReader
from foa360.media.projection import (
    ERP,
    Layout,
    erp_size,
    source_size,
    to_erp,
)

Image = NDArray[np.uint8]


class Shown(NamedTuple):
    """A picture, and when it is shown, s."""

    time: float
    image: Image


def frames_at(
    path: str | os.PathLike[str],
    times: Sequence[float],
    size: tuple[int, int] | None = None,
    gray: bool = False,
    layout: Layout = ERP,
) -> Iterator[Image | None]:
    """The picture that is shown at each time (seconds, ascending), in order.

    Parameters
    ----------
    size : (width, height), optional
        Scaled to; the video's own size otherwise.
    gray : bool
        Brightness only.
    layout : Layout
        How the video holds the sphere; what is not ERP of one eye is converted.

    Yields
    ------
    (h, w, 3) RGB or (h, w)
        None where there is no picture: damaged, or outside the video. Never raises for bad media.
    """
    for shown in _shown(path, times, 0.0, size, gray, layout):
        yield shown and shown.image


def clip_frames(
    path: str | os.PathLike[str],
    spans: Sequence[tuple[float, float]],
    fps: float,
    size: tuple[int, int] | None = None,
    layout: Layout = ERP,
) -> Iterator[list[Image | None]]:
    """Pictures of each span (start, duration in seconds, starts ascending), in order, one pass.

    They are those in the middle of intervals of 1/fps: `round(duration * fps)` a span, at least
    one. Only the pictures of spans that are open are held.
    """
    got: list[list[Image | None]] = [[] for _ in spans]
    counts = [len(times) for times in _times(spans, fps, 0.5)]
    ready = 0
    for number, shown in _spread(path, spans, fps, 0.5, 0.0, size, layout):
        got[number].append(shown and shown.image)
        while ready < len(spans) and len(got[ready]) == counts[ready]:
            yield got[ready]
            got[ready] = []
            ready += 1


def sampled_frames(
    path: str | os.PathLike[str],
    spans: Sequence[tuple[float, float]],
    fps: float,
    size: tuple[int, int] | None = None,
    layout: Layout = ERP,
) -> Iterator[tuple[int, Shown]]:
    """From each interval of 1/fps of the spans the picture that costs least to decode.

    That is a key frame, or else about the first one that others refer to. Yields the number of the
    span and the picture, in the order of time, one at a time; where there is none, nothing.
    """
    for number, shown in _spread(path, spans, fps, 0.0, 1 / fps, size, layout):
        if shown is not None:
            yield number, shown


def _times(spans: Sequence[tuple[float, float]], fps: float, phase: float) -> list[list[float]]:
    """Wanted times of each span."""
    return [
        [round(s + (i + phase) / fps, 6) for i in range(max(1, round(d * fps)))] for s, d in spans
    ]


def _spread(
    path: str | os.PathLike[str],
    spans: Sequence[tuple[float, float]],
    fps: float,
    phase: float,
    slack: float,
    size: tuple[int, int] | None,
    layout: Layout,
) -> Iterator[tuple[int, Shown | None]]:
    """Pictures with the number of their span; those that spans share come once for each."""
    users: dict[float, list[int]] = {}
    for number, times in enumerate(_times(spans, fps, phase)):
        for time in times:
            users.setdefault(time, []).append(number)
    wanted = sorted(users)
    pictures = _shown(path, wanted, slack, size, False, layout)
    for time, shown in zip(wanted, pictures, strict=True):
        for number in users[time]:
            yield number, shown


def _shown(
    path: str | os.PathLike[str],
    times: Sequence[float],
    slack: float,
    size: tuple[int, int] | None,
    gray: bool,
    layout: Layout,
) -> Iterator[Shown | None]:
    done = 0
    scaler = VideoReformatter()
    try:
        with opened(path) as container:
            for time, frame in PictureReader(container, slack).at(times):
                image = _convert(scaler, frame, size, gray, layout) if frame else None
                yield Shown(time, image) if image is not None else None
                done += 1
    except MediaError:
        pass
    for _ in times[done:]:
        yield None


def _convert(
    scaler: Any, frame: Any, size: tuple[int, int] | None, gray: bool, layout: Layout
) -> Image:
    quarters = round(frame.rotation / 90) % 4  # it is shown turned counter-clockwise

    def upright(wide: int, tall: int) -> tuple[int, int]:
        return (tall, wide) if quarters % 2 else (wide, tall)

    native = upright(frame.width, frame.height)
    width, height = size or erp_size(layout, *native)
    converted = scaler.reformat(
        frame, *upright(*source_size(layout, width, height)), "gray" if gray else "rgb24",
        interpolation=Interpolation.AREA,
    )  # fmt: skip
    picture = np.rot90(np.asarray(converted.to_ndarray(), np.uint8), quarters)
    picture = np.ascontiguousarray(picture)
    return picture if layout == ERP else to_erp(picture, layout, width, height, native)
