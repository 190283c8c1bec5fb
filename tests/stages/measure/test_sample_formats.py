"""Levels are re the full scale of the sample format, and floating-point samples have none."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.curation import curate_file

RATE = 48000


def field(peak: float, clip: float | None = None) -> np.ndarray:
    """Return four channels of noise from one direction, `(n, 4)`, with a peak."""
    rng = np.random.default_rng(3)
    x = np.convolve(rng.standard_normal(2 * RATE), np.ones(9) / 9, "same")
    x = x / np.abs(x).max()
    if clip:
        x = np.clip(x, -clip, clip) / clip
    return peak * x[:, None] * np.array([1.0, 0.4, 0.3, 0.8])


def curated(path: Path, x: np.ndarray, subtype: str):
    soundfile.write(path, x, RATE, subtype=subtype)
    return curate_file(path)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_clipped_samples_are_found_in_all_formats(tmp_path, subtype):
    found = curated(tmp_path / "x.wav", field(1.0, clip=0.4), subtype)
    assert "clipped" in found.reasons
    assert "above_full_scale" not in found.reasons


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
@pytest.mark.parametrize("peak", [1.5, 8.0])
def test_floats_above_full_scale_are_not_clipped(tmp_path, subtype, peak):
    found = curated(tmp_path / "x.wav", field(peak), subtype)
    assert "clipped" not in found.reasons
    assert "above_full_scale" in found.reasons


def test_floats_that_were_clipped_and_scaled_up_are_both(tmp_path):
    found = curated(tmp_path / "x.wav", field(2.0, clip=0.4), "FLOAT")
    assert {"clipped", "above_full_scale"} <= set(found.reasons)
