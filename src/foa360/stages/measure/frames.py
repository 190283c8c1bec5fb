"""Measure the frames of a video, and sample those of later stages, in one pass over its file."""

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foa360.core.records import Clip
from foa360.media.frame_layout import Witnesses, frame_layout, median_evidence
from foa360.media.frame_store import FrameStoreWriter
from foa360.media.images import Image, shrink
from foa360.media.layout_evidence import layout_evidence
from foa360.media.probe import Probe
from foa360.media.projection import FrameLayout
from foa360.media.video import FrameConverter, FrameFormat, SpanSchedule, decoded_frames
from foa360.stages.measure.measures import FrameMeasures, MeasuredFrames, NotMeasured, VideoFile
from foa360.stages.measure.samples import SampledFrames
from foa360.stages.measure.stillness import blocks, stillness

#: Frames per second that are measured, and the use of their requests, before all others.
SAMPLING_FPS = 2.0
MEASURED = 0
#: Width and height at which brightness and changes are measured, pixels.
SMALL_SIZE = (258, 128)
#: Quantile of the grey levels that stands for the brightness of a frame, without a few lights.
BRIGHTNESS_QUANTILE = 0.98
#: The layout is measured in every so many frames.
LAYOUT_INTERVAL = 10
#: Standard deviation of the grey levels below which a frame shows no layout.
MIN_LAYOUT_CONTRAST = 2


class FrameCollector:
    """Measures of one clip, collected frame by frame."""

    def __init__(self, expected: int) -> None:
        """Begin a clip of so many frames."""
        self.layouts: list[NDArray[np.float32]] = []
        self._expected = expected
        self._received = 0
        self._decoded = 0
        self._brightness = 0.0
        self._blocks: list[Image] = []
        self._stillness = stillness([])

    def add(self, frame: Image | None) -> None:
        """Add the next frame, `(h, w)` grey; None for a missing one. Only blocks are held."""
        self._received += 1
        if frame is not None:
            self._measure(frame)
        if self._received == self._expected:
            self._stillness = stillness(self._blocks)
            self._blocks.clear()

    def _measure(self, frame: Image) -> None:
        small = shrink(frame, SMALL_SIZE)
        self._blocks.append(blocks(small))
        brightness = float(np.quantile(small, BRIGHTNESS_QUANTILE))
        self._brightness = max(self._brightness, brightness)
        if self._decoded % LAYOUT_INTERVAL == 0 and small.std() > MIN_LAYOUT_CONTRAST:
            self.layouts.append(layout_evidence(frame))
        self._decoded += 1

    @property
    def measures(self) -> FrameMeasures:
        """Measures of all frames."""
        return FrameMeasures(
            expected=self._expected,
            decoded=self._decoded,
            stillness=self._stillness,
            brightness=self._brightness,
            layouts=tuple(self.layouts),
        )


def measure_frames(
    path: str | os.PathLike[str],
    headers: Probe,
    clips: Sequence[Clip],
    store: FrameStoreWriter | None = None,
    max_pixels: int | None = None,
) -> MeasuredFrames:
    """Measure the frames of a file in clips with ascending starts.

    Frames for later stages are added to a `store` in the same pass. They are converted to ERP from
    the layout that the first frame and the headers show; where all frames together show another
    one, which is rare, they are read once more.

    Parameters
    ----------
    path : path
        Local video file.
    headers : Probe
        Its headers.
    clips : sequence of Clip
        Of the file.
    store : FrameStoreWriter, optional
        Receives the frames for later stages.
    max_pixels : int, optional
        Of a frame; a video with larger ones is not decoded.
    """
    file = _file_facts(headers)
    obstacle = _obstacle(headers, max_pixels)
    if obstacle is not None:
        return MeasuredFrames(file, [obstacle] * len(clips))
    spans = [(clip.start, clip.duration) for clip in clips]
    measured = SpanSchedule(spans, SAMPLING_FPS, use=MEASURED)
    collectors = [FrameCollector(count) for count in measured.counts]
    samples = None if store is None else SampledFrames(clips, store)
    to_gray = FrameConverter(FrameFormat(gray=True))
    requests = measured.requests if samples is None else measured.requests + samples.requests
    for found in decoded_frames(path, requests, max_pixels):
        if found.request.use == MEASURED:
            image = None if found.frame is None else to_gray(found.frame)
            for index in measured.spans_of(found.request):
                collectors[index].add(image)
        elif samples is not None:
            if samples.layout is None:
                samples.layout = _layout(collectors, file)
            samples.add(found)
    if samples is not None:
        samples.correct(path, _layout(collectors, file))
    return MeasuredFrames(file, [collector.measures for collector in collectors])


def _layout(collectors: Sequence[FrameCollector], file: VideoFile) -> FrameLayout:
    """Layout of a video, as far as its frames have been measured."""
    evidence = median_evidence([layout for c in collectors for layout in c.layouts])
    witnesses = Witnesses(file.claimed_projection, file.claimed_stereo, file.joined)
    return frame_layout(evidence, witnesses).layout


def _obstacle(headers: Probe, max_pixels: int | None) -> NotMeasured | None:
    """Return why frames of a file cannot be used, as far as the headers tell."""
    if "video" in headers.encrypted:
        return NotMeasured("drm", "the video is encrypted")
    if headers.video_codec is None:
        return NotMeasured("no_video")
    if headers.is_larger_than(max_pixels):
        return NotMeasured("frame_too_large", f"{headers.width} by {headers.height} pixels")
    if not headers.is_orientable:
        return NotMeasured("display_matrix")
    return None


def _file_facts(headers: Probe) -> VideoFile:
    return VideoFile(
        codec=headers.video_codec,
        width=headers.width,
        height=headers.height,
        fps=headers.fps,
        start=headers.video_start,
        duration=headers.video_duration,
        container_duration=headers.duration,
        parts=headers.parts,
        streams=headers.video_streams.count(headers.video_streams[0])
        if headers.video_streams
        else 0,
        joined=headers.video_joined,
        claimed_projection=headers.claimed_projection,
        claimed_stereo=headers.claimed_stereo,
        claimed_transform=headers.claimed_transform,
    )
