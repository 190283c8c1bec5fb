"""Numbered files: segments of one recording, or recordings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.plans import one_each, plan

SEGMENTS = [1.0, 1.02, 0.99, 1.0, 0.4]


def write(folder: Path, names: list[str], durations: list[float]) -> None:
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(list(names[0].encode()))
    for name, duration in zip(names, durations, strict=True):
        samples = rng.uniform(-0.5, 0.5, (int(8000 * duration), 4))
        soundfile.write(folder / name, samples, 8000)


@pytest.mark.parametrize("form", ["concert_{:03d}", "out{:02d}", "a-{:04d}"])
def test_segments_of_one_duration_share_a_split(tmp_path, caplog, form):
    media = tmp_path / "media"
    for recording in range(6):
        names = [f"{recording}{form.format(number)}.wav" for number in range(5)]
        write(media, names, SEGMENTS)
    frame = plan(tmp_path, [{"kind": "folder", "path": str(media)}])
    assert frame["video_id"].nunique() == 30
    assert one_each(frame.assign(whole=frame["video_id"].str[0]), "whole", "split")
    assert set(frame["split"]) == {"train", "test"}
    assert "parts of a recording" in caplog.text


@pytest.mark.parametrize(
    ("numbers", "durations"),
    [
        (range(1, 6), [1.0, 0.7, 1.6, 1.1, 0.4]),
        (range(1, 6), [1.0, 1.0, 1.0, 1.0, 1.0]),
        (range(7, 12), SEGMENTS),
        ([1, 2, 3, 5, 8], SEGMENTS),
    ],
)
def test_recordings_with_numbers_stay_apart(tmp_path, caplog, numbers, durations):
    write(tmp_path / "media", [f"take_{number:03d}.wav" for number in numbers], list(durations))
    plan(tmp_path, [{"kind": "folder", "path": str(tmp_path / "media")}])
    assert "parts of a recording" not in caplog.text
