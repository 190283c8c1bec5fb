"""Agreement between directions of audio and of detections."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from foa360.ambisonics import rotation
from foa360.ambisonics.direction_map import CELLS
from foa360.sphere import to_vector
from foa360.sphere.axes import channel_axes
from foa360.stages.viewpoints.agreement import (
    DetectedDirections,
    agreement,
    audio_delay,
    log_likelihood,
)

NO_DETECTIONS = DetectedDirections(np.zeros((0, 3)), np.zeros(0))


def audio_from(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Audio that arrives from one direction `(intervals, 3)` in each interval."""
    directions = np.zeros((len(vectors), len(CELLS)))
    directions[np.arange(len(vectors)), (vectors @ CELLS.T).argmax(1)] = 1
    return directions


def objects_at(vectors: NDArray[np.float64]) -> list[DetectedDirections]:
    """One detection in each interval."""
    return [DetectedDirections(vector[None], np.ones(1)) for vector in vectors]


def test_audio_from_the_objects_agrees_and_a_yaw_offset_is_measured():
    vectors = to_vector(np.radians([10, 20, 35, 50, 60]), 0.1)
    found = agreement(audio_from(vectors), objects_at(vectors))
    assert found.gain > 1
    assert found.chance <= 2 / 71  # offsets of 5° fit as well
    assert abs(found.yaw_offset) < np.radians(6)
    rotated = audio_from(vectors @ rotation(-1.0, 0, 0).T)
    offset = agreement(rotated, objects_at(vectors))
    assert offset.yaw_offset == pytest.approx(1.0, abs=0.1)
    assert offset.gain < 0


def test_without_audio_or_detections_there_is_no_agreement():
    assert agreement(audio_from(np.eye(3)[:1]), [NO_DETECTIONS]) is None
    silence = np.zeros((1, len(CELLS)))
    assert agreement(silence, [DetectedDirections(np.eye(3), np.ones(3))]) is None


@pytest.mark.parametrize("delay", [-2, 0, 2])
def test_the_delay_of_the_audio_behind_the_video_is_found(delay: int):
    azimuths = np.radians([0, 60, 200, 90, 300, 150, 20, 250, 110, 330])
    vectors = to_vector(azimuths, 0.0)
    audio = audio_from(np.roll(vectors, delay, axis=0))
    assert audio_delay(audio, objects_at(vectors), fps=2.0) == delay / 2


@given(st.integers(0, 47), st.floats(-3, 3), st.floats(-1.4, 1.4))
def test_permuted_axes_fit_as_inversely_rotated_objects_do(
    number: int, azimuth: float, elevation: float
):
    matrix = channel_axes()[1][number]
    vector = to_vector(azimuth, elevation)
    audio = np.zeros((1, len(CELLS)))
    audio[0, ::17] = 1
    permuted = log_likelihood(audio, objects_at(vector[None]), matrix[None])
    rotated = log_likelihood(audio, objects_at((vector @ matrix)[None]), np.eye(3)[None])
    assert permuted == pytest.approx(rotated)
