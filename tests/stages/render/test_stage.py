"""The stage on small shards, and the truth about its videos."""

import json
from pathlib import Path

import pytest
from support.demo_videos import SCENES

from foa360.config.sources import DemoSource
from foa360.core import tables
from foa360.core.files import sha256
from foa360.core.jobs import Progress
from foa360.core.records import PlannedClip
from foa360.demo.catalogue import catalogue
from foa360.stages.render.stage import RenderFiles, render_shard
from foa360.stages.render.truth import video_truth

TINY = DemoSource(kind="demo", seconds=0.5)
SEED = 3


def small_shard() -> list[str]:
    """Ids of a video in each of three formats and of two damaged ones."""
    videos = catalogue(TINY, SEED)
    by_codec = {v.audio_codec: v.video_id for v in reversed(videos) if v.case == "scene"}
    ids = [by_codec[codec] for codec in ("opus", "aac", "vorbis")]
    ids += [v.video_id for v in videos if v.case in {"truncated", "absent"}]
    return ids


def write_shard_plan(path: Path, ids: list[str]) -> None:
    """Plan of a shard `s0000` with these videos, and of another shard."""
    videos = {video.video_id: video for video in catalogue(TINY, SEED)}
    clips = []
    for video_id, video in videos.items():
        clip = PlannedClip(
            clip_id=f"{video_id}_0",
            video_id=video_id,
            start=0.0,
            duration=video.duration,
            shard="s0000" if video_id in ids else "s0001",
            source="demo",
            source_number=0,
            video=video.video,
            audio=video.audio,
        )
        clips.append(clip)
    order = {video_id: number for number, video_id in enumerate(ids)}
    clips.sort(key=lambda clip: order.get(clip.video_id, -1))
    path.parent.mkdir(parents=True, exist_ok=True)
    tables.write(path, clips, PlannedClip)


def render(folder: Path, ids: list[str]) -> RenderFiles:
    files = RenderFiles(
        plan=folder / "plan.parquet", media=folder / "media", truth=folder / "s.json"
    )
    write_shard_plan(files.plan, ids)
    render_shard("s0000", files, TINY, SEED, Progress("test"))
    return files


def test_a_shard_has_the_same_bytes_in_any_order(tmp_path):
    ids = small_shard()
    forward = render(tmp_path / "forward", ids)
    backward = render(tmp_path / "backward", ids[::-1])
    digests = {path.name: sha256(path) for path in forward.media.iterdir()}
    assert digests == {path.name: sha256(path) for path in backward.media.iterdir()}
    assert len(digests) == len(ids)  # one has two files, one has none
    truth = json.loads(forward.truth.read_text("utf-8"))
    assert truth == json.loads(backward.truth.read_text("utf-8"))
    assert list(truth) == ids


def test_the_truth_has_the_directions_of_objects():
    video = SCENES[9]
    truth = video_truth(video)
    assert (truth.case, truth.verdict, truth.reasons) == ("scene", "kept", [])
    assert [item.label for item in truth.objects] == list(video.labels)
    assert truth.objects[0].loudness_db == 0
    for item in truth.objects:
        assert len(item.times) == len(item.azimuth) == len(item.box) == 10
        assert all(-180 <= angle <= 180 for angle in item.azimuth)
        assert all(5 < angle < 45 for angle in item.h_fov + item.v_fov)


def test_an_unwritable_folder_is_an_error_and_leaves_no_truth(tmp_path):
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="media"):
        render(tmp_path, small_shard()[:1])
    assert not (tmp_path / "s.json").exists()
