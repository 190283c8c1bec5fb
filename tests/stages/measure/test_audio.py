"""Measures of the audio of a clip that is not as its header states."""

import numpy as np

from foa360.media.audio import ClipAudio
from foa360.media.order import PlaneOrder
from foa360.stages.measure.audio import measure_clip_audio
from foa360.stages.measure.measures import NotMeasured


def test_a_stream_with_fewer_channels_than_its_header_is_not_measured():
    """Found by fuzzing: the order of AAC 5.1 for a stream that decodes to four channels."""
    clip = ClipAudio(np.zeros((4, 4800), np.float32), 48000)
    measures = measure_clip_audio(clip, PlaneOrder((2, 1, 4, 0), True), 4000.0, 1)
    assert measures == NotMeasured("channel_count", "4 channels")
