"""Wrong configurations, damaged files, full disks."""

import subprocess

import numpy as np
import pytest
from support.runs import SMALL, configure, curated, run

from foa360.demo.encode import write_media

pytestmark = pytest.mark.system


def test_a_wrong_configuration_stops_before_any_work(tmp_path):
    folder = configure(tmp_path, {**SMALL, "curate": {"taau": 0.1}})
    done = run(folder, "--cores", "1", "all")
    assert done.returncode != 0
    assert "curate.taau: there is no such key; did you mean 'tau'?" in done.stdout
    assert not (folder / "results").exists()


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
    folder = configure(tmp_path / "run", {**SMALL, "cache": str(complete_run / "cache")})
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
