"""Networks: sizes of the paper, and which viewpoints influence each other."""

import pytest
import torch

from foa360.learning.models.audio import AudioNet
from foa360.learning.models.audiovisual import AudioVisual, Translation
from foa360.learning.models.video import VideoNet


def parameters(model) -> float:
    return round(sum(p.numel() for p in model.parameters()) / 1e6, 2)


def test_sizes_are_those_of_the_paper():
    assert parameters(VideoNet(64)) == 15.38
    assert parameters(AudioNet(4, 64)) == 4.74
    assert parameters(Translation(512)) == 6.30
    assert round(parameters(AudioVisual(64, context=False, channels=4)), 1) == 20.2
    assert round(parameters(AudioVisual(64, context=True, channels=4)), 1) == 33.0


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
    assert v.shape == a.shape == (2, 3, 256 if context else 128)
    torch.testing.assert_close(v.norm(dim=-1), torch.ones(2, 3))
    torch.testing.assert_close(a.norm(dim=-1), torch.ones(2, 3))
    assert torch.allclose(a[:, 1], other[:, 1], atol=1e-6) is not context


def test_the_order_of_viewpoints_does_not_matter():
    torch.manual_seed(0)
    model = AudioVisual(4, context=True).eval()
    audio = torch.randn(2, 3, 7, 20, 16)
    with torch.no_grad():
        straight, shuffled = model.embed_audio(audio), model.embed_audio(audio[:, [2, 0, 1]])
    torch.testing.assert_close(straight[:, [2, 0, 1]], shuffled)


def test_the_product_of_embeddings_is_the_mean_cosine_of_predictions():
    torch.manual_seed(0)
    model = AudioVisual(4, context=True).eval()
    video, audio = torch.randn(2, 3, 32), torch.randn(2, 3, 32)
    with torch.no_grad():
        product = (model.project_video(video) * model.project_audio(audio)).sum(-1)
        predicted_audio = model.predicted_audio_head(model.video_to_audio(video))
        predicted_video = model.predicted_video_head(model.audio_to_video(audio))
        cosine = torch.nn.functional.cosine_similarity
        in_audio = cosine(predicted_audio, model.audio_head(audio), dim=-1)
        in_video = cosine(predicted_video, model.video_head(video), dim=-1)
    torch.testing.assert_close(product, (in_audio + in_video) / 2)


@pytest.mark.parametrize("channels", [1, 2, 4, 7])
def test_gradients_reach_every_weight(channels):
    torch.manual_seed(0)
    model = AudioVisual(4, context=True, channels=channels)
    video, audio = model(torch.rand(2, 2, 3, 1, 32, 32), torch.randn(2, 2, channels, 20, 16))
    (video * audio).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters())
