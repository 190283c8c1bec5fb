"""Losses against closed forms and a slow reference."""

import math

import pytest
import torch

from foa360.learning.segmentation.losses import divergence, mask_loss


def test_the_mask_loss_is_of_known_frames_alone():
    logits = torch.zeros(2, 3, 4, 4)
    logits[:, 1:] = 50.0
    truth = torch.zeros(2, 3, 4, 4)
    known = torch.tensor([[True, False, False]] * 2)
    assert mask_loss(logits, truth, known).item() == pytest.approx(math.log(2))
    all_known = torch.ones(2, 3, dtype=torch.bool)
    assert mask_loss(logits, truth, all_known).item() == pytest.approx((math.log(2) + 100) / 3)


def test_the_divergence_equals_a_loop():
    torch.manual_seed(1)
    probability = torch.rand(2, 5, 8, 8)
    frames = [torch.randn(2, 6, 5, 4, 4), torch.randn(2, 6, 5, 2, 2)]
    audio = [torch.randn(2, 5, 6), torch.randn(2, 5, 6)]
    total = 0.0
    for features, vectors in zip(frames, audio, strict=True):
        size = features.shape[-1]
        for b in range(2):
            for t in range(5):
                mask = probability[b, t].reshape(size, 8 // size, size, 8 // size).mean((1, 3))
                v = (features[b, :, t] * mask).mean((1, 2))
                p, q = vectors[b, t].softmax(0), v.softmax(0)
                total += (p * (p.log() - q.log())).sum().item() / 2
    assert divergence(probability, frames, audio).item() == pytest.approx(total, rel=1e-5)


def test_the_divergence_of_equal_features_is_zero():
    vectors = torch.randn(2, 5, 6)
    frames = vectors.mT[..., None, None].expand(2, 6, 5, 4, 4)
    assert divergence(torch.ones(2, 5, 4, 4), [frames], [vectors]).item() == pytest.approx(
        0, abs=1e-6
    )
