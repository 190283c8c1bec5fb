"""Contrastive losses have their closed forms."""

import numpy as np
import pytest
import torch

from foa360.learning.losses import info_nce, symmetric_info_nce
from foa360.learning.scores import same_video_pairs


def test_info_nce_has_its_closed_forms():
    x = torch.eye(5)
    assert info_nce(x, x, 0.01).item() == pytest.approx(0, abs=1e-6)
    same = torch.ones(5, 4) / 2
    assert info_nce(same, same).item() == pytest.approx(np.log(5))
    t = 0.5
    expected = -np.log(np.exp(1 / t) / (np.exp(1 / t) + 4))
    assert info_nce(x, x, t).item() == pytest.approx(expected, rel=1e-5)
    assert info_nce(x, x.roll(1, 0), 0.1).item() > 5


def test_other_clips_of_a_video_are_no_negatives():
    excluded = same_video_pairs(torch.tensor([3, 5, 3]), 2)
    assert excluded.shape == (6, 6)
    assert excluded[0].tolist() == [False, False, False, False, True, True]
    assert not excluded[2:4].any()
    x = torch.eye(6)
    t = 0.5
    expected = [np.log(1 + n * np.exp(-1 / t)) for n in (3, 3, 5, 5, 3, 3)]
    assert info_nce(x, x, t, excluded).item() == pytest.approx(np.mean(expected), rel=1e-5)


def test_the_symmetric_loss_is_the_mean_of_both_directions():
    generator = torch.Generator().manual_seed(0)
    video, audio = torch.randn(2, 7, 4, generator=generator)
    excluded = torch.zeros(7, 7, dtype=torch.bool)
    excluded[0, 3] = True
    expected = (info_nce(video, audio, 0.5, excluded) + info_nce(audio, video, 0.5, excluded.T)) / 2
    assert symmetric_info_nce(video, audio, 0.5, excluded) == expected
