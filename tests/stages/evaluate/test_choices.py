"""Choices between two, and their controls."""

import pytest
import torch
from torch.nn.functional import normalize

from foa360.stages.evaluate.choices import CHOICES, WITHOUT, Embedded, blind_mean, deaf

LINES, VIEWS, SIZE = 40, 3, 8


def unit(seed: int, *shape: int) -> torch.Tensor:
    return normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def lines(video: torch.Tensor, audio: torch.Tensor, misaligned: torch.Tensor) -> Embedded:
    partner = (torch.arange(LINES) + 1) % LINES
    stranger = (torch.arange(LINES) + LINES // 2) % LINES
    views = torch.tensor([[0, 1], [0, 2], [1, 2], [0, 1]] * (LINES // 4))
    return Embedded(
        video=video,
        audio=audio,
        other_audio=audio[partner],
        misaligned=misaligned,
        shifted=misaligned,
        stranger=stranger,
        views=views,
    )


@pytest.mark.parametrize("name", CHOICES)
def test_audio_that_equals_its_video_is_chosen_and_its_opposite_is_not(name):
    video = unit(1, LINES, VIEWS, SIZE)
    other = unit(2, LINES, VIEWS, SIZE)
    assert CHOICES[name](lines(video, video, other)).tolist() == [1.0] * LINES
    assert CHOICES[name](lines(video, -video, other)).tolist() == [0.0] * LINES


@pytest.mark.parametrize("name", CHOICES)
def test_embeddings_that_are_all_the_same_decide_nothing(name):
    same = unit(3, 1, 1, SIZE).expand(LINES, VIEWS, SIZE)
    assert CHOICES[name](lines(same, same, same)).tolist() == [0.5] * LINES


def test_matching_cannot_be_had_by_a_preference_for_some_audio_or_some_video():
    """Audio of one direction scores high whatever is seen, as aligned audio does in `avsa`."""
    preferred = unit(4, 1, 1, SIZE)
    video = normalize(unit(5, LINES, VIEWS, SIZE) + 3 * preferred, dim=-1)
    aligned = normalize(unit(6, LINES, VIEWS, SIZE) + 3 * preferred, dim=-1)
    biased = lines(video, aligned, unit(7, LINES, VIEWS, SIZE))
    assert CHOICES["avsa_choice"](biased).mean() > 0.9
    assert CHOICES["avsa_choice"](blind_mean(biased)).mean() > 0.9  # which the control reveals
    assert CHOICES["matching"](blind_mean(biased)).tolist() == [0.5] * LINES
    assert abs(CHOICES["matching"](biased).mean() - 0.5) < 0.25


def test_controls_take_the_audio_or_the_video_of_a_third_video():
    video, audio, misaligned = (unit(seed, LINES, VIEWS, SIZE) for seed in (8, 9, 10))
    own = lines(video, audio, misaligned)
    assert set(WITHOUT) == {"blind_other", "blind_mean", "deaf"}
    other = WITHOUT["blind_other"](own)
    assert torch.equal(other.video[0], video[LINES // 2])
    assert torch.equal(other.audio, audio)
    without = deaf(own)
    assert torch.equal(without.audio[0], audio[LINES // 2])
    assert torch.equal(without.misaligned[0], misaligned[LINES // 2])
    assert torch.equal(without.shifted[0], misaligned[LINES // 2])
    assert torch.equal(without.video, video)
    assert torch.equal(without.other_audio, own.other_audio)
