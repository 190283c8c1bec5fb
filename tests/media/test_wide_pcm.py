"""Samples with fewer valid bits than their words are read as they were written."""

import struct
from pathlib import Path

import numpy as np
import pytest

from foa360.media.audio import clip_audio
from foa360.media.probe import probe

RATE = 48000
INTEGER = bytes.fromhex("0100000000001000800000aa00389b71")


def write(path: Path, x: np.ndarray, bits: int, valid: int, before: bytes = b"") -> None:
    """Write `(C, n)` as WAVEFORMATEXTENSIBLE."""
    channels, word = len(x), bits // 8
    words = (x.T * (2 ** (valid - 1) - 1)).round().astype("<i8") << (bits - valid)
    data = words[..., None].view(np.uint8)[..., :word].tobytes()
    fmt = struct.pack("<HHIIHHHHI", 0xFFFE, channels, RATE, RATE * channels * word,
                      channels * word, bits, 22, valid, 0) + INTEGER  # fmt: skip
    body = b"WAVE" + before + b"fmt " + struct.pack("<I", len(fmt)) + fmt
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


@pytest.mark.parametrize("channels", [4, 9])
@pytest.mark.parametrize(
    ("bits", "valid"),
    [(32, 24), (32, 20), (32, 16), (24, 16), (24, 20), (16, 12), (16, 8), (32, 32)],
)
def test_all_samples_are_as_written(tmp_path, bits, valid, channels):
    x = np.random.default_rng(0).uniform(-0.9, 0.9, (channels, 2 * RATE))
    before = b"JUNK" + struct.pack("<I", 3) + bytes(4)
    write(tmp_path / "x.wav", x, bits, valid, before)
    whole, end = clip_audio(tmp_path / "x.wav", [(0.0, 2.0), (1.5, 0.5)])
    assert (whole.reason, end.reason) == (None, None)
    np.testing.assert_allclose(whole.samples, x, atol=2.0 ** (2 - valid) + 1e-6)
    np.testing.assert_allclose(end.samples, x[:, 3 * RATE // 2 :], atol=2.0 ** (2 - valid) + 1e-6)


@pytest.mark.parametrize("valid", [24, 20, 16])
def test_the_duration_is_that_of_the_words(tmp_path, valid):
    x = np.random.default_rng(0).uniform(-0.9, 0.9, (4, 2 * RATE))
    write(tmp_path / "x.wav", x, 32, valid)
    assert probe(tmp_path / "x.wav").duration == pytest.approx(2.0)


@pytest.mark.parametrize(("word", "valid"), [(4, 24), (4, 16), (3, 16)])
def test_a_plain_header_states_the_valid_bits_and_the_size_of_a_block(tmp_path, word, valid):
    x = np.random.default_rng(0).uniform(-0.9, 0.9, (4, 2 * RATE))
    path = tmp_path / "x.wav"
    words = (x.T * (2 ** (valid - 1) - 1)).round().astype("<i8") << (8 * word - valid)
    data = words[..., None].view(np.uint8)[..., :word].tobytes()
    fmt = struct.pack("<HHIIHH", 1, 4, RATE, RATE * 4 * word, 4 * word, valid)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert probe(path).duration == pytest.approx(2.0)
    (clip,) = clip_audio(path, [(0.0, 2.0)])
    assert clip.reason is None
    np.testing.assert_allclose(clip.samples, x, atol=2.0 ** (2 - valid) + 1e-6)


def test_a_file_that_ends_early_is_not_whole(tmp_path):
    x = np.random.default_rng(0).uniform(-0.9, 0.9, (4, 2 * RATE))
    path = tmp_path / "x.wav"
    write(path, x, 32, 24)
    path.write_bytes(path.read_bytes()[: 16 * RATE])
    (clip,) = clip_audio(path, [(0.0, 2.0)])
    assert clip.reason in {"audio_damaged", "clip_outside"}
