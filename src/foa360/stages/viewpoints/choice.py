"""Choose the viewpoints of one clip.

The rule `spread` takes objects, by score, then the strongest directions of the audio, then seeded
random directions. `wang2022` takes the detections in the middle frame by score, then random
directions (Wang et al. 2022); `random` takes random directions only (the baseline of Morgado et
al. 2020). All keep a minimum distance from those before them.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from foa360.config.viewpoints import Viewpoints
from foa360.core.records import Clip, Detection, TrackedObject, Viewpoint
from foa360.sphere.separated import separated_directions
from foa360.stages.viewpoints.audio_peaks import AudioPeak

#: Elevations of random viewpoints, rad: 0.33 to 0.66 of the frame's height (Morgado et al. 2020).
MIN_RANDOM_ELEVATION = np.radians(-28.8)
MAX_RANDOM_ELEVATION = np.radians(30.6)
#: Random directions over which the minimum distance is relaxed to nothing.
RELAXATION_DRAWS = 200


class Candidate(NamedTuple):
    """A direction that may become a viewpoint; angles in radians."""

    azimuth: float
    elevation: float
    origin: str
    label: str | None = None
    score: float | None = None


class ClipContent(NamedTuple):
    """Detections, objects and audio of a clip, from which candidates are taken."""

    detections: Sequence[Detection]
    objects: Sequence[TrackedObject]
    peaks: Sequence[AudioPeak]


def clip_viewpoints(
    clip: Clip, content: ClipContent, settings: Viewpoints, seed: int
) -> list[Viewpoint]:
    """Choose the viewpoints of one clip, best first.

    Parameters
    ----------
    clip : Clip
        A kept clip.
    content : ClipContent
        Its detections, objects, best first, and audio peaks, strongest first.
    settings : Viewpoints
        Rule, number, field of view and minimum distance.
    seed : int
        Random seed; random directions depend on it and on the clip's id.
    """
    preferred = _preferred(clip, content, settings.rule)
    # Enough random directions without a minimum distance that the number is always reached.
    random = _random_candidates(clip, seed, RELAXATION_DRAWS + settings.count)
    relaxation = np.maximum(0.0, 1 - np.arange(len(random)) / RELAXATION_DRAWS)
    factor = np.concatenate([np.ones(len(preferred)), relaxation])
    candidates = preferred + random
    directions = [(candidate.azimuth, candidate.elevation) for candidate in candidates]
    min_distance = np.radians(settings.min_distance) * factor
    chosen = separated_directions(directions, settings.count, min_distance)
    return [
        Viewpoint(
            clip_id=clip.clip_id,
            video_id=clip.video_id,
            index=index,
            fov=float(np.radians(settings.fov)),
            **candidates[position]._asdict(),
        )
        for index, position in enumerate(chosen)
    ]


def _preferred(clip: Clip, content: ClipContent, rule: str) -> list[Candidate]:
    """Candidates that depend on the clip's content, in order of preference."""
    objects: Sequence[Detection | TrackedObject] = []
    peaks: Sequence[AudioPeak] = []
    if rule == "wang2022":
        objects = _middle_detections(clip, content.detections)
    elif rule == "spread":
        objects = content.objects
        peaks = content.peaks
    candidates = [Candidate(o.azimuth, o.elevation, "object", o.label, o.score) for o in objects]
    for peak in peaks:
        candidates.append(Candidate(peak.azimuth, peak.elevation, "audio", score=peak.share))
    return candidates


def _middle_detections(clip: Clip, detections: Sequence[Detection]) -> list[Detection]:
    """Select the detections in the frame nearest to the middle of a clip, best first."""
    times = sorted({detection.time for detection in detections})
    if not times:
        return []
    middle = min(times, key=lambda time: abs(time - clip.duration / 2))
    of_frame = [detection for detection in detections if detection.time == middle]
    return sorted(of_frame, key=lambda detection: -detection.score)


def _random_candidates(clip: Clip, seed: int, count: int) -> list[Candidate]:
    """Random directions that depend on clip and seed alone."""
    digest = hashlib.sha256(f"{seed}/{clip.clip_id}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8], "little"))
    low = [MIN_RANDOM_ELEVATION, -np.pi]
    high = [MAX_RANDOM_ELEVATION, np.pi]
    drawn = random.uniform(low, high, (count, 2)).tolist()
    return [Candidate(azimuth, elevation, "random") for elevation, azimuth in drawn]
