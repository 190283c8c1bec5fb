"""Sightings over time become objects."""

from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from foa360.core import old_tables as tables
from foa360.sphere import angular_distance, to_direction, to_vector

Row = dict[str, Any]

#: How far from its last sighting an object may be seen next: at once, per second, and at most,
#: degrees.
NEAR, FASTEST, FARTHEST = 10.0, 15.0, 40.0
#: Cost of what must not be assigned; angles are at most π.
OUT_OF_REACH = 10.0


def track(boxes: list[Row]) -> list[int]:
    """Number of the object that each detection of a clip belongs to, in the order of the boxes.

    From one picture to the next, detections of a class go to the objects of that class so that the
    sum of the angles is least; none jumps further than an object moves. Numbers follow the objects'
    scores, best first.
    """
    objects: list[list[int]] = []
    times = sorted({box["time"] for box in boxes})
    for time in times:
        now = [i for i, box in enumerate(boxes) if box["time"] == time]
        for label in sorted({boxes[i]["label"] for i in now}):
            mine = [i for i in now if boxes[i]["label"] == label]
            known = [o for o in objects if boxes[o[0]]["label"] == label]
            taken = _assign(boxes, [o[-1] for o in known], mine)
            for i in mine:
                if i in taken:
                    known[taken[i]].append(i)
                else:
                    objects.append([i])
    objects.sort(key=lambda o: (-sum(boxes[i]["score"] for i in o), o[0]))
    numbers = [0] * len(boxes)
    for number, members in enumerate(objects):
        for i in members:
            numbers[i] = number
    return numbers


def _assign(boxes: list[Row], last: list[int], new: list[int]) -> dict[int, int]:
    """New detection → place in `last`, for those near enough."""
    if not last or not new:
        return {}
    old, now = ([boxes[i] for i in numbers] for numbers in (last, new))
    a, b = (np.radians([[r["azimuth"], r["elevation"]] for r in rows]) for rows in (old, now))
    away = angular_distance(a[:, None, 0], a[:, None, 1], b[None, :, 0], b[None, :, 1])
    gap = now[0]["time"] - np.array([r["time"] for r in old])
    reach = np.radians(np.minimum(NEAR + FASTEST * gap, FARTHEST))[:, None]
    cost = np.where(away <= reach, away, OUT_OF_REACH)
    return {
        new[column]: int(row)
        for row, column in zip(*linear_sum_assignment(cost), strict=True)
        if cost[row, column] < OUT_OF_REACH
    }


def objects_of(boxes: list[Row]) -> list[Row]:
    """Objects of a clip, best first, from detections with `object`: columns of `tables.OBJECTS`.

    Directions are means weighted by score. An object's score is the sum of its detections' scores
    over the number of pictures in which anything was detected.
    """
    pictures = max(len({box["time"] for box in boxes}), 1)
    groups = tables.grouped(sorted(boxes, key=lambda b: (b["object"], b["time"])), "object")
    return [_summary(number, group, pictures) for number, group in groups.items()]


def _summary(number: int, group: list[Row], pictures: int) -> Row:
    scores = np.array([box["score"] for box in group])
    azimuths, elevations = ([box[n] for box in group] for n in ("azimuth", "elevation"))
    mean = to_direction(scores @ to_vector(np.radians(azimuths), np.radians(elevations)))
    size = [float(np.average([b[n] for b in group], weights=scores)) for n in ("h_fov", "v_fov")]
    return {
        "object": number, "label": group[0]["label"], "score": float(scores.sum() / pictures),
        "azimuth": float(np.degrees(mean[0])), "elevation": float(np.degrees(mean[1])),
        "h_fov": size[0], "v_fov": size[1], "times": [box["time"] for box in group],
        "azimuths": azimuths, "elevations": elevations,
    }  # fmt: skip
