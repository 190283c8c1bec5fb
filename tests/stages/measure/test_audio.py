"""Measures of the audio of a clip that is not as its header states."""

import numpy as np
import pytest
from simulation import simulate

from foa360.media.audio import ClipAudio
from foa360.media.order import WYZX, PlaneOrder
from foa360.stages.measure.audio import measure_clip_audio
from foa360.stages.measure.measures import AudioMeasures, NotMeasured


def test_a_stream_with_fewer_channels_than_its_header_is_not_measured():
    """Found by fuzzing: the order of AAC 5.1 for a stream that decodes to four channels."""
    clip = ClipAudio(np.zeros((4, 4800), np.float32), 48000)
    measures = measure_clip_audio(clip, PlaneOrder((2, 1, 4, 0), True), 4000.0, 1)
    assert measures == NotMeasured("channel_count", "4 channels")


def measured(samples: np.ndarray) -> AudioMeasures | NotMeasured:
    clip = ClipAudio(samples.astype(np.float32), 24000)
    return measure_clip_audio(clip, PlaneOrder(WYZX, True), 4000.0, 1)


def words(bits: int) -> np.ndarray:
    """Return samples `(4, n)` of a scene as integers of 16 or 32 bits."""
    x = simulate(1, 2.0, 24000)
    return np.round(x / np.abs(x).max() * (2 ** (bits - 1) - 1)).astype(f"<i{bits // 8}")


@pytest.mark.parametrize("bits", [16, 32])
def test_samples_whose_bytes_a_decoder_exchanges_are_damaged(bits):
    misread = words(bits).byteswap() / 2.0 ** (bits - 1)
    measures = measured(misread)
    assert isinstance(measures, NotMeasured)
    assert measures.reason == "audio_damaged"
    assert "misread" in measures.message


def test_integers_that_a_decoder_offsets_by_a_byte_are_damaged():
    data = words(16).T.tobytes()[1:-1]
    misread = np.frombuffer(data[: len(data) // 8 * 8], "<i2").reshape(-1, 4).T / 2.0**15
    measures = measured(misread)
    assert isinstance(measures, NotMeasured)
    assert "misread" in measures.message


def test_loud_scenes_and_clipped_ones_are_no_misread_words():
    x = words(16) / 2.0**15
    for gain in (1, 10, 100):
        assert isinstance(measured(np.clip(gain * x, -1, 1)), AudioMeasures)
    noise = 0.1 * np.random.default_rng(0).standard_normal(x.shape)
    assert isinstance(measured(noise), AudioMeasures)
