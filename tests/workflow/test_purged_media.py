"""Media that are deleted between two stages, as scratch file systems do."""

import shutil

import numpy as np
import pytest
from support.runs import SMALL, assert_same, configure, curated, products, run

from foa360.demo.audio import sound_field
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.demo.scenes import random_scene

pytestmark = [pytest.mark.system, pytest.mark.slow]

NAMES = ("one", "two")
SECONDS = 3.0


@pytest.fixture
def folder(tmp_path):
    """Make a run of two videos, whose clips are kept."""
    for name in NAMES:
        scene = random_scene(name, SECONDS, ["bell", "dog"])
        frames = (scene.frame(n / DEMO_FPS, 256, 128) for n in range(int(SECONDS * DEMO_FPS)))
        audio = sound_field(scene).astype(np.float32)
        write_media(tmp_path / "media" / f"{name}.mp4", frames, audio, video="h264")
    rows = [f"{name},media/{name}.mp4,0,{SECONDS}" for name in NAMES]
    (tmp_path / "list.csv").write_text("\n".join(["video_id,video,start,duration", *rows]))
    sources = [{"kind": "list", "path": "list.csv"}]
    return configure(tmp_path, {**SMALL, "sources": sources})


@pytest.mark.parametrize("done", ["fetch", "curate", "detect"])
def test_a_stage_whose_media_are_gone_fails_and_is_repeated(folder, tmp_path, done):
    assert run(folder, "--cores", "1", "features").returncode == 0
    undisturbed = products(folder)
    shutil.rmtree(folder / "results")
    assert run(folder, "--cores", "1", done).returncode == 0
    (folder / "media" / "one.mp4").rename(tmp_path / "one.mp4")
    failed = run(folder, "--cores", "1", "features")
    assert failed.returncode != 0
    assert "file_missing" in failed.stdout
    assert "media/one.mp4" in failed.stdout
    assert "Traceback" not in failed.stdout
    (tmp_path / "one.mp4").rename(folder / "media" / "one.mp4")
    again = run(folder, "--cores", "1", "features")
    assert again.returncode == 0, again.stdout[-3000:]
    assert_same(products(folder), undisturbed)
    assert {clip.verdict for clip in curated(folder)} == {"kept"}
