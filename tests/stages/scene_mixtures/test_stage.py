"""Scenes are told by what they differ in, and by nothing else."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.miniatures import write_scenes

from foa360.ambisonics import encode
from foa360.config.features import Features
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import DownstreamItem
from foa360.downstream.eigenscape import draw_folds
from foa360.downstream.figures import figures
from foa360.downstream.scene_mixtures import COEFFICIENTS, cepstral_frames, direction_frames
from foa360.stages.scene_mixtures.stage import classify_by_mixtures

FEATURES = Features(sample_rate=8000, n_fft=512, hop=160, n_mels=32)
SEED = 5


def noise(azimuth: float, elevation: float, seconds: float = 1.0) -> NDArray[np.float32]:
    samples = np.random.default_rng(0).standard_normal(round(8000 * seconds))
    return (0.1 * encode(azimuth, elevation)[:, None] * samples).astype(np.float32)


def test_a_plane_wave_has_its_direction_in_all_bands_and_no_diffuseness() -> None:
    frames = direction_frames(noise(2.0, -0.5), FEATURES)
    assert frames.shape == (10, 80)
    x, y, z, diffuse = frames.reshape(10, 4, 20).transpose(1, 0, 2)
    expected = [np.cos(2) * np.cos(0.5), np.sin(2) * np.cos(0.5), -np.sin(0.5)]
    assert np.allclose(np.stack([x, y, z]), np.array(expected)[:, None, None], atol=1e-3)
    assert np.abs(diffuse).max() < 1e-3


def test_a_level_changes_the_first_coefficient_alone() -> None:
    foa = noise(0.0, 0.0)
    soft, loud = (cepstral_frames(gain * foa, FEATURES) for gain in (1, 10))
    assert soft.shape == (10, COEFFICIENTS)
    assert np.allclose(loud[:, 0] - soft[:, 0], 20 * FEATURES.n_mels**0.5, atol=1e-2)
    assert np.allclose(loud[:, 1:], soft[:, 1:], atol=1e-2)


def test_silence_has_no_direction_and_is_diffuse() -> None:
    frames = direction_frames(np.zeros((4, 800), np.float32), FEATURES).reshape(-1, 4, 20)
    assert (frames[:, :3] == 0).all()
    assert (frames[:, 3] == 1).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("differ", "telling", "other"),
    [("direction", "direction", "MFCC"), ("spectrum", "MFCC", "direction")],
)
def test_scenes_are_told_by_what_they_differ_in(
    differ: str, telling: str, other: str, tmp_path: Path
) -> None:
    folder = write_scenes(tmp_path / "scenes", differ)
    output = tmp_path / "rows.parquet"
    classify_by_mixtures(folder, output, FEATURES, 2.0, SEED, Progress("test"))
    rows = tables.read(output, DownstreamItem)
    found = figures(rows)
    assert found[f"{telling} mixtures, accuracy"]["value"] >= 0.6
    assert found[f"{other} mixtures, accuracy"]["value"] < 0.3
    assert found[f"{other} mixtures, accuracy"]["low"] < 1 / 8
    assert found[f"{telling} mixtures, accuracy"]["untrained"] is None
    assert not any("log loss" in name for name in found)
    assert {row.split - 1 for row in rows if row.cluster == "Park.3.wav"} == {
        draw_folds(SEED)[2, 2]
    }
    again = tmp_path / "again.parquet"
    classify_by_mixtures(folder, again, FEATURES, 2.0, SEED, Progress("test"))
    assert again.read_bytes() == output.read_bytes()


def test_recordings_that_cannot_be_read_are_rows(tmp_path: Path) -> None:
    folder = write_scenes(tmp_path / "scenes", "spectrum", seconds=0.3)
    (folder / "Beach.1.wav").write_bytes(b"")
    output = tmp_path / "rows.parquet"
    classify_by_mixtures(folder, output, FEATURES, 0.5, SEED, Progress("test"))
    rows = tables.read(output, DownstreamItem)
    assert len(rows) == 64
    assert {row.reason for row in rows if row.item == "Beach.1.wav"} == {"empty_file"}
    assert {row.reason for row in rows if row.item != "Beach.1.wav"} == {"clip_outside"}
