"""Networks: sizes of the paper, and which viewpoints influence each other."""

import pytest
import torch

from foa360.learning.models.audio import AudioNet
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.models.video import VideoNet


def parameters(model) -> float:
    return round(sum(p.numel() for p in model.parameters()) / 1e6, 2)


def test_sizes_are_those_of_the_paper():
    assert parameters(VideoNet(64)) == 15.38
    assert parameters(AudioNet(4, 64)) == 4.74


@pytest.mark.parametrize("context", [False, True])
def test_embeddings_have_length_one_and_viewpoints_only_meet_in_context(context):
    torch.manual_seed(0)
    model = AudioVisual(4, context).eval()
    video = torch.randint(0, 255, (2, 3, 3, 2, 32, 32), dtype=torch.uint8)
    audio = torch.randn(2, 3, 7, 20, 16)
    with torch.no_grad():
        v, a = model(video, audio)
        changed = audio.clone()
        changed[:, 0] += 1
        other = model.embed_audio(changed)
    assert v.shape == a.shape == (2, 3, 128)
    torch.testing.assert_close(v.norm(dim=-1), torch.ones(2, 3))
    assert torch.allclose(a[:, 1], other[:, 1], atol=1e-6) is not context
