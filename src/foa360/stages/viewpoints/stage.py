"""Stage `viewpoints`: directions of crops and rotated audio, and audio-visual agreement."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foa360.config.viewpoints import Viewpoints
from foa360.core import tables
from foa360.core.records import (
    ClipAgreement,
    Detection,
    KeptClip,
    TrackedObject,
    Viewpoint,
)
from foa360.stages.viewpoints.audio_peaks import audio_peaks
from foa360.stages.viewpoints.choice import ClipContent, clip_viewpoints
from foa360.stages.viewpoints.clip_agreement import clip_agreements, detected_directions
from foa360.stages.viewpoints.measured_directions import measured_directions

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class ViewpointFiles:
    """Inputs and outputs of the stage for one shard."""

    measures: Path  # input: ClipDirections
    kept: Path  # input: KeptClip
    detections: Path  # input: Detection
    objects: Path  # input: TrackedObject
    viewpoints: Path  # output: Viewpoint
    agreement: Path  # output: ClipAgreement


def choose_viewpoints(
    files: ViewpointFiles, settings: Viewpoints, fps: float, seed: int, progress: "Progress"
) -> None:
    """Write the viewpoints of all kept clips of a shard, and how well audio and detections agree.

    Parameters
    ----------
    files : ViewpointFiles
        Tables to read and to write.
    settings : Viewpoints
        Rule, number, field of view and minimum distance of viewpoints.
    fps : float
        Frames per second in which objects were detected; agreement is computed in intervals of
        1/fps.
    seed : int
        Random seed of the workflow.
    progress : Progress
        Reports the videos that are done.
    """
    kept = tables.read(files.kept, KeptClip)
    directions_of = measured_directions(files.measures, kept)
    detections = tables.grouped(tables.read(files.detections, Detection), lambda row: row.clip_id)
    objects = tables.grouped(tables.read(files.objects, TrackedObject), lambda row: row.clip_id)
    clips_of = tables.grouped(kept, lambda clip: clip.video_id)
    min_distance = float(np.radians(settings.min_distance))
    viewpoints: dict[str, list[Viewpoint]] = {}
    agreements: dict[str, ClipAgreement] = {}
    for unsorted in progress(clips_of.values(), len(clips_of), "videos"):
        clips = sorted(unsorted, key=lambda clip: clip.start)
        audio = [directions_of[clip.clip_id] for clip in clips]
        detected = [
            detected_directions(clip, detections.get(clip.clip_id, []), fps) for clip in clips
        ]
        for agreement in clip_agreements(clips, audio, detected, fps):
            agreements[agreement.clip_id] = agreement
        for clip, directions in zip(clips, audio, strict=True):
            peaks = audio_peaks(directions, settings.count, min_distance)
            content = ClipContent(
                detections=detections.get(clip.clip_id, []),
                objects=objects.get(clip.clip_id, []),
                peaks=peaks,
            )
            viewpoints[clip.clip_id] = clip_viewpoints(clip, content, settings, seed)
    in_order = [row for clip in kept for row in viewpoints[clip.clip_id]]
    tables.write(files.agreement, [agreements[clip.clip_id] for clip in kept], ClipAgreement)
    tables.write(files.viewpoints, in_order, Viewpoint)
