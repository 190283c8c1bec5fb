"""The truth about a rendered video, which tests compare with results."""

from dataclasses import dataclass

import numpy as np

from foa360.demo.catalogue import DemoVideo
from foa360.demo.scenes import DrawnObject, MovingObject


@dataclass(frozen=True, kw_only=True)
class ObjectTruth:
    """An object at one time per second; angles in degrees, boxes in shares of the frame."""

    label: str
    loudness_db: float
    times: list[float]
    azimuth: list[float]
    elevation: list[float]
    h_fov: list[float]
    v_fov: list[float]
    box: list[list[float]]  # left, top, right, bottom


@dataclass(frozen=True, kw_only=True)
class VideoTruth:
    """Case, expected result of curation, and objects of one video."""

    case: str
    verdict: str
    reasons: list[str]
    convention: str | None
    objects: list[ObjectTruth]


def video_truth(video: DemoVideo) -> VideoTruth:
    """Truth about one video, as JSON stores it."""
    scene = video.scene()
    defect = video.defect
    times = np.arange(0.5, video.duration, 1.0).tolist()
    drawn_at = [scene.objects(time) for time in times]
    objects = []
    for number, item in enumerate(scene.moving_objects):
        drawn = [objects_then[number] for objects_then in drawn_at]
        objects.append(_object_truth(item, times, drawn))
    return VideoTruth(
        case=video.case,
        verdict=defect.verdict,
        reasons=list(defect.reasons),
        convention=defect.convention if defect.verdict == "kept" else None,
        objects=objects,
    )


def _object_truth(item: MovingObject, times: list[float], drawn: list[DrawnObject]) -> ObjectTruth:
    boxes = []
    for d in drawn:
        boxes.append([round(x, 4) for x in (d.left, d.top, d.right, d.bottom)])
    return ObjectTruth(
        label=item.label,
        loudness_db=round(item.loudness_db, 2),
        times=times,
        azimuth=[_degrees(d.azimuth) for d in drawn],
        elevation=[_degrees(d.elevation) for d in drawn],
        h_fov=[_degrees(d.h_fov) for d in drawn],
        v_fov=[_degrees(d.v_fov) for d in drawn],
        box=boxes,
    )


def _degrees(angle: float) -> float:
    return round(float(np.degrees(angle)), 2)
