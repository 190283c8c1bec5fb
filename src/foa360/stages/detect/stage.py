"""Stage `detect`: boxes of the network in the frames of the kept clips of one shard."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from foa360.config.detect import Detect
from foa360.core import tables
from foa360.core.partial import PartialResults
from foa360.core.records import Box, FetchedVideo, KeptClip
from foa360.media.detector_images import DetectorImages
from foa360.media.frame_source import FrameSource, TimedFrame
from foa360.media.images import Image
from foa360.stages.detect.frame_boxes import frame_boxes
from foa360.stages.detect.sampling import detection_sampling
from foa360.stages.detect.yolo import Detector, ImageDetections

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class DetectFiles:
    """Inputs and output of the stage for one shard."""

    fetch: Path  # input: FetchedVideo
    kept: Path  # input: KeptClip
    frames: Path | None  # input: sampled frames; None to decode them again
    boxes: Path  # output: Box


class ClipTime(NamedTuple):
    """A frame: its clip, and the time within the clip, s."""

    clip: KeptClip
    time: float


def detect_shard(
    files: DetectFiles,
    settings: Detect,
    version: str,
    progress: "Progress",
) -> None:
    """Write the boxes in the frames of a shard with scores above `settings.stored_threshold`.

    Clips are in the order of the plan. The frames of a video are read once for all its clips. The
    boxes of finished videos outlast an interruption: a shard can take hours. Raises WeightsError
    before any work.

    Parameters
    ----------
    files : DetectFiles
        Tables to read and to write.
    settings : Detect
        Section `detect` of the configuration.
    version : str
        Digest of the code, the settings and the content of the weights. Boxes of an interrupted job
        of another version are not used.
    progress : Progress
        Reports the videos that are done.
    """
    network = Network(settings)
    frames = FrameSource(detection_sampling(settings), files.frames)
    videos = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
    partial = PartialResults(files.boxes, Box, version)
    kept = tables.read(files.kept, KeptClip)
    clips_of = tables.grouped(kept, lambda clip: clip.video_id)
    found: dict[str, pd.DataFrame] = {}
    for video_id, clips in progress(clips_of.items(), len(clips_of), "videos"):
        video = videos[video_id]
        part = [video.video_path, video.video_sha256, video.video_bytes, _spans(clips)]
        of_video = partial.load(part)
        if of_video is None:
            in_order = sorted(clips, key=lambda clip: clip.start)
            of_video = [*network(in_order, frames.images(video, in_order))]
            partial.save(part, of_video)
        for clip_id, of_clip in tables.grouped(of_video, lambda box: box.clip_id).items():
            # A shard of `tangent` can have two million boxes, too many as records.
            found[clip_id] = pd.DataFrame(of_clip)
    planned_order = [found[clip.clip_id] for clip in kept if clip.clip_id in found]
    tables.write_frame(files.boxes, _joined(planned_order), Box)
    partial.clear()


def _joined(tables_of_boxes: list[pd.DataFrame]) -> pd.DataFrame:
    """Join tables, which may be none, below one another."""
    if not tables_of_boxes:
        return pd.DataFrame(columns=[column.name for column in tables.columns(Box)])
    return pd.concat(tables_of_boxes)


def _spans(clips: list[KeptClip]) -> list[list[str | float]]:
    """Everything about clips that their boxes depend on."""
    return [
        [c.clip_id, c.start, c.duration, c.projection, c.stereo, c.bar_rows, c.bar_columns]
        for c in clips
    ]


class Network:
    """A detector as the settings describe it."""

    def __init__(self, settings: Detect) -> None:
        """Load the weights; raises WeightsError."""
        self._detector = Detector(settings.weights, settings.backend, settings.weights_sha256)
        self._images_of = DetectorImages(settings.mode, settings.image_size)
        self._threshold = settings.stored_threshold

    def __call__(
        self, clips: list[KeptClip], frames: Iterator[tuple[int, TimedFrame]]
    ) -> Iterator[Box]:
        """Yield the boxes in the frames of a video's clips; frames name the index of their clip."""
        tagged = _tagged(clips, frames)
        for frame, images in frame_boxes(self._detector, self._images_of, tagged, self._threshold):
            for view, found in enumerate(images):
                yield from _rows(frame, view, found)


def _tagged(
    clips: list[KeptClip], frames: Iterator[tuple[int, TimedFrame]]
) -> Iterator[tuple[ClipTime, Image]]:
    """Yield each frame with its clip and its time within that clip."""
    for number, frame in frames:
        clip = clips[number]
        yield ClipTime(clip, frame.time - clip.start), frame.image


def _rows(frame: ClipTime, view: int, found: ImageDetections) -> Iterator[Box]:
    """Yield the boxes in one image of a frame as records."""
    for edges, score, label in zip(found.boxes, found.scores, found.labels, strict=True):
        left, top, right, bottom = edges.tolist()
        yield Box(
            clip_id=frame.clip.clip_id,
            video_id=frame.clip.video_id,
            time=frame.time,
            view=view,
            label=label,
            score=float(score),
            left=left,
            top=top,
            right=right,
            bottom=bottom,
        )
