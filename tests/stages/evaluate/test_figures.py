"""Classifiers on frozen features, and retrieval, on features that are made by hand."""

from typing import Any

import numpy as np
import pytest
import torch

from foa360.config.evaluate import Evaluate
from foa360.core.records import TestLine
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.choices import Embedded
from foa360.stages.evaluate.classifiers import Classification, Variant
from foa360.stages.evaluate.lines import Features, ReadLines
from foa360.stages.evaluate.retrieval import found

LINES, VIEWS, SIZE = 400, 2, 8
SETTINGS = Evaluate(epochs=30, learning_rate=3e-3)
LINE = TestLine(
    number=0,
    split="test",
    clip_id="c",
    video_id="v",
    valid=True,
    crops="yolo",
    position=0.0,
    viewpoints=[],
    on_object=[],
    partner=0,
    stranger=0,
    yaw_offset=1.0,
    any_yaw=1.0,
    view_a=0,
    view_b=1,
)


def read_lines(seed: int, informative: bool) -> ReadLines:
    """Lines whose audio repeats their video, and whose misaligned audio does not; or noise."""
    generator = torch.Generator().manual_seed(seed)
    video = torch.randn(LINES, VIEWS, 1, generator=generator).sign().expand(-1, -1, SIZE)
    noise = torch.randn(2, LINES, VIEWS, SIZE, generator=generator)
    audio = video.clone() if informative else noise[0]
    other = -audio if informative else noise[1]
    return ReadLines(
        lines=[LINE] * LINES,
        labels=[""] * LINES,
        partner=torch.randperm(LINES, generator=generator),
        stranger=torch.randperm(LINES, generator=generator),
        decidable=np.ones(LINES, bool),
        shiftable=np.ones(LINES, bool),
        features=[
            Features(video=video, audio=audio, misaligned=audio, any_yaw=other, shifted=audio)
        ],
        unreadable=[],
    )


def share(informative: bool, **variant: Any) -> float:
    classification = Classification(
        network=AudioVisual(4),
        number=0,
        train=read_lines(0, informative),
        test=read_lines(1, informative),
    )
    outcomes = classification.outcomes("avsa", Variant(**variant), SETTINGS, 0)
    assert outcomes.shape == (LINES,)
    return float(outcomes.mean())


def test_a_classifier_finds_what_needs_both_video_and_audio() -> None:
    assert share(True) > 0.95
    assert share(True, views=1) > 0.95
    assert share(True, blind=True) == pytest.approx(0.5, abs=0.08)
    assert share(True, deaf=True) == pytest.approx(0.5, abs=0.08)


def test_a_classifier_finds_nothing_in_noise() -> None:
    assert share(False) == pytest.approx(0.5, abs=0.08)


def embedded(video: torch.Tensor, audio: torch.Tensor) -> Embedded:
    return Embedded(
        video=video,
        audio=audio,
        other_audio=audio,
        misaligned=audio,
        shifted=audio,
        stranger=torch.zeros(6, dtype=torch.long),
        views=torch.zeros(6, 2, dtype=torch.long),
    )


def test_retrieval_counts_both_directions_and_ties() -> None:
    unit = torch.eye(6)[:, None].repeat(1, VIEWS, 1)
    rows = list(range(6))
    assert found(embedded(unit, unit), rows, 1).tolist() == [1.0] * 6
    swapped = unit[[1, 0, 2, 3, 4, 5]]
    assert found(embedded(unit, swapped), rows, 1).tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    same = torch.ones(6, VIEWS, 6) / 6**0.5
    for count in (1, 5):
        # All are tied: the chance level.
        assert found(embedded(same, same), rows, count).tolist() == pytest.approx([count / 6] * 6)
