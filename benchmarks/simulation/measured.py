"""Rows of the table of measures of simulated audio, with the frames of an ordinary video."""

from functools import lru_cache

import numpy as np

from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip
from foa360.demo.scenes import random_scene
from foa360.media.audio import ClipAudio
from foa360.media.layout_evidence import layout_evidence
from foa360.media.order import WYZX, PlaneOrder
from foa360.stages.measure.audio import measure_clip_audio
from foa360.stages.measure.measures import AudioFile, FrameMeasures, VideoFile
from foa360.stages.measure.rows import ClipMeasures, measured_clip
from foa360.stages.measure.stillness import Stillness
from simulation.scenes import Floats

FRAMES = 20
DURATION_S = 300.0
ORDER = PlaneOrder(WYZX, True)


@lru_cache
def erp_evidence() -> np.ndarray:
    """Evidence of the layout of a drawn sphere."""
    return layout_evidence(random_scene("simulated", 2.0).frame(0, 528, 264)[..., 1])


def simulated_row(
    clip: Clip, x: Floats, sample_rate: int, random: np.random.Generator
) -> MeasuredClip:
    """Measure signals `(4, n)`; the frames are those of a sphere that moves."""
    samples = np.asarray(x, np.float32)
    frames = FrameMeasures(
        expected=FRAMES,
        decoded=FRAMES,
        stillness=Stillness((6 + random.exponential(50, FRAMES - 1)).astype(np.float32), 0.0),
        brightness=200.0,
        layouts=(erp_evidence(),) * 3,
    )
    audio_file = AudioFile(
        codec="opus",
        channels=4,
        sample_rate=sample_rate,
        start=0.0,
        duration=DURATION_S,
        order=ORDER,
    )
    video_file = VideoFile(
        codec="vp9", width=1920, height=960, fps=30.0, start=0.0, duration=DURATION_S
    )
    audio = measure_clip_audio(ClipAudio(samples, sample_rate), ORDER, 4000.0, 1)
    return measured_clip(clip, ClipMeasures(audio_file, audio, video_file, frames))
