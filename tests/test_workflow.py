"""The whole workflow in a temporary folder: to the report, twice, interrupted, on bad input."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from foa360.core import old_tables as tables
from foa360.core.reasons import REASONS
from foa360.demo.encode import write_media

ROOT = Path(__file__).resolve().parents[1]
SMALL = {
    "sources": [{"kind": "demo", "videos": 12, "seconds": 3.0}],
    "shard": {"clips": 24},
    "detect": {"image_size": 416},
    "features": {"video_width": 128, "n_mels": 32},
    "train": {
        "width": 4, "crop": 32, "frames": 1, "batch": 8, "avc_steps": 60, "avsa_steps": 6,
        "learning_rate": 0.001,
    },
    "evaluate": {"pairs": 24, "probe_steps": 20},
}  # fmt: skip

pytestmark = pytest.mark.system


def command(folder: Path, *arguments: str) -> list[str]:
    return [
        sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "workflow" / "Snakefile"),
        "--directory", str(folder), "--configfile", str(folder / "config.yaml"), *arguments,
    ]  # fmt: skip


def run(folder: Path, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments), cwd=folder, timeout=timeout, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip


def configure(folder: Path, config: dict) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def products(folder: Path) -> dict[str, bytes]:
    """Everything that has to be the same every time."""
    kinds = {".parquet", ".h5", ".sha256", ".pt", ".csv", ".json", ".html", ".txt"}
    files = [*(folder / "results").rglob("*"), *(folder / "cache").rglob("*")]
    return {
        str(f.relative_to(folder)): f.read_bytes()
        for f in sorted(files)
        if f.is_file() and (f.suffix in kinds or "media" in f.parts) and "logs" not in f.parts
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = configure(tmp_path_factory.mktemp("whole"), SMALL)
    done = run(folder, "--cores", "2", "all")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "Report: results/report/index.html" in done.stdout
    return folder


def curated(folder: Path) -> list[dict]:
    frames = [tables.read(p) for p in sorted((folder / "results" / "curation").glob("*.parquet"))]
    return [row for frame in frames for row in tables.records(frame)]


def test_every_clip_has_its_verdict_and_it_is_the_true_one(whole):
    truth = {}
    for path in (whole / "cache" / "demo").glob("*.json"):
        truth |= json.loads(path.read_text())
    rows = curated(whole)
    planned = tables.read(whole / "results" / "plan" / "shards.parquet")
    assert [r["clip_id"] for r in rows] == list(planned["clip_id"])
    wrong = {
        r["video_id"]: (r["verdict"], list(r["reasons"]), truth[r["video_id"]])
        for r in rows
        if r["verdict"] != truth[r["video_id"]]["verdict"]
        or not set(truth[r["video_id"]]["reasons"] or r["reasons"] or [0]) & {*r["reasons"], 0}
    }
    assert not wrong
    assert {code for r in rows for code in r["reasons"]} <= set(REASONS)


def test_kept_clips_have_viewpoints_and_features(whole):
    kept = {r["clip_id"] for r in curated(whole) if r["verdict"] == "kept"}
    results = whole / "results"
    views = tables.read_all(sorted((results / "viewpoints").glob("*.parquet")))
    assert set(views["clip_id"]) == kept
    assert (views.groupby("clip_id").size() == 4).all()
    stored = set()
    for path in (results / "features").glob("*.h5"):
        with h5py.File(path) as file:
            stored |= {c.decode() for c in file["clip_id"][:]}
            for name in ("rotated", "log_mel", "intensity", "covariance", "beam"):
                assert np.isfinite(np.asarray(file[name], np.float32)).all(), name
    assert stored == kept


def test_objects_are_found_where_they_were_drawn(whole):
    truth = {}
    for path in (whole / "cache" / "demo").glob("*.json"):
        truth |= json.loads(path.read_text())
    found = tables.read_all(sorted((whole / "results" / "detections").glob("*.parquet")))
    hits = total = 0
    for video_id, boxes in found[found["score"] > 0.5].groupby("video_id"):
        for box in tables.records(boxes):
            total += 1
            hits += any(
                o["label"] == box["label"]
                and any(abs((box["azimuth"] - a + 180) % 360 - 180) < 15 for a in o["azimuth"])
                for o in truth[video_id]["objects"]
            )
    assert total > 20
    assert hits / total > 0.8


def test_models_metrics_and_shards_are_whole(whole):
    for experiment, task in (("avc", "avc"), ("avsa", "avsa"), ("avc", "probe"), ("avsa", "probe")):
        result = json.loads(
            (whole / "results" / "evaluation" / experiment / f"{task}.json").read_text()
        )
        assert 0 <= result["ci_low"] <= result["accuracy"] <= result["ci_high"] <= 1
    foa360 = [sys.executable, "-c", "import sys; from foa360.commands.main import main; sys.exit(main())"]
    verify = [*foa360, "verify", str(whole / "results" / "features")]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0
    page = (whole / "results" / "report" / "index.html").read_text()
    assert "<script>alert(1)" not in page


def test_a_second_run_does_nothing(whole):
    done = run(whole, "--cores", "2", "all")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_interrupted_and_on_one_core_gives_the_same_bytes(whole, tmp_path):
    folder = configure(tmp_path / "again", SMALL)
    random = np.random.default_rng(0)
    for _ in range(6):
        process = subprocess.Popen(
            command(folder, "--cores", "1", "all"), cwd=folder, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(random.uniform(5, 16))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        run(folder, "--unlock")
    done = run(folder, "--cores", "1", "all")
    assert done.returncode == 0, done.stdout[-5000:]
    expected, found = products(whole), products(folder)
    found = {k: v for k, v in found.items() if not Path(k).name.startswith(".")}
    assert set(found) == set(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


def test_a_wrong_configuration_stops_before_any_work(tmp_path):
    folder = configure(tmp_path, {**SMALL, "curate": {"taau": 0.1}})
    done = run(folder, "--cores", "1", "all")
    assert done.returncode != 0
    assert "curate.taau: there is no such key; did you mean 'tau'?" in done.stdout
    assert not (folder / "results").exists()


def test_bad_files_become_rows_and_the_run_succeeds(tmp_path):
    media = tmp_path / "media"
    sound = 0.1 * np.random.default_rng(0).standard_normal((4, 48000 * 2)).astype(np.float32)
    write_media(media / "-rf $(x).wav", None, sound, audio="pcm16")
    write_media(media / "mono.flac", None, sound[:1])
    (media / "empty.mp4").touch()
    (media / "text.mkv").write_text("hello")
    folder = configure(
        tmp_path / "run", {**SMALL, "sources": [{"kind": "folder", "path": str(media)}]}
    )
    done = run(folder, "--cores", "2", "all")
    assert done.returncode == 0, done.stdout[-5000:]
    reasons = {r["video_id"]: set(r["reasons"]) for r in curated(folder)}
    assert "no_video" in reasons["-rf $(x)"]
    assert "channel_count" in reasons["mono"]
    assert reasons["empty"] == {"empty_file"}
    assert reasons["text"] == {"unreadable"}
    assert "not measured" in done.stdout


def test_a_full_disk_is_one_clear_error_and_nothing_half_written(whole, tmp_path):
    folder = configure(tmp_path / "run", {**SMALL, "cache": str(whole / "cache")})
    (folder / "results").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder / "results")]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    try:
        done = run(folder, "--cores", "1", "features")
        left = [f for f in (folder / "results" / "features").rglob("*") if f.is_file()]
    finally:
        subprocess.run(["umount", str(folder / "results")], check=True)
    assert done.returncode != 0
    assert "No space left on device" in done.stdout
    assert [f.name for f in left if ".part" in f.name] == []


def test_an_unwritable_folder_is_named(tmp_path):
    folder = configure(tmp_path, {**SMALL, "cache": str(tmp_path / "file" / "cache")})
    (tmp_path / "file").write_text("in the way")
    done = run(folder, "--cores", "1", "fetch")
    assert done.returncode != 0
    assert "Not a directory" in done.stdout or "is a file" in done.stdout
