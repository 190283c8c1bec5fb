"""Files of trained networks: whole and finite, or one error that names the file."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn

from foa360.learning.model_file import ModelError, read_model, write_model


@dataclass(frozen=True)
class Info:
    inputs: int


def network_of(info: Info) -> nn.Linear:
    return nn.Linear(info.inputs, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    write_model(tmp_path / "model.pt", nn.Linear(3, 2), Info(3))
    return tmp_path / "model.pt"


def test_a_network_comes_back_as_it_was(path: Path) -> None:
    network, info = read_model(path, Info, network_of)
    torch.manual_seed(0)
    assert torch.equal(network.weight, nn.Linear(3, 2).weight)
    assert info == Info(3)


class TouchesFile:
    def __reduce__(self) -> object:
        return Path.touch, (Path("ran"),)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-300])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("no model")


def code(path: Path) -> None:
    path.write_bytes(pickle.dumps(TouchesFile(), 2))


def code_in_an_archive(path: Path) -> None:
    torch.save({"model": TouchesFile()}, path)


def a_list(path: Path) -> None:
    torch.save([1, 2], path)


def another_field(path: Path) -> None:
    torch.save({**torch.load(path), "width": 4}, path)


def another_shape(path: Path) -> None:
    torch.save({**torch.load(path), "inputs": 5}, path)


def a_number_for_a_tensor(path: Path) -> None:
    stored = torch.load(path)
    stored["model"]["weight"] = 1
    torch.save(stored, path)


def not_finite(path: Path) -> None:
    stored = torch.load(path)
    stored["model"]["bias"][1] = torch.inf
    torch.save(stored, path)


@pytest.mark.parametrize(
    "change",
    [
        truncated,
        empty,
        text,
        code,
        code_in_an_archive,
        a_list,
        another_field,
        another_shape,
        a_number_for_a_tensor,
        not_finite,
    ],
)
def test_another_file_is_one_error_that_names_it(
    change: Callable[[Path], None], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    change(path)
    with pytest.raises(ModelError, match=r"delete the file.*model\.pt") as error:
        read_model(path, Info, network_of)
    assert ("not finite" in str(error.value)) == (change is not_finite)
    assert "\n" not in str(error.value)
    assert not Path("ran").exists()


def test_a_file_that_is_missing_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_model(tmp_path / "model.pt", Info, network_of)


def test_weights_that_are_not_finite_are_not_written(tmp_path: Path) -> None:
    network = nn.Linear(3, 2)
    with torch.no_grad():
        network.bias[0] = torch.nan
    with pytest.raises(FloatingPointError, match="not finite: bias"):
        write_model(tmp_path / "model.pt", network, Info(3))
    assert not (tmp_path / "model.pt").exists()
