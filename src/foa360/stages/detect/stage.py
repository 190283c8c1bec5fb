"""Stage `detect`: objects in the kept clips of one shard."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.detect import Detect
from foa360.core import tables
from foa360.core.partial import PartialResults
from foa360.core.records import CuratedClip, Detection, FetchedVideo, TrackedObject
from foa360.media.images import Image
from foa360.media.presence import media_present
from foa360.media.projection import ERP, FrameLayout
from foa360.media.video import sampled_frames
from foa360.stages.detect.boxes import sphere_to_erp
from foa360.stages.detect.merge import FrameDetections
from foa360.stages.detect.sphere_detector import SphereDetector
from foa360.stages.detect.tracks import UNTRACKED, summarize_objects, track
from foa360.stages.detect.yolo import Detector

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class DetectFiles:
    """Inputs and outputs of the stage for one shard."""

    fetch: Path  # input: FetchedVideo
    curation: Path  # input: CuratedClip
    detections: Path  # output: Detection
    objects: Path  # output: TrackedObject


def detect_shard(files: DetectFiles, settings: Detect, version: str, progress: "Progress") -> None:
    """Write the detections of a shard, one row per box, and the objects that they form.

    Clips are in the order of the plan. Each video is read once for all its clips. The detections of
    finished videos outlast an interruption: a shard can take hours. Raises WeightsError before any
    work.

    Parameters
    ----------
    files : DetectFiles
        Tables to read and to write.
    settings : Detect
        Section `detect` of the configuration.
    version : str
        Digest of the code, the settings and the content of the weights. Detections of an
        interrupted job of another version are not used.
    progress : Progress
        Reports the videos that are done.
    """
    detector = SphereDetector(
        Detector(settings.weights, settings.confidence, settings.backend),
        settings.mode,
        settings.image_size,
    )
    videos = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
    partial = PartialResults(files.detections, Detection, version)
    kept = tables.read(files.curation, CuratedClip, verdict="kept")
    clips_of = tables.grouped(kept, lambda clip: clip.video_id)
    found: dict[str, list[Detection]] = {clip.clip_id: [] for clip in kept}
    for video_id, clips in progress(clips_of.items(), len(clips_of), "videos"):
        video = videos[video_id]
        if video.video_path is None:
            raise ValueError(f"{files.fetch}: no video of the kept clips of {video_id}")
        part = [video.video_path, video.video_sha256, video.video_bytes, _spans(clips)]
        of_video = partial.load(part)
        if of_video is None:
            with media_present(video):
                of_video = [*_detect_video(detector, video.video_path, clips, settings.fps)]
            partial.save(part, of_video)
        for detection in of_video:
            found[detection.clip_id].append(detection)
    detections: list[Detection] = []
    objects: list[TrackedObject] = []
    for of_clip in found.values():
        numbers = track(of_clip)
        numbered = [replace(d, object=n) for d, n in zip(of_clip, numbers, strict=True)]
        detections += numbered
        objects += summarize_objects(numbered)
    tables.write(files.objects, objects, TrackedObject)
    tables.write(files.detections, detections, Detection)
    partial.clear()


def _spans(clips: list[CuratedClip]) -> list[list[str | float | None]]:
    """Everything about clips that their detections depend on."""
    return [[c.clip_id, c.start, c.duration, c.projection, c.stereo] for c in clips]


def _detect_video(
    detector: SphereDetector, path: str, clips: list[CuratedClip], fps: float
) -> Iterator[Detection]:
    """Yield the detections of one video's clips, in the order of time."""
    clips = sorted(clips, key=lambda clip: clip.start)
    layout = FrameLayout(clips[0].projection or ERP.projection, clips[0].stereo or ERP.stereo)
    size = (detector.frame_width, detector.frame_width // 2)

    def frames() -> Iterator[tuple[tuple[CuratedClip, float], Image]]:
        spans = [(clip.start, clip.duration) for clip in clips]
        for number, frame in sampled_frames(path, spans, fps, size, layout):
            clip = clips[number]
            yield (clip, frame.time - clip.start), frame.image

    for (clip, time), found in detector(frames()):
        yield from _rows(clip, time, found)


def _rows(clip: CuratedClip, time: float, found: FrameDetections) -> Iterator[Detection]:
    """Yield the detections of one frame as records; `time` is that within the clip, s."""
    edges = sphere_to_erp(found.boxes) if found.erp is None else found.erp
    for i, label in enumerate(found.labels):
        azimuth, elevation, h_fov, v_fov = found.boxes[i].tolist()
        left, top, right, bottom = edges[i].tolist()
        yield Detection(
            clip_id=clip.clip_id,
            video_id=clip.video_id,
            time=time,
            label=label,
            score=float(found.scores[i]),
            azimuth=azimuth,
            elevation=elevation,
            h_fov=h_fov,
            v_fov=v_fov,
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            object=UNTRACKED,
        )
