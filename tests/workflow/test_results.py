"""Results of a complete run on the demo, compared with what was rendered."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from support.runs import curated, run

from foa360.core import tables
from foa360.core.reasons import REASONS
from foa360.core.records import Comparison, Decision, Detection, PlannedClip, Viewpoint

pytestmark = pytest.mark.system


def rendered_truth(folder):
    truth = {}
    for path in (folder / "cache" / "demo").glob("*.json"):
        truth |= json.loads(path.read_text())
    return truth


def read_shards(folder, table, record):
    rows = []
    for path in sorted((folder / "results" / table).glob("*.parquet")):
        rows += tables.read(path, record)
    return rows


def test_every_clip_has_the_true_verdict_and_a_true_reason(complete_run):
    truth = rendered_truth(complete_run)
    clips = curated(complete_run)
    planned = tables.read(complete_run / "results" / "plan" / "shards.parquet", PlannedClip)
    assert [clip.clip_id for clip in clips] == [clip.clip_id for clip in planned]
    for clip in clips:
        expected = truth[clip.video_id]
        assert clip.verdict == expected["verdict"], clip
        if expected["reasons"]:
            assert set(expected["reasons"]) & set(clip.reasons), clip
        assert set(clip.reasons) <= set(REASONS)


def test_kept_clips_have_viewpoints_and_features(complete_run):
    kept = {clip.clip_id for clip in curated(complete_run) if clip.verdict == "kept"}
    viewpoints = read_shards(complete_run, "viewpoints", Viewpoint)
    by_clip = tables.grouped(viewpoints, lambda viewpoint: viewpoint.clip_id)
    assert set(by_clip) == kept
    assert {len(rows) for rows in by_clip.values()} == {4}
    stored = set()
    for path in (complete_run / "results" / "features").glob("*.h5"):
        with h5py.File(path) as file:
            stored |= {name.decode() for name in file["clip_id"][:]}
            for name in ("covariance", "beam"):
                assert np.isfinite(np.asarray(file[name], np.float32)).all(), name
    assert stored == kept


def test_objects_are_detected_where_they_were_drawn(complete_run):
    truth = rendered_truth(complete_run)
    detections = read_shards(complete_run, "detections", Detection)
    confident = [detection for detection in detections if detection.score > 0.5]
    hits = [is_near_an_object(box, truth[box.video_id]["objects"]) for box in confident]
    assert len(hits) > 20
    assert np.mean(hits) > 0.8


def is_near_an_object(box, objects):
    """Whether an object of the class was within 15° of azimuth at some time."""
    azimuth = np.degrees(box.azimuth)
    for drawn in objects:
        offsets = (azimuth - np.array(drawn["azimuth"]) + 180) % 360 - 180
        if drawn["label"] == box.label and (np.abs(offsets) < 15).any():
            return True
    return False


@pytest.mark.parametrize(
    "task", ["avc_choice", "avsa_choice", "matching", "avc", "avsa", "retrieval_1", "probe"]
)
@pytest.mark.parametrize("experiment", ["avc", "avsa"])
def test_every_evaluation_has_an_accuracy_with_its_interval(complete_run, experiment, task):
    path = complete_run / "results" / "evaluation" / experiment / f"{task}.json"
    result = json.loads(path.read_text())
    assert 0 <= result["ci_low"] <= result["accuracy"] <= result["ci_high"] <= 1
    assert result["ci_low"] < result["ci_high"]


def test_all_experiments_decide_about_the_same_test_list(complete_run):
    lines = {}
    for experiment in ("avc", "avsa"):
        folder = complete_run / "results" / "evaluation" / experiment / "0"
        path = folder / "decisions.parquet"
        rows = tables.read(path, Decision)
        lines[experiment] = [
            (row.evaluation, row.number, row.clip_id, row.crops, row.yaw_offset) for row in rows
        ]
    assert lines["avc"]
    assert lines["avc"] == lines["avsa"]


def test_experiments_are_compared_on_the_same_lines(complete_run):
    folder = complete_run / "results" / "evaluation"
    rows = tables.read(folder / "comparison.parquet", Comparison)
    assert {(row.first, row.second) for row in rows} == {("avc", "avsa")}
    (matching,) = (row for row in rows if row.evaluation == "matching")
    first, second = (
        json.loads((folder / experiment / "matching.json").read_text())["accuracy"]
        for experiment in ("avc", "avsa")
    )
    assert matching.difference == pytest.approx(first - second)
    assert matching.ci_low <= matching.difference <= matching.ci_high


def test_shards_pass_their_verification(complete_run):
    program = "import sys; from foa360.commands.main import main; sys.exit(main())"
    verify = [sys.executable, "-c", program, "verify", str(complete_run / "results" / "features")]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0


def test_the_report_escapes_what_files_are_called(complete_run):
    page = (complete_run / "results" / "report" / "index.html").read_text()
    assert "<script>alert(1)" not in page


def test_the_report_of_snakemake_lists_page_curves_and_metrics(complete_copy, tmp_path):
    archive = tmp_path / "results.zip"
    done = run(complete_copy, "--report", str(archive))
    assert done.returncode == 0, done.stdout[-3000:]
    with zipfile.ZipFile(archive) as opened:
        names = [Path(name).name for name in opened.namelist()]
        page = opened.read("results/report.html").decode()
    assert names.count("index.html") == 1
    assert names.count("curves.csv") == 2
    assert names.count("matching.json") == 2
    for category in ("Report", "Training", "Evaluation"):
        assert f'"{category}"' in page
    assert "avsa from the random seed 0" in page
