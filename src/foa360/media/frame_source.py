"""Sampled frames of clips: from the file that `measure` left, or else decoded once more.

Both give the same JPEG files, so that a stage that runs again long after that file was dropped
writes the same results.
"""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from av.video.frame import VideoFrame

from foa360.core.records import Clip, FetchedVideo, KeptClip
from foa360.media.frame_store import FrameStore, StoredFrame
from foa360.media.images import Image, decode_image
from foa360.media.presence import media_present
from foa360.media.projection import FrameLayout
from foa360.media.sampling import Sampling
from foa360.media.video import FrameConverter, span_frames


class TimedFrame(NamedTuple):
    """A frame `(h, w, 3)`, and the time at which it is shown in the video, s."""

    time: float
    image: Image


class FrameSource:
    """Sampled frames of the clips of a shard, for one use."""

    def __init__(self, sampling: Sampling, store: str | os.PathLike[str] | None = None) -> None:
        """Read from a file of sampled frames where there is one, with the same rates and sizes."""
        self._sampling = sampling
        self._store = None if store is None else FrameStore(store)

    def jpegs(self, video: FetchedVideo, clips: Sequence[KeptClip]) -> Iterator[list[bytes | None]]:
        """Yield the frames of each clip of a video (starts ascending) as JPEG files.

        None where the media have no frame.
        """
        for frames in self._clip_frames(video, clips):
            yield [frame.jpeg for frame in frames]

    def images(
        self, video: FetchedVideo, clips: Sequence[KeptClip]
    ) -> Iterator[tuple[int, TimedFrame]]:
        """Yield the frames of each clip of a video (starts ascending) with the clip's index.

        Nothing where the media have no frame.
        """
        for index, frames in enumerate(self._clip_frames(video, clips)):
            for frame in frames:
                if frame.jpeg is not None:
                    yield index, TimedFrame(frame.time, decode_image(frame.jpeg))

    def _clip_frames(
        self, video: FetchedVideo, clips: Sequence[KeptClip]
    ) -> Iterator[list[StoredFrame]]:
        store = self._store
        if store and store.has(self._sampling, [clip.clip_id for clip in clips]):
            for clip in clips:
                yield store.frames(clip.clip_id, self._sampling.use)
        elif video.video_path is None:
            raise ValueError(f"no video of the kept clips of {video.video_id}")
        else:
            first = clips[0]
            layout = FrameLayout(first.projection, first.stereo, first.bar_rows, first.bar_columns)
            with media_present(video):
                yield from decode_samples(video.video_path, clips, layout, self._sampling)


def decode_samples(
    path: str | os.PathLike[str], clips: Sequence[Clip], layout: FrameLayout, sampling: Sampling
) -> Iterator[list[StoredFrame]]:
    """Yield the sampled frames of each clip (starts ascending), decoded in one pass.

    Parameters
    ----------
    path : path
        Video file.
    clips : sequence of Clip
        Of the file.
    layout : FrameLayout
        How the video holds the sphere.
    sampling : Sampling
        Rate and size of the frames.
    """
    schedule = sampling.schedule([(clip.start, clip.duration) for clip in clips])
    convert = FrameConverter(sampling.frame_format(layout))

    def to_jpeg(frame: VideoFrame) -> bytes:
        return sampling.encode(convert(frame))

    for frames in span_frames(path, schedule, to_jpeg):
        yield [StoredFrame(time, jpeg) for time, jpeg in frames]
