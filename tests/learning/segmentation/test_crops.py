"""Losses of crops: which weights they reach, and their values on ideal input."""

import pytest
import torch

from foa360.learning.segmentation.crops import CropHead, pool_boxes
from foa360.learning.segmentation.encoders import SlimEncoder
from foa360.learning.segmentation.network import Shape, SoundSegmenter

CLASSES = 3
SHAPE = Shape("slim", "slim", 16, (1, 4))


def batch(size: int):
    generator = torch.Generator().manual_seed(size)
    frames = torch.randn(size, 5, 3, 32, 32, generator=generator)
    patches = torch.randn(size, 5, 96, 64, generator=generator)
    boxes = torch.tensor([0.1, 0.2, 0.6, 0.9]).expand(size, 5, 4)
    return frames, patches, boxes, torch.arange(size) % CLASSES


def head(kind: str) -> CropHead:
    encoder = SlimEncoder() if kind == "separate" else None
    return CropHead(CLASSES, SlimEncoder.widths[-1], encoder)


def gradients(kind: str, size: int = 2):
    torch.manual_seed(0)
    network, crops = SoundSegmenter(SHAPE), head(kind)
    frames, patches, boxes, labels = batch(size)
    losses = crops(
        network(frames, patches), frames, boxes, torch.ones(size, 5, dtype=torch.bool), labels
    )
    losses.total.backward()
    return network, crops, losses


def test_separate_losses_have_no_gradient_on_the_segmentation_network():
    """So that what they train cannot change a mask."""
    network, crops, _ = gradients("separate")
    assert all(weight.grad is None or not weight.grad.any() for weight in network.parameters())
    assert all(weight.grad.any() for weight in crops.encoder.parameters())


def test_shared_losses_have_a_gradient_on_encoder_and_audio_network():
    network, _, _ = gradients("shared")
    for part in (network.encoder, network.audio):
        assert all(weight.grad.any() for weight in part.parameters() if weight.ndim > 1)
    assert all(weight.grad is None for weight in network.head.parameters())


@pytest.mark.parametrize("kind", ["separate", "shared"])
@pytest.mark.parametrize("size", [1, 3])
def test_any_batch_size_has_finite_losses(kind: str, size: int):
    _, _, losses = gradients(kind, size)
    assert all(torch.isfinite(loss) for loss in losses)


@pytest.mark.parametrize("kind", ["separate", "shared"])
def test_frames_without_a_box_do_not_count(kind: str):
    torch.manual_seed(0)
    network, crops = SoundSegmenter(SHAPE).eval(), head(kind).eval()
    frames, patches, boxes, labels = batch(2)
    found = network(frames, patches)
    known = torch.tensor([[True, False, True, True, False], [False] * 5])
    one = crops(found, frames, boxes, known, labels)
    spoilt = boxes.clone()
    spoilt[~known] = float("nan")
    other = crops(found, frames, spoilt, known, labels)
    assert [loss.item() for loss in one] == [loss.item() for loss in other]
    nothing = crops(found, frames, boxes, torch.zeros(2, 5, dtype=torch.bool), labels)
    assert [loss.item() for loss in nothing] == [0, 0, 0]


def test_losses_of_ideal_input_are_zero():
    """Equal crops, whose class is certain and whose vector is that of the audio."""
    crops = head("shared")
    network = SoundSegmenter(SHAPE).eval()
    frames, patches, boxes, labels = batch(2)
    found = network(frames, patches)
    with torch.no_grad():
        for layer in (crops.vector[0], crops.audio):
            layer.weight.zero_()
            layer.bias.fill_(1.0)
        crops.classifier.weight.zero_()
        crops.classifier.bias.copy_(torch.tensor([100.0, 0, 0]))
    known = torch.ones(2, 5, dtype=torch.bool)
    losses = crops(found, frames, boxes, known, torch.zeros(2, dtype=torch.long))
    assert [loss.item() for loss in losses] == pytest.approx([0, 0, 0], abs=1e-6)
    assert labels.shape == (2,)


def test_a_box_is_sampled_where_it_lies():
    across = torch.arange(16.0).expand(1, 1, 16, 16)
    found = pool_boxes(across, torch.tensor([[0.25, 0.0, 0.75, 1.0]]), 4)
    # Centres of cells at 4 + 8 · (⅛, ⅜ …), in pixels whose centres are at ½.
    assert found[0, 0, 0].tolist() == pytest.approx([4.5, 6.5, 8.5, 10.5])
    whole = pool_boxes(across, torch.tensor([[0.0, 0.0, 1.0, 1.0]]), 16)
    assert torch.allclose(whole, across)
