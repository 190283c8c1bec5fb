"""Detections of one clip, for tests of objects, viewpoints and agreement."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from foa360.core.records import Detection
from foa360.stages.track.tracks import UNTRACKED, track

CLIP_ID = "c_0"


def detection(
    azimuth: float,
    elevation: float = 0.0,
    *,
    label: str = "dog",
    score: float = 0.9,
    time: float = 0.5,
) -> Detection:
    """Make a detection of 10° by 20°; angles in degrees."""
    return Detection(
        clip_id=CLIP_ID,
        video_id="c",
        time=time,
        label=label,
        score=score,
        azimuth=float(np.radians(azimuth)),
        elevation=float(np.radians(elevation)),
        h_fov=float(np.radians(10.0)),
        v_fov=float(np.radians(20.0)),
        left=0.4,
        top=0.4,
        right=0.6,
        bottom=0.6,
        object=UNTRACKED,
    )


def tracked(detections: Sequence[Detection]) -> list[Detection]:
    """Set the numbers of the objects that detections belong to."""
    return [replace(d, object=n) for d, n in zip(detections, track(detections), strict=True)]
