"""Networks: sizes as published, shapes, and weights from files."""

import copy
from pathlib import Path

import pytest
import torch

from foa360.learning.segmentation.encoders import ENCODERS, PvtV2B5, ResNet50
from foa360.learning.segmentation.network import Shape, SoundSegmenter, parameters
from foa360.learning.segmentation.vggish import Vggish
from foa360.learning.torchvision_ops import define_missing_operators
from foa360.learning.weights import WeightsError, load_weights

SLIM = Shape("slim", "slim", 32, (1, 2, 3, 4))


def test_the_slim_network_gives_a_mask_of_the_size_of_the_frame():
    network = SoundSegmenter(SLIM)
    found = network(torch.randn(2, 5, 3, 64, 96), torch.randn(2, 5, 96, 64))
    assert found.logits.shape == (2, 5, 64, 96)
    assert [tuple(part.shape) for part in found.stages] == [
        (2, 32, 5, 64 // size, 96 // size) for size in (4, 8, 16, 32)
    ]
    assert [tuple(part.shape) for part in found.audio] == [(2, 5, 32)] * 4
    assert found.encoded.shape == (2, 5, 64, 2, 3)


def test_tpavi_stands_at_the_chosen_stages_alone():
    network = SoundSegmenter(Shape("slim", "slim", 16, (2, 4)))
    found = network(torch.randn(1, 5, 3, 32, 32), torch.randn(1, 5, 96, 64))
    assert [part.shape[-1] for part in found.stages] == [4, 1]


@pytest.mark.slow
def test_the_published_size_has_the_published_number_of_weights():
    """Neck, TPAVI and decoder: 45.8 M with a residual unit that the official code never runs."""
    network = SoundSegmenter(Shape("resnet50", "vggish", 256, (1, 2, 3, 4)))
    unused = 2 * (9 * 256 * 256 + 256)
    rest = parameters([network.necks, network.tpavi, network.fusions, network.head])
    assert round((rest + unused) / 1e6, 1) == 45.8
    assert parameters([network.encoder]) == 25557032 - 2049 * 1000  # torchvision's, last layer
    assert parameters([network.audio]) == 72141184  # of the release
    assert not any(weight.requires_grad for weight in network.audio.parameters())
    with torch.no_grad():
        found = network(torch.randn(1, 1, 3, 224, 224), torch.randn(1, 1, 96, 64))
    assert found.logits.shape == (1, 1, 224, 224)
    assert [part.shape[-1] for part in found.stages] == [56, 28, 14, 7]


@pytest.mark.slow
def test_stages_of_resnet_50_are_those_of_torchvision():
    define_missing_operators()
    from torchvision.models import resnet50

    torch.manual_seed(0)
    full = resnet50(weights=None).eval()
    encoder = ResNet50().eval()
    names = set(encoder.state_dict())
    assert names == {name for name in full.state_dict() if not name.startswith("fc.")}
    encoder.load_state_dict(
        {name: value for name, value in full.state_dict().items() if name in names}
    )
    frames = torch.randn(1, 3, 64, 64)
    last = encoder(frames)[-1].mean((-2, -1))
    assert torch.allclose(full.fc(last), full(frames), atol=1e-5)


@pytest.mark.slow
def test_stages_of_pvt_v2_are_those_of_timm():
    define_missing_operators()
    timm = pytest.importorskip("timm", reason="timm, which pvt_v2_b5 needs, is not installed")
    torch.manual_seed(0)
    full = timm.create_model("pvt_v2_b5", pretrained=False).eval()
    encoder = PvtV2B5().eval()
    names = set(encoder.state_dict())
    assert names == {name for name in full.state_dict() if not name.startswith("head.")}
    encoder.load_state_dict({n: value for n, value in full.state_dict().items() if n in names})
    frames = torch.randn(1, 3, 64, 64)
    found = encoder(frames)
    assert [tuple(part.shape[1:]) for part in found] == [
        (width, 64 // size, 64 // size)
        for width, size in zip(encoder.widths, (4, 8, 16, 32), strict=True)
    ]
    assert torch.allclose(found[-1], full.forward_features(frames), atol=1e-5)


def test_weights_come_from_a_file_of_tensors(tmp_path: Path):
    define_missing_operators()
    from torchvision.models import resnet50

    torch.manual_seed(1)
    full = resnet50(weights=None)
    torch.save(full.state_dict(), tmp_path / "resnet50.pth")
    encoder = ResNet50()
    load_weights(encoder, tmp_path / "resnet50.pth", ResNet50.unused)
    assert torch.equal(encoder.state_dict()["layer4.2.conv3.weight"], full.layer4[2].conv3.weight)


def test_missing_surplus_and_misshapen_tensors_are_named(tmp_path: Path):
    network = ENCODERS["slim"]()
    before = copy.deepcopy(network.state_dict())
    weights = network.state_dict()
    del weights["stem.0.0.weight"]
    weights["other"] = torch.zeros(3)
    weights["stem.1.1.bias"] = torch.zeros(7)
    torch.save(weights, tmp_path / "w.pth")
    with pytest.raises(WeightsError) as caught:
        load_weights(network, tmp_path / "w.pth")
    for text in (
        "missing: stem.0.0.weight", "surplus: other", "another shape: stem.1.1.bias", "w.pth",
    ):  # fmt: skip
        assert text in str(caught.value)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


class Code:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize("content", ["pickle", "text", "list"])
def test_code_and_other_files_are_refused(content: str, tmp_path: Path, capsys):
    path = tmp_path / "w.pth"
    if content == "text":
        path.write_text("no weights")
    else:
        torch.save(Code() if content == "pickle" else [1], path)
    with pytest.raises(WeightsError, match=r"w\.pth"):
        load_weights(ENCODERS["slim"](), path)
    assert "run" not in capsys.readouterr().out


@pytest.mark.slow
def test_vggish_flattens_with_channels_last_as_its_release():
    """A weight that only reads channel 3 of the first position finds it in place 3."""
    network = Vggish()
    assert [name for name in network.state_dict() if name.endswith("weight")] == [
        *(f"features.{n}.weight" for n in (0, 3, 6, 8, 11, 13)),
        *(f"embeddings.{n}.weight" for n in (0, 2, 4)),
    ]
    patches = torch.randn(1, 96, 64)
    read = []
    network.embeddings[0].register_forward_hook(lambda _m, inputs, _o: read.append(inputs[0]))
    network(patches)
    features = network.features(patches[:, None])
    assert features.shape == (1, 512, 6, 4)
    assert torch.equal(read[0][0, 3], features[0, 3, 0, 0])
    assert torch.equal(read[0][0, 512 + 3], features[0, 3, 0, 1])
