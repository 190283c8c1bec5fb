"""Agreement of the clips of one video, and their vote on the order of its channels."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.direction_map import interval_count
from foa360.core.records import Clip, ClipAgreement, Detection
from foa360.sphere.axes import channel_axes
from foa360.sphere.directions import to_vector
from foa360.stages.viewpoints.agreement import (
    DetectedDirections,
    agreement,
    audio_delay,
    log_likelihood,
)

#: A vote for other axes than those in use must gain more than this, nats.
MIN_AXES_GAIN_NATS = 0.1
#: Clips with audio and detections that a vote needs.
MIN_VOTING_CLIPS = 3
#: Detections this shortly before the end of an interval belong to the next one, intervals.
TIME_TOLERANCE = 1e-6


def detected_directions(
    clip: Clip, detections: Sequence[Detection], fps: float
) -> list[DetectedDirections]:
    """Sort a clip's detections into intervals of 1/fps."""
    count = interval_count(clip.duration, fps)
    intervals: list[list[Detection]] = [[] for _ in range(count)]
    for detection in detections:
        index = int(detection.time * fps + TIME_TOLERANCE)
        intervals[min(max(index, 0), count - 1)].append(detection)
    return [_directions(interval) for interval in intervals]


def _directions(detections: Sequence[Detection]) -> DetectedDirections:
    azimuths = np.array([detection.azimuth for detection in detections], float)
    elevations = np.array([detection.elevation for detection in detections], float)
    scores = np.array([detection.score for detection in detections], float)
    return DetectedDirections(to_vector(azimuths, elevations), scores)


def clip_agreements(
    clips: Sequence[Clip],
    audio: Sequence[Floats],
    detected: Sequence[Sequence[DetectedDirections]],
    fps: float,
) -> list[ClipAgreement]:
    """Compute the agreement of one video's clips; all vote on the order of its channels.

    Parameters
    ----------
    clips : sequence
        Clips of the video.
    audio : sequence
        Directions of audio `(intervals, CELLS)` of each clip.
    detected : sequence
        Directions of detections of each clip, in each interval.
    fps : float
        Intervals per second.
    """
    names, matrices = channel_axes()
    votes, voters = np.zeros(len(names)), 0
    rows = []
    for clip, directions, objects in zip(clips, audio, detected, strict=True):
        row = ClipAgreement(clip_id=clip.clip_id, video_id=clip.video_id)
        found = agreement(directions, objects)
        if found is not None:
            fits = log_likelihood(directions, objects, matrices)
            votes += fits
            voters += 1
            row = replace(
                row,
                agreement=found.gain,
                chance=found.chance,
                yaw_offset=found.yaw_offset,
                delay=audio_delay(directions, objects, fps),
                axes_fits=(fits - fits[0]).tolist(),
            )
        rows.append(row)
    if voters < MIN_VOTING_CLIPS:
        return rows
    gain = float((votes.max() - votes[0]) / voters)
    axes = names[int(votes.argmax())] if gain > MIN_AXES_GAIN_NATS else names[0]
    return [replace(row, axes=axes, axes_gain=gain, axes_votes=voters) for row in rows]
