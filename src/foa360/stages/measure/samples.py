"""Sample the frames of one video for later stages."""

import os
from collections.abc import Sequence

from foa360.core.records import Clip
from foa360.media.frame_reader import FoundFrame, FrameRequest
from foa360.media.frame_store import FrameStoreWriter
from foa360.media.projection import FrameLayout
from foa360.media.sampling import Use
from foa360.media.video import FrameConverter, decoded_frames


class SampledFrames:
    """Frames of a video's clips on their way into the file of sampled frames."""

    def __init__(self, clips: Sequence[Clip], store: FrameStoreWriter) -> None:
        """Request the frames of clips with ascending starts."""
        spans = [(clip.start, clip.duration) for clip in clips]
        self._clip_ids = [clip.clip_id for clip in clips]
        self._store = store
        self._samplings = {sampling.use: sampling for sampling in store.samplings}
        self._schedules = {s.use: s.schedule(spans) for s in store.samplings}
        self._layout: FrameLayout | None = None
        self._converters: dict[Use, FrameConverter] = {}

    @property
    def requests(self) -> list[FrameRequest]:
        """Requests for all frames; their use is a `Use`."""
        return [r for schedule in self._schedules.values() for r in schedule.requests]

    @property
    def layout(self) -> FrameLayout | None:
        """Layout that frames are converted from; None before the first one."""
        return self._layout

    @layout.setter
    def layout(self, layout: FrameLayout) -> None:
        self._layout = layout
        for use, sampling in self._samplings.items():
            self._converters[use] = FrameConverter(sampling.frame_format(layout))

    def add(self, found: FoundFrame) -> None:
        """Store a frame for all clips that share it."""
        use = Use(found.request.use)
        image = None if found.frame is None else self._converters[use](found.frame)
        clip_ids = [self._clip_ids[i] for i in self._schedules[use].spans_of(found.request)]
        self._store.add(clip_ids, self._samplings[use], found.time, image)

    def correct(self, path: str | os.PathLike[str], layout: FrameLayout) -> None:
        """Sample all frames again if they were converted from another layout than the true one."""
        if self._layout in {None, layout}:
            return
        self._store.discard(self._clip_ids)
        self.layout = layout
        for found in decoded_frames(path, self.requests):
            self.add(found)
