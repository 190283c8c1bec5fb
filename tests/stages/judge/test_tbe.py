"""Eight channels of TBE are named and converted; what resembles them is not."""

import json

import numpy as np
import pytest
import soundfile
from simulation.scenes import dry_signal

from foa360.ambisonics.direction_map import CANDIDATES_OF_EIGHT, TBE, direction_map
from foa360.commands.main import main

RATE, SECONDS = 24000, 4.0
GAIN, SECOND_GAIN = 0.488603, 0.630783
#: Numbers of components in ACN, and their factors, of each channel of TBE.
CHANNELS = {0: GAIN, 1: -GAIN, 3: GAIN, 2: GAIN}
SECOND = {8: -SECOND_GAIN, 4: -SECOND_GAIN, 5: -SECOND_GAIN, 7: SECOND_GAIN}


def harmonics(azimuth: float, elevation: float) -> np.ndarray:
    """Factors of the nine components up to second order; ACN, SN3D."""
    x, y = np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation)
    z, r = np.sin(elevation), 3**0.5
    second = [r * x * y, r * y * z, 1.5 * z * z - 0.5, r * x * z, r / 2 * (x * x - y * y)]
    return np.array([1, y, z, x, *second])


@pytest.fixture(scope="module")
def field() -> np.ndarray:
    """Three sources, the loudest 40° to the left, and a little noise."""
    random = np.random.default_rng(8)
    n = int(RATE * SECONDS)
    x = np.zeros((9, n))
    for azimuth, elevation, level in ((0.7, 0.1, 1.0), (-2.0, 0.4, 0.4), (2.6, -0.3, 0.3)):
        x += level * harmonics(azimuth, elevation)[:, None] * dry_signal(random, n, RATE)
    x *= 0.05 / x[0].std()
    return x + 2e-4 * random.standard_normal(x.shape)


def tbe(x: np.ndarray) -> np.ndarray:
    return np.stack([gain * x[number] for number, gain in {**CHANNELS, **SECOND}.items()])


def checked(path, x, capsys) -> dict:
    soundfile.write(path, x.T, RATE, subtype="PCM_24")
    main(["check", str(path), "--json"])
    return json.loads(capsys.readouterr().out)


def test_tbe_is_named_and_its_first_order_converted(field, tmp_path, capsys):
    row = checked(tmp_path / "tbe.wav", tbe(field), capsys)
    assert (row["verdict"], row["convention"]) == ("kept", "TBE")
    assert row["planes"] == [0, 1, 3, 2]
    assert row["gains"] == pytest.approx([1 / GAIN, -1 / GAIN, 1 / GAIN, 1 / GAIN], rel=1e-4)
    assert "converted_tbe" in row["reasons"]
    assert "channels_uncommon" not in row["reasons"]
    assert 0 < row["azimuth"] < 90
    ambix = checked(tmp_path / "ambix.wav", field[:4], capsys)
    assert row["azimuth"] == pytest.approx(ambix["azimuth"], abs=0.1)
    assert row["energy_ratio_after"] == pytest.approx(ambix["energy_ratio_after"], rel=1e-3)


def test_two_more_channels_are_head_locked(field, tmp_path, capsys):
    music = 0.02 * np.random.default_rng(1).standard_normal((2, field.shape[1]))
    row = checked(tmp_path / "ten.wav", np.concatenate([tbe(field), music]), capsys)
    assert row["convention"] == "TBE"
    assert "head_locked_stereo" in row["reasons"]


def resembling(x: np.ndarray) -> dict[str, np.ndarray]:
    first, noise = x[:4], np.random.default_rng(2).standard_normal(x[:4].shape)
    angles = np.arange(8) * np.pi / 4
    return {
        "ambiX without its ninth channel": x[:8],
        "first order twice": np.concatenate([first, first]),
        "first order and nothing": np.concatenate([first, 0 * first]),
        "first order and noise": np.concatenate([first, 0.02 * noise]),
        "first order of TBE and second of ambiX": np.concatenate([tbe(x)[:4], x[4:8]]),
        "a ring of microphones": np.stack(
            [(x[0] + np.cos(a) * x[3] + np.sin(a) * x[1]) / 2 for a in angles]
        ),
    }


def test_other_channels_are_no_tbe(field, tmp_path, capsys):
    for name, x in resembling(field).items():
        row = checked(tmp_path / "x.wav", x, capsys)
        assert row["convention"] != "TBE", name
        assert "channels_uncommon" in row["reasons"], name


def test_directions_of_tbe_are_those_of_the_field(field):
    cov = np.einsum("in,jn->ij", field[:4], field[:4])[None, None]
    first = tbe(field)[:4]
    hz = np.array([500.0])
    expected = direction_map(cov, hz, 1)[0]
    of_tbe = np.einsum("in,jn->ij", first, first)[None, None]
    found = direction_map(of_tbe, hz, 1, CANDIDATES_OF_EIGHT)
    assert CANDIDATES_OF_EIGHT[-1] is TBE
    assert found[-1] == pytest.approx(expected, rel=1e-4)
