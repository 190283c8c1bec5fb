"""Pictures at given times, from one sequential decode of a file."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from foa360.media.container import MediaError, opened, origin, packets, video_stream
from foa360.media.projection import ERP, Layout, erp_size, source_size, to_erp

Image = NDArray[np.uint8]

#: A jump over more than this many seconds is worth a seek.
FAR = 15.0
#: A wanted time may lie this much behind the last picture, s.
BEHIND = 0.25
#: Decoder threads; fixed, so that damaged streams decode the same everywhere.
THREADS = 2


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
    done = 0
    try:
        with opened(path) as container:
            for picture in _decode(container, times, size, gray, layout):
                yield picture
                done += 1
    except MediaError:
        pass
    for _ in times[done:]:
        yield None


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
    step = 1 / fps
    own = [[s + (i + 0.5) * step for i in range(max(1, round(d * fps)))] for s, d in spans]
    wanted = sorted({round(t, 6) for times in own for t in times})
    left = [{round(t, 6) for t in times} for times in own]
    got: list[list[Image | None]] = [[] for _ in spans]
    ready = 0
    for time, frame in zip(wanted, frames_at(path, wanted, size, layout=layout), strict=True):
        for i in range(ready, len(spans)):
            if own[i][0] > time + step:
                break
            if time in left[i]:
                left[i].discard(time)
                got[i].append(frame)
        while ready < len(spans) and not left[ready]:
            yield got[ready]
            got[ready] = []
            ready += 1


def _decode(
    container: Any,
    times: Sequence[float],
    size: tuple[int, int] | None,
    gray: bool,
    layout: Layout,
) -> Iterator[Image | None]:
    stream = video_stream(container)
    if stream is None or stream.codec_context is None:
        raise MediaError("no_video", "no video stream")
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = THREADS
    half = 0.5 / float(stream.average_rate or 25)
    scaler = VideoReformatter()
    waiting = list(times)
    shown, zero, begin, sought = None, origin(container), 0.0, -FAR
    while waiting:
        if waiting[0] > begin + FAR:
            sought = waiting[0]
            with suppress(FFmpegError):  # without an index it is read on to there
                container.seek(int((sought + zero - 1) * 1e6), backward=True)
                shown = None
        jump = False
        for frames, _ in packets(container, stream):
            for frame in frames:
                if frame.pts is None or frame.is_corrupt:
                    continue
                begin = float(frame.pts * frame.time_base) - zero
                while waiting and begin > waiting[0] + half:
                    # Before the first picture it is the first one that is shown.
                    yield _convert(scaler, shown or frame, size, gray, layout)
                    waiting.pop(0)
                shown = frame
            jump = bool(waiting) and waiting[0] > max(begin, sought) + FAR
            if jump or not waiting:
                break
        if not jump:
            break
    for time in waiting:
        inside = shown is not None and time <= begin + 2 * half + BEHIND
        yield _convert(scaler, shown, size, gray, layout) if inside else None


def _convert(
    scaler: Any, frame: Any, size: tuple[int, int] | None, gray: bool, layout: Layout
) -> Image:
    native = frame.width, frame.height
    width, height = size or erp_size(layout, *native)
    converted = scaler.reformat(
        frame, *source_size(layout, width, height), "gray" if gray else "rgb24",
        interpolation=Interpolation.AREA,
    )  # fmt: skip
    picture = np.asarray(converted.to_ndarray(), np.uint8)
    return picture if layout == ERP else to_erp(picture, layout, width, height, native)
