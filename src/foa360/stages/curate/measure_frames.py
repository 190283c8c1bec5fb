"""Measure the frames of a source video: one pass over the file for all its clips."""

import os
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.media.container import MediaError
from foa360.media.probe import Probe, probe
from foa360.media.video import frames_at
from foa360.stages.curate.measure_layout import layout_evidence
from foa360.stages.curate.measures import (
    FrameMeasures,
    LayoutEvidence,
    MeasuredFrames,
    NotMeasured,
    VideoFile,
)

Image = NDArray[np.uint8]

#: Frames per second that are measured.
SAMPLING_FPS = 2.0
#: Width and height at which brightness and layout are measured, pixels.
SMALL_SIZE = (258, 128)
#: Quantile of the grey levels that stands for the brightness of a frame, without a few lights.
BRIGHTNESS_QUANTILE = 0.98
#: The layout is measured in every so many frames.
LAYOUT_INTERVAL = 4
#: Standard deviation of the grey levels below which a frame shows no layout.
MIN_LAYOUT_CONTRAST = 2
#: Mean squared difference below which two frames at full size are the same (Sphere360).
STATIC_MSE = 5.0


class FrameCollector:
    """Measures of one clip, collected frame by frame."""

    def __init__(self, start: float, end: float, static_mse: float = STATIC_MSE) -> None:
        """Collect from `start` to `end`, s; frames that differ less than `static_mse` are equal."""
        self.start = start
        self.end = end
        self._static_mse = static_mse
        self._expected = 0
        self._decoded = 0
        self._static_pairs = 0
        self._brightness = 0.0
        self._layouts: list[LayoutEvidence] = []
        self._previous: Image | None = None

    def add(self, frame: Image | None) -> None:
        """Add the next frame, `(h, w)` grey; None for a missing one."""
        self._expected += 1
        if frame is None:
            return
        previous = self._previous
        if previous is not None and previous.shape == frame.shape:
            self._static_pairs += mean_squared_difference(previous, frame) < self._static_mse
        self._previous = frame
        small = cv2.resize(frame, SMALL_SIZE, interpolation=cv2.INTER_AREA)
        brightness = float(np.quantile(small, BRIGHTNESS_QUANTILE))
        self._brightness = max(self._brightness, brightness)
        if self._decoded % LAYOUT_INTERVAL == 0 and small.std() > MIN_LAYOUT_CONTRAST:
            self._layouts.append(layout_evidence(small))
        self._decoded += 1

    def finish(self) -> FrameMeasures:
        """Return the measures of all frames, and release the last one."""
        self._previous = None
        static_share = None
        if self._decoded > 1:
            static_share = self._static_pairs / (self._decoded - 1)
        return FrameMeasures(
            expected=self._expected,
            decoded=self._decoded,
            static_share=static_share,
            brightness=self._brightness,
            layouts=tuple(self._layouts),
        )


def measure_frames(
    path: str | os.PathLike[str], spans: Sequence[tuple[float, float]], static_mse: float
) -> MeasuredFrames:
    """Measure the frames of a file in spans (start, duration in seconds, starts ascending).

    Frames with a mean squared difference below `static_mse` are equal.
    """
    try:
        headers = probe(path)
    except MediaError as error:
        failure = NotMeasured(error.reason, error.message)
        return MeasuredFrames(VideoFile(), [failure] * len(spans))
    file = _file_facts(headers)
    if file.codec is None:
        return MeasuredFrames(file, [NotMeasured("no_video")] * len(spans))
    return MeasuredFrames(file, [*_clip_measures(path, spans, static_mse)])


def mean_squared_difference(a: Image, b: Image) -> float:
    """Mean of (a - b)², without the overflow of bytes."""
    return float(cv2.norm(a, b, cv2.NORM_L2SQR)) / a.size


def _clip_measures(
    path: str | os.PathLike[str], spans: Sequence[tuple[float, float]], static_mse: float
) -> Iterator[FrameMeasures]:
    collectors = [FrameCollector(start, start + duration, static_mse) for start, duration in spans]
    times = _frame_times(collectors)
    pending = list(collectors)
    for time, frame in zip(times, frames_at(path, times, gray=True), strict=True):
        while pending and pending[0].end <= time:
            yield pending.pop(0).finish()
        for collector in pending:
            if collector.start > time:
                break
            if time < collector.end:
                collector.add(frame)
    for collector in pending:
        yield collector.finish()


def _frame_times(collectors: Sequence[FrameCollector]) -> list[float]:
    """Return the times of the frames of all clips, ascending and each once."""
    times = set()
    for collector in collectors:
        for time in np.arange(collector.start, collector.end - 1e-6, 1 / SAMPLING_FPS):
            times.add(round(time, 6))
    return sorted(times)


def _file_facts(headers: Probe) -> VideoFile:
    return VideoFile(
        codec=headers.video_codec,
        width=headers.width,
        height=headers.height,
        fps=headers.fps,
        start=headers.video_start,
        duration=headers.video_duration,
        container_duration=headers.duration,
        claimed_projection=headers.claimed_projection,
        claimed_stereo=headers.claimed_stereo,
    )
