"""Wrong configurations, damaged files, full disks."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.runs import ROOT, RUN_LIMIT_S, SMALL, command, configure, curated, run

from foa360.demo.encode import write_media
from foa360.stages.detect.weights import demo_weights

pytestmark = pytest.mark.system


def test_a_wrong_configuration_stops_before_any_work(tmp_path):
    folder = configure(tmp_path, {**SMALL, "curate": {"taau": 0.1}})
    done = run(folder, "--cores", "1", "all")
    assert done.returncode != 0
    assert "curate.taau: there is no such key; did you mean 'tau'?" in done.stdout
    assert not (folder / "results").exists()


@pytest.mark.parametrize("fault", ["damaged", "digest", "not downloadable"])
def test_weights_that_detection_could_not_load_stop_it_before_any_work(tmp_path, fault):
    name = "yolo11n.pt" if fault == "not downloadable" else "mine.pt"
    folder = configure(tmp_path, {**SMALL, "detect": {"weights": name}})
    if fault == "damaged":
        (folder / name).write_bytes(demo_weights().read_bytes()[:100_000])
    if fault == "digest":
        shutil.copyfile(demo_weights(), folder / name)
        configure(tmp_path, {**SMALL, "detect": {"weights": name, "weights_sha256": "0" * 64}})
    # No network, whatever the machine has.
    environment = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    done = run(folder, "--cores", "1", "all", environment=environment)
    assert done.returncode != 0
    (line,) = [line for line in done.stdout.splitlines() if "detect.weights: " in line]
    assert name in line
    assert "Traceback" not in done.stdout
    assert not (folder / "results/fetch").exists()
    planned = run(folder, "--cores", "1", "-n", "all", environment=environment)
    assert planned.returncode == 0, "a dry run downloads nothing"


def test_bad_files_become_rows_and_the_run_succeeds(tmp_path):
    media = tmp_path / "media"
    audio = 0.1 * np.random.default_rng(0).standard_normal((4, 48000 * 2)).astype(np.float32)
    write_media(media / "-rf $(x).wav", None, audio, audio="pcm16")
    write_media(media / "mono.flac", None, audio[:1])
    (media / "empty.mp4").touch()
    (media / "text.mkv").write_text("hello")
    folder = configure(
        tmp_path / "run", {**SMALL, "sources": [{"kind": "folder", "path": str(media)}]}
    )
    done = run(folder, "--cores", "2", "all")
    assert done.returncode == 0, done.stdout[-5000:]
    reasons = {clip.video_id: set(clip.reasons) for clip in curated(folder)}
    assert "no_video" in reasons["-rf $(x)"]
    assert "channel_count" in reasons["mono"]
    assert reasons["empty"] == {"empty_file"}
    assert reasons["text"] == {"unreadable"}
    assert "not measured" in done.stdout


def test_a_full_disk_is_one_clear_error_and_nothing_half_written(complete_run, tmp_path):
    # Rendered media are there.
    shutil.copytree(complete_run / "cache", tmp_path / "run" / "cache")
    folder = configure(tmp_path / "run", SMALL)
    (folder / "results").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder / "results")]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    try:
        done = run(folder, "--cores", "1", "features")
        left = [f for f in (folder / "results" / "features").rglob("*") if f.is_file()]
    finally:
        subprocess.run(["umount", "--lazy", str(folder / "results")], check=True)
    assert done.returncode != 0
    lines = done.stdout.rstrip().splitlines()
    assert re.fullmatch(r"Failed: [a-z]+ s\d{4}", lines[-5]), lines[-8:]
    assert lines[-4].startswith("  reason: No space left on device: ")
    assert Path(folder, lines[-3].removeprefix("  log:    ")).name.endswith(".log")
    assert lines[-2] == "What is finished is kept. To go on:"
    assert lines[-1].endswith("--cores 1 features")
    assert [f.name for f in left if ".part" in f.name] == []


def test_an_unwritable_folder_is_named(tmp_path):
    folder = configure(tmp_path, {**SMALL, "cache": str(tmp_path / "file" / "cache")})
    (tmp_path / "file").write_text("in the way")
    done = run(folder, "--cores", "1", "fetch")
    assert done.returncode != 0
    assert "Not a directory" in done.stdout or "is a file" in done.stdout


def test_a_configuration_of_ones_own_is_merged_over_the_other(tmp_path: Path) -> None:
    folder = configure(tmp_path, {**SMALL, "results": "first"})
    (folder / "mine.yaml").write_text("results: second\n")
    command_line = command(folder, "--cores", "1", "--dry-run")
    command_line[command_line.index("--configfile") + 1] = str(folder / "mine.yaml")
    command_line.insert(3, "all")  # the target comes first, as in the README
    done = subprocess.run(
        command_line,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "second/report/index.html" in done.stdout + done.stderr
    assert "first/" not in done.stdout + done.stderr
