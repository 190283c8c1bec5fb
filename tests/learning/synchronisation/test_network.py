"""The fused network: published size, strides that follow the input, undecided at the start."""

import math

import pytest
import torch

from foa360.config.synchronisation import SYNCHRONISATION_SIZES, Synchronisation
from foa360.learning.synchronisation.network import FusedNet, Shape, companded, log_odds
from foa360.learning.synchronisation.objective import AlignmentObjective, outcomes

PAPER = Shape(64, 125, 224, 88200)
TINY = Shape(4, 16, 32, 16000)


def inputs(shape: Shape, batch: int, waveforms: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(1)
    size = (batch, 3, shape.frames, shape.crop, shape.crop)
    video = torch.randint(0, 256, size, generator=random, dtype=torch.uint8)
    return video, 0.1 * torch.randn(batch, waveforms, 2, shape.samples, generator=random)


def test_the_published_size_has_the_published_number_of_weights():
    network = FusedNet(PAPER)
    assert sum(weight.numel() for weight in network.parameters()) == pytest.approx(36.0e6, rel=2e-3)
    assert network.steps == 32


@pytest.mark.slow
@torch.no_grad()
def test_the_published_size_maps_16_times_and_7_by_7_directions():
    assert FusedNet(PAPER).eval()(*inputs(PAPER, 1, 1)).shape == (1, 1, 16, 7, 7)


@pytest.mark.parametrize("size", SYNCHRONISATION_SIZES)
def test_sizes_of_the_configuration_have_a_network(size: str):
    settings = Synchronisation(name="s", task="synchronisation", size=size)
    samples = round(settings.seconds * settings.sample_rate)
    with torch.device("meta"):
        FusedNet(Shape(settings.width, settings.frames, settings.crop, samples))


@pytest.mark.parametrize(
    ("frames", "crop", "samples", "cells"),
    [
        (16, 32, 16000, (8, 8, 8)),
        (32, 64, 42000, (8, 8, 8)),
        (8, 16, 4000, (8, 8, 8)),
        (5, 7, 40, (5, 7, 7)),
        (63, 112, 88200, (16, 7, 7)),
    ],
)
@torch.no_grad()
def test_a_map_of_any_input_keeps_cells_to_look_at(frames, crop, samples, cells):
    shape = Shape(4, frames, crop, samples)
    assert FusedNet(shape).eval()(*inputs(shape, 2, 3)).shape == (2, 3, *cells)


def test_an_untrained_network_is_undecided():
    torch.manual_seed(0)
    loss, _ = AlignmentObjective(FusedNet(TINY))(*inputs(TINY, 4, 2))
    assert loss.item() == pytest.approx(math.log(2), abs=0.02)


@torch.no_grad()
def test_waveforms_of_a_clip_are_judged_apart():
    network = FusedNet(TINY).eval()
    video, audio = inputs(TINY, 2, 3)
    together = log_odds(network(video, audio))
    for clip in range(2):
        for number in range(3):
            alone = network(video[clip : clip + 1], audio[clip : clip + 1, number : number + 1])
            torch.testing.assert_close(
                log_odds(alone)[0, 0], together[clip, number], rtol=0, atol=1e-5
            )


def test_outcomes_are_signs_of_own_and_shifted_audio():
    found = outcomes(torch.tensor([[2.0, -1.0], [-2.0, 1.0], [0.0, 3.0]]))
    assert found.tolist() == [[1, 1], [0, 0], [0.5, 0]]


def test_companding_is_odd_and_keeps_full_scale():
    x = torch.tensor([-1.0, -1e-3, 0.0, 1e-3, 1.0])
    found = companded(x)
    torch.testing.assert_close(found, -companded(-x))
    assert found[-1] == pytest.approx(1.0)
    assert found[3] == pytest.approx(math.log(1.255) / math.log(256))
