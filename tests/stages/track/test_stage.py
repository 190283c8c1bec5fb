"""Detections and objects of a shard follow from its boxes and the confidence."""

from pathlib import Path

import numpy as np
import pytest
from support.drawn_videos import VIDEOS, detect, write_drawn_videos

from foa360.config.detect import Detect
from foa360.core import tables
from foa360.core.records import Box, Detection, TrackedObject
from foa360.stages.detect.stage import DetectFiles
from foa360.stages.track.stage import TrackFiles, track_objects


@pytest.fixture
def files(tmp_path: Path) -> DetectFiles:
    return write_drawn_videos(tmp_path)


def track(files: DetectFiles, settings: Detect) -> tuple[bytes, bytes]:
    """Run the stage; returns the content of both tables."""
    outputs = files.boxes.parent.parent
    track_files = TrackFiles(
        kept=files.kept,
        boxes=files.boxes,
        detections=outputs / "detections.parquet",
        objects=outputs / "objects.parquet",
    )
    track_objects(track_files, settings)
    return track_files.detections.read_bytes(), track_files.objects.read_bytes()


def read(files: DetectFiles) -> tuple[list[Detection], list[TrackedObject]]:
    outputs = files.boxes.parent.parent
    detections = tables.read(outputs / "detections.parquet", Detection)
    return detections, tables.read(outputs / "objects.parquet", TrackedObject)


def test_detections_are_in_the_order_of_the_plan_and_belong_to_objects(files: DetectFiles) -> None:
    settings = Detect(image_size=416)
    detect(files, settings)
    track(files, settings)
    detections, objects = read(files)
    assert list(dict.fromkeys(row.video_id for row in detections)) == list(VIDEOS)
    assert min(row.score for row in detections) >= settings.confidence
    numbers = {(row.clip_id, row.object) for row in detections}
    assert numbers == {(row.clip_id, row.object) for row in objects}
    for row in detections:
        assert np.degrees(row.azimuth) == pytest.approx(
            180 - 180 * (row.left + row.right), abs=0.01
        )


@pytest.mark.parametrize(("mode", "size"), [("erp", 416), ("erp_wrap", 416), ("tangent", 128)])
def test_a_confidence_gives_the_same_tables_whatever_it_was_before(
    files: DetectFiles, mode: str, size: int
) -> None:
    confidences = (0.25, 0.93, 0.18)
    settings = [Detect(mode=mode, image_size=size, confidence=c) for c in confidences]
    fresh = []
    for setting in settings:
        detect(files, setting)
        fresh.append(track(files, setting))
    assert len(set(fresh)) > 1
    detect(files, settings[1])
    assert [track(files, setting) for setting in settings] == fresh


def test_confidence_is_lowered_with_boxes_that_reach_lower(files: DetectFiles) -> None:
    """Boxes that are stored for 0.01 serve 0.25, as those that are stored for 0.25 do."""
    usual, low = Detect(image_size=416), Detect(image_size=416, confidence=0.01)
    detect(files, usual)
    expected = track(files, usual)
    detect(files, low)
    assert track(files, usual) == expected
    track(files, low)
    assert 0.01 < min(row.score for row in read(files)[0]) < 0.05


def test_a_shard_without_boxes_has_empty_tables(files: DetectFiles) -> None:
    tables.write(files.boxes, [], Box)
    track(files, Detect())
    assert read(files) == ([], [])
