"""Videos of the demo that tests use, and directions of their audio."""

import numpy as np

from foa360.ambisonics import channel_covariance, dominant_direction
from foa360.config.sources import DemoSource
from foa360.demo.audio import RATE, sound_field
from foa360.demo.catalogue import DemoVideo, catalogue
from foa360.demo.scenes import seeded

SOURCE = DemoSource(kind="demo")
SHORT = DemoSource(kind="demo", seconds=2.0)
ALL = catalogue(SOURCE, 0)
SCENES = [video for video in ALL if video.case == "scene"]


def by_case(case: str, source: DemoSource = SHORT) -> DemoVideo:
    return next(video for video in catalogue(source, 0) if video.case == case)


def altered_field(case: str, duration: float = 4.0) -> np.ndarray:
    video = by_case(case, DemoSource(kind="demo", seconds=duration))
    alter = video.defect.alter_audio
    assert alter is not None
    return alter(sound_field(video.scene()), seeded(video.key, "defect"))


def loudest_direction(foa: np.ndarray, start: float, duration: float) -> tuple[float, float]:
    part = foa[:, round(start * RATE) : round((start + duration) * RATE)]
    return dominant_direction(channel_covariance(part))[:2]
