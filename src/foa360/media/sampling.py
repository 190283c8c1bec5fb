"""Which frames of a clip are kept for later stages: times, size and JPEG quality."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from foa360.media.images import Image, encode_jpeg
from foa360.media.projection import FrameLayout
from foa360.media.video import MIDDLE, FrameFormat, SpanSchedule


class Use(IntEnum):
    """Use of sampled frames; also the order of requests for one time, after measured frames."""

    DETECTION = 1
    LOW_RESOLUTION = 2


#: Quality of the JPEG files, 0 to 100. That of detection changes most scores by less than 0.01
#: (docs/detection.md); a clip of low-resolution video takes about half a megabyte
#: (docs/features.md).
QUALITY = {Use.DETECTION: 98, Use.LOW_RESOLUTION: 70}


class Sampling(NamedTuple):
    """Rate and size of the frames for one use.

    use : detection takes the key frame of an interval of 1/fps if there is one, else its first
        frame; the low-resolution video has the frames in the middle of intervals.
    fps : frames per second.
    width : pixels; the height is half of it.
    """

    use: Use
    fps: float
    width: int

    def encode(self, image: Image) -> bytes:
        """Return the JPEG file of a frame `(h, w, 3)`; networks are sensitive to colours."""
        return encode_jpeg(image, QUALITY[self.use], full_colour=self.use is Use.DETECTION)

    def schedule(self, spans: Sequence[tuple[float, float]]) -> SpanSchedule:
        """Request the frames of spans (start and duration, s)."""
        if self.use is Use.DETECTION:
            return SpanSchedule(spans, self.fps, prefer_key_frames=True, use=self.use)
        return SpanSchedule(spans, self.fps, phase=MIDDLE, use=self.use)

    def frame_format(self, layout: FrameLayout) -> FrameFormat:
        """Return the size of frames of a video with a layout, as ERP."""
        return FrameFormat((self.width, self.width // 2), layout=layout)
