"""A network classifies the scenes of a miniature of EigenScape, from folder to table."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.miniatures import BANDS, write_eigenscape, write_network

from foa360.config.features import Features
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import DownstreamItem
from foa360.downstream.eigenscape import CLASSES, draw_folds, read_eigenscape, segments
from foa360.downstream.figures import figures
from foa360.downstream.files import DownstreamFiles
from foa360.downstream.layout import LayoutError
from foa360.media.container import MediaError
from foa360.stages.downstream.stage import pool_downstream
from foa360.stages.eigenscape.stage import classify_eigenscape

FEATURES = Features(sample_rate=8000, n_fft=512, hop=160, n_mels=BANDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_eigenscape(tmp_path_factory.mktemp("eigenscape"))


def run(folder: Path, tmp_path: Path, audio_input: str = "foa_iv") -> Path:
    files = DownstreamFiles(
        folder=folder,
        model=write_network(tmp_path / "model.pt", audio_input),
        output=tmp_path / "out.parquet",
    )
    classify_eigenscape(files, FEATURES, 1.0, 5, Progress("test"))
    return files.output


def test_folds_have_two_recordings_of_every_class_and_follow_the_seed():
    folds = draw_folds(5)
    for of_class in folds:
        assert Counter(of_class.tolist()) == dict.fromkeys(range(4), 2)
    assert np.array_equal(folds, draw_folds(5))
    assert not np.array_equal(folds, draw_folds(6))
    assert len({tuple(of_class) for of_class in folds.tolist()}) > 1


def test_segments_are_the_first_four_channels_in_order(tmp_path: Path):
    samples = np.arange(25)[None] / 100 + np.linspace(0, 0.5, 25000)[:, None]
    soundfile.write(tmp_path / "a.wav", samples, 8000, "PCM_24")
    read = list(segments(tmp_path / "a.wav", 1.3))
    assert [(s.shape, rate) for s, rate in read] == [((4, 10400), 8000)] * 2
    joined = np.concatenate([s for s, _ in read], 1)
    assert np.allclose(joined, samples[:20800, :4].T, atol=1e-6)


@pytest.mark.parametrize(
    ("channels", "value", "reason"), [(3, 0.1, "channel_count"), (25, np.nan, "not_finite")]
)
def test_what_is_no_ambisonics_has_a_reason(channels, value, reason, tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", np.full((9000, channels), value), 8000, "FLOAT")
    with pytest.raises(MediaError) as caught:
        list(segments(tmp_path / "a.wav", 1.0))
    assert caught.value.reason == reason


def test_a_recording_that_is_not_there_is_named(folder: Path, tmp_path: Path):
    for path in folder.iterdir():
        if path.name != "QuietStreet.4.wav":
            (tmp_path / path.name).symlink_to(path)
    message = re.escape("there is no QuietStreet.4.wav")
    with pytest.raises(LayoutError, match=message):
        read_eigenscape(tmp_path)


@pytest.mark.slow
def test_a_miniature_becomes_a_table_and_figures(folder: Path, tmp_path: Path):
    """The classes differ in what the first four channels have, and the others are all alike."""
    output = run(folder, tmp_path)
    rows = tables.read(output, DownstreamItem)
    counts = Counter((row.split, row.network) for row in rows)
    assert counts == {(s, n): 32 for s in (1, 2, 3, 4) for n in ("trained", "untrained")}
    folds = {row.cluster: row.split for row in rows}
    assert len(folds) == 64
    assert all(folds[row.cluster] == row.split for row in rows)
    found = figures(rows)["linear, accuracy"]
    assert found["value"] > 0.5
    assert found["low"] > found["chance"] == pytest.approx(1 / 8)
    assert found["clusters"] == 64
    pool_downstream("eigenscape", "avsa", [output], tmp_path / "out.json")
    pooled = json.loads((tmp_path / "out.json").read_text())
    assert "Park.6 and Park.8" in pooled["warning"]
    assert pooled["figures"]["linear, accuracy"]["value"] == found["value"]


@pytest.mark.slow
def test_recordings_that_cannot_be_read_are_rows(folder: Path, tmp_path: Path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "Beach.1.wav").write_bytes(b"")
    (tmp_path / "Beach.2.wav").write_bytes(b"RIFF and nothing else")
    soundfile.write(tmp_path / "Park.3.wav", np.zeros((100, 25)), 8000)
    rows = tables.read(run(tmp_path, tmp_path, "mono"), DownstreamItem)
    unread = {row.item: row.reason for row in rows if row.reason is not None}
    assert unread == {
        "Beach.1.wav": "empty_file",
        "Beach.2.wav": "unreadable",
        "Park.3.wav": "clip_outside",
    }
    assert len({row.cluster for row in rows if row.outcome is not None}) == 61
    assert {row.label for row in rows} == set(CLASSES)
