"""Track the detections of a clip over time: tracks become objects."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from foa360.core import tables
from foa360.core.records import Detection, TrackedObject
from foa360.sphere.directions import angular_distance, to_direction, to_vector

#: Number of an object that a detection has before it is tracked.
UNTRACKED = -1
#: Distance within which the next detection of an object is expected, rad: at once, its increase
#: per second, and at most.
INITIAL_REACH = np.radians(10.0)
REACH_PER_S = np.radians(15.0)
MAX_REACH = np.radians(40.0)
#: Cost of an assignment that is not allowed; angles are at most π.
FORBIDDEN_COST = 10.0


def track(detections: Sequence[Detection]) -> list[int]:
    """Assign the detections of a clip to objects; returns the object's number for each.

    From one frame to the next, detections of a class are assigned to the objects of that class so
    that the sum of the angles is least; none moves further than the reach. Numbers follow the
    objects' scores, best first.
    """
    objects: list[list[int]] = []  # indices of the detections of each
    for time in sorted({detection.time for detection in detections}):
        current = [i for i, detection in enumerate(detections) if detection.time == time]
        for label in sorted({detections[i].label for i in current}):
            new = [i for i in current if detections[i].label == label]
            known = [members for members in objects if detections[members[0]].label == label]
            assigned = _assign(
                [detections[members[-1]] for members in known], [detections[i] for i in new]
            )
            for position, i in enumerate(new):
                if position in assigned:
                    known[assigned[position]].append(i)
                else:
                    objects.append([i])

    def best_first(members: list[int]) -> tuple[float, int]:
        return -sum(detections[i].score for i in members), members[0]

    numbers = [0] * len(detections)
    for number, members in enumerate(sorted(objects, key=best_first)):
        for i in members:
            numbers[i] = number
    return numbers


def _assign(last: Sequence[Detection], new: Sequence[Detection]) -> dict[int, int]:
    """Assign new detections of one time to the last ones of objects: position → position."""
    if not last or not new:
        return {}
    distance = angular_distance(
        np.array([detection.azimuth for detection in last])[:, None],
        np.array([detection.elevation for detection in last])[:, None],
        np.array([detection.azimuth for detection in new]),
        np.array([detection.elevation for detection in new]),
    )
    gap = new[0].time - np.array([detection.time for detection in last])
    reach = np.minimum(INITIAL_REACH + REACH_PER_S * gap, MAX_REACH)
    cost = np.where(distance <= reach[:, None], distance, FORBIDDEN_COST)
    pairs = zip(*linear_sum_assignment(cost), strict=True)
    return {int(j): int(i) for i, j in pairs if cost[i, j] < FORBIDDEN_COST}


def summarize_objects(detections: Sequence[Detection]) -> list[TrackedObject]:
    """Summarize the numbered detections of a clip as objects, best first.

    Directions are means weighted by score. An object's score is the sum of its detections' scores
    over the number of frames with any detection.
    """
    frames = len({detection.time for detection in detections})
    ordered = sorted(detections, key=lambda detection: (detection.object, detection.time))
    groups = tables.grouped(ordered, lambda detection: detection.object)
    return [_summary(group, frames) for group in groups.values()]


def _summary(group: Sequence[Detection], frames: int) -> TrackedObject:
    """Object of detections in the order of time; `frames` is the clip's number of them."""
    first = group[0]
    scores = np.array([detection.score for detection in group])
    azimuths = [detection.azimuth for detection in group]
    elevations = [detection.elevation for detection in group]
    azimuth, elevation = to_direction(scores @ to_vector(azimuths, elevations))
    return TrackedObject(
        clip_id=first.clip_id,
        video_id=first.video_id,
        object=first.object,
        label=first.label,
        score=float(scores.sum() / frames),
        azimuth=float(azimuth),
        elevation=float(elevation),
        h_fov=float(np.average([detection.h_fov for detection in group], weights=scores)),
        v_fov=float(np.average([detection.v_fov for detection in group], weights=scores)),
        times=[detection.time for detection in group],
        azimuths=azimuths,
        elevations=elevations,
    )
