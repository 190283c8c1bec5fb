"""TPAVI in linear form against the plain one."""

import pytest
import torch

from foa360.learning.segmentation.tpavi import Tpavi


def plain(module, frames, audio):
    """TPAVI as published, with its matrix of all pairs of positions."""
    batch, channels, *shape = frames.shape
    aligned = module.audio(audio)
    repeated = aligned.movedim(2, 1)[..., None, None].expand_as(frames)
    theta = module.theta(frames).flatten(2).mT
    phi = module.phi(repeated.movedim(1, -1)).movedim(-1, 1).flatten(2)
    g = module.g(frames).flatten(2).mT
    pairs = theta @ phi
    y = (pairs / pairs.shape[-1]) @ g
    y = y.mT.reshape(batch, channels // 2, *shape)
    z = module.norm(module.out(y)) + frames
    return torch.nn.functional.layer_norm(
        z.movedim(1, -1), [channels], module.layer_norm.weight, module.layer_norm.bias
    ).movedim(-1, 1)


@pytest.mark.parametrize("shape", [(2, 5, 4, 4), (1, 5, 7, 3), (3, 1, 2, 2)])
def test_the_linear_form_equals_the_plain_one_in_values_and_gradients(shape):
    torch.manual_seed(0)
    batch, times, height, width = shape
    module = Tpavi(32)
    torch.nn.init.normal_(module.norm.weight)
    frames = torch.randn(batch, 32, times, height, width, requires_grad=True)
    audio = torch.randn(batch, times, 128, requires_grad=True)
    weights = torch.randn_like(frames)
    found = []
    for form in (lambda p, a: module(p, a)[0], lambda p, a: plain(module, p, a)):
        value = form(frames, audio)
        gradients = torch.autograd.grad((value * weights).sum(), (frames, audio))
        found.append((value, *gradients))
    for linear, reference in zip(*found, strict=True):
        assert (linear - reference).abs().max() < 1e-5 * max(1, reference.abs().max())


def test_before_training_the_audio_changes_nothing():
    module = Tpavi(16)
    frames = torch.randn(2, 16, 5, 3, 3)
    one, other = (module(frames, torch.randn(2, 5, 128))[0] for _ in range(2))
    assert torch.equal(one, other)


def test_no_tensor_grows_with_the_square_of_the_positions():
    """At 56 × 56 positions, five times, the plain form has a matrix of 938 MiB."""
    sizes = []

    class Sizes(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            value = function(*args, **(kwargs or {}))
            if isinstance(value, torch.Tensor):
                sizes.append(value.numel())
            return value

    module = Tpavi(8)
    frames = torch.randn(1, 8, 5, 56, 56)
    with Sizes(), torch.no_grad():
        module(frames, torch.randn(1, 5, 128))
    assert max(sizes) <= frames.numel()
