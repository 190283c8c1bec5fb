"""Curation of real files: verdicts with reasons, whatever is wrong with them."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from support.curation import CurationFiles, curate_shard

from foa360.ambisonics import convert
from foa360.commands.check import curate_video
from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.records import Clip, CuratedClip, FetchedVideo, PlannedClip
from foa360.demo.audio import sound_field
from foa360.demo.encode import foa_in_51, write_media
from foa360.demo.scenes import random_scene

SECONDS = 2.0
SCENE = random_scene("curate", SECONDS)


@pytest.fixture(scope="module")
def field() -> np.ndarray:
    return sound_field(SCENE)


@pytest.fixture(scope="module")
def media(tmp_path_factory, field) -> Path:
    folder = tmp_path_factory.mktemp("media")
    write_media(folder / "good.mkv", frames(), field)
    write_media(folder / "video.mp4", frames(), None)
    write_media(folder / "audio.flac", None, field)
    (folder / "empty.mkv").touch()
    (folder / "text.mkv").write_text("no medium " * 100)
    (folder / "folder.mkv").mkdir()
    os.mkfifo(folder / "pipe.mkv")
    return folder


def frames(seconds: float = SECONDS, width: int = 320):
    return (SCENE.frame(i / 10, width, width // 2) for i in range(round(10 * seconds)))


def clip(start: float = 0.0, duration: float = SECONDS) -> Clip:
    return Clip(clip_id=f"v_{start:g}", video_id="v", start=start, duration=duration, split="train")


def curate(video: Path, audio: Path | None = None, clips=None, **settings) -> list[CuratedClip]:
    fetched = FetchedVideo(
        video_id="v", state="fetched", video_path=str(video), audio_path=str(audio or video)
    )
    return curate_video(clips or [clip()], fetched, Curate(**settings)).clips


def only(video: Path, audio: Path | None = None, **settings) -> CuratedClip:
    (row,) = curate(video, audio, **settings)
    return row


def test_a_good_clip_is_kept_and_measured(media):
    row = only(media / "good.mkv")
    assert (row.verdict, row.convention, row.planes) == ("kept", "ACN/SN3D", [0, 1, 2, 3])
    assert row.energy_ratio == pytest.approx(1, abs=0.2)
    assert (row.projection, row.stereo) == ("erp", "mono")
    assert (row.width, row.height, row.audio_codec) == (320, 160, "flac")


def test_audio_and_video_may_be_two_files(media):
    one_file, two_files = only(media / "good.mkv"), only(media / "video.mp4", media / "audio.flac")
    assert two_files.verdict == "kept"
    assert two_files.energy_ratio == pytest.approx(one_file.energy_ratio, abs=1e-3)


@pytest.mark.parametrize(
    ("video", "audio", "reasons"),
    [
        ("nowhere.mkv", "nowhere.mkv", ["file_missing"]),
        ("empty.mkv", "empty.mkv", ["empty_file"]),
        ("text.mkv", "text.mkv", ["unreadable"]),
        ("folder.mkv", "folder.mkv", ["unreadable"]),
        ("pipe.mkv", "pipe.mkv", ["unreadable"]),
        ("video.mp4", "video.mp4", ["no_audio"]),
        ("audio.flac", "audio.flac", ["no_video"]),
    ],
)
def test_unusable_files_fail_with_a_reason(media, video, audio, reasons):
    row = only(media / video, media / audio)
    assert (row.verdict, row.reasons) == ("failed", reasons)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_too_few_channels_fail(tmp_path, media, field, channels):
    write_media(tmp_path / "x.flac", None, field[:channels])
    row = only(media / "video.mp4", tmp_path / "x.flac")
    assert (row.verdict, row.reasons) == ("failed", ["channel_count"])
    assert row.audio_channels == channels


def test_ambisonics_in_aac_51_is_put_in_order(tmp_path, media, field):
    write_media(tmp_path / "x.m4a", None, foa_in_51(field), audio="aac51")
    row = only(media / "video.mp4", tmp_path / "x.m4a")
    assert (row.verdict, row.planes) == ("kept", [2, 1, 4, 0])


def test_an_unknown_codec_has_a_reason(tmp_path, media):
    content = (media / "good.mkv").read_bytes()
    assert b"A_FLAC" in content
    (tmp_path / "x.mkv").write_bytes(content.replace(b"A_FLAC", b"A_XXXX"))
    assert only(tmp_path / "x.mkv").reasons == ["codec_unknown"]


@pytest.mark.parametrize(("value", "reason"), [(np.nan, "not_finite"), (1e30, "audio_damaged")])
def test_samples_that_are_no_audio_fail(tmp_path, media, field, value, reason):
    x = field.copy()
    x[2, 500:600] = value
    write_media(tmp_path / "x.wav", None, x, audio="float")
    assert only(media / "video.mp4", tmp_path / "x.wav").reasons == [reason]


def test_silence_is_rejected_and_is_the_only_reason(tmp_path, media, field):
    write_media(tmp_path / "x.flac", None, np.zeros_like(field))
    row = only(media / "video.mp4", tmp_path / "x.flac")
    assert (row.verdict, row.reasons) == ("rejected", ["silent"])


def test_presets_set_the_limits_of_the_ratio(tmp_path, media, field):
    x = field * np.array([1, 1.2, 1.2, 1.2])[:, None]
    write_media(tmp_path / "x.flac", None, x.astype(np.float32))
    files = media / "video.mp4", tmp_path / "x.flac"
    assert only(*files).reasons == ["energy_ratio_off"]
    assert only(*files, preset="wang2022").reasons == ["energy_ratio"]
    assert only(*files, ratio_range=(0.9, 1.1)).verdict == "rejected"
    assert only(*files, preset="wang2022", tau=0.9).reasons == []
    assert only(*files, preset="sphere360", ratio_range=(0.9, 1.1)).verdict == "kept"
    assert only(*files, preset="wang2022", score_only=True).verdict == "kept"


@pytest.mark.parametrize("name", ["ACN/N3D", "FuMa"])
def test_other_conventions_are_repaired_unless_that_is_off(tmp_path, media, field, name):
    given = convert(field, "ACN/SN3D", name)
    write_media(tmp_path / "x.flac", None, (given / 2).astype(np.float32))
    files = media / "video.mp4", tmp_path / "x.flac"
    row = only(*files)
    assert (row.verdict, row.convention) == ("kept", name)
    assert row.energy_ratio_after == pytest.approx(1, abs=0.2)
    assert row.energy_ratio > 1.5
    off = only(*files, repair=False)
    assert (off.verdict, off.planes, off.gains) == ("rejected", [0, 1, 2, 3], [1.0] * 4)
    assert "not_ambix" in off.reasons
    assert "energy_ratio" in only(*files, preset="wang2022").reasons


def test_a_silent_and_static_clip_is_all_that_sphere360_rejects(tmp_path, media, field):
    write_media(tmp_path / "x.flac", None, np.stack([field[0]] * 4) / 4)
    files = media / "video.mp4", tmp_path / "x.flac"
    assert only(*files).reasons == ["mono_in_all"]
    row = only(*files, preset="sphere360")
    assert (row.verdict, row.reasons) == ("kept", ["mono_in_all"])
    quiet = 1e-3 * field / np.sqrt(np.mean(field**2))
    write_media(tmp_path / "y.flac", None, quiet.astype(np.float32))
    files = media / "video.mp4", tmp_path / "y.flac"
    assert only(*files, preset="sphere360").reasons == ["silent"]


def test_an_offset_and_octaves_are_measured(tmp_path, media, field):
    write_media(tmp_path / "x.flac", None, (field * 0.5 + 0.1).astype(np.float32))
    row = only(media / "video.mp4", tmp_path / "x.flac")
    assert "dc_offset" in row.reasons
    assert row.dc_offset == pytest.approx(0.1, abs=0.02)
    assert row.energy_ratio == pytest.approx(1, abs=0.2)
    assert len(row.octave_ratios) == 9
    assert len(row.correlations) == 6


def test_each_clip_of_a_video_has_its_own_row(media):
    clips = [clip(1.0, 1.0), clip(0.0, 1.0), clip(50.0, 1.0)]
    rows = curate(media / "good.mkv", clips=clips)
    assert [r.start for r in rows] == [0, 1, 50]
    assert [r.verdict for r in rows] == ["kept", "kept", "failed"]
    assert rows[2].reasons == ["clip_outside"]


def test_files_of_different_duration_are_noted(tmp_path, media, field):
    write_media(tmp_path / "x.mp4", frames(4), None)
    write_media(tmp_path / "x.m4a", None, field, audio="aac")
    assert "duration_mismatch" in only(tmp_path / "x.mp4", tmp_path / "x.m4a").reasons


def test_static_and_black_frames_are_rejected(tmp_path, media):
    still = SCENE.frame(0, 320, 160)
    write_media(tmp_path / "still.mp4", (still for _ in range(20)), None)
    write_media(tmp_path / "black.mp4", (np.full_like(still, 2) for _ in range(20)), None)
    audio = media / "audio.flac"
    assert only(tmp_path / "still.mp4", audio).reasons == ["static_video"]
    assert only(tmp_path / "black.mp4", audio).reasons == ["black_video"]


@pytest.fixture
def shard(tmp_path, media) -> CurationFiles:
    """Plan and fetch tables: clips out of order, hostile ids, a video that was not fetched."""
    good = str(media / "good.mkv")
    ids = ["-rf", "../up", "a b;$(x)", "gone"]
    planned = [
        PlannedClip(
            clip_id=f"{video_id}_{start:g}",
            video_id=video_id,
            start=start,
            duration=1.0,
            split="train",
            shard="s0000",
            source="list",
            source_number=0,
            video="",
            audio="",
        )
        for start in (1.0, 0.0)
        for video_id in ids
    ]
    other = dataclasses.replace(planned[0], shard="s0001")
    fetched = [
        FetchedVideo(video_id=video_id, state="fetched", video_path=good, audio_path=good)
        for video_id in ids[:-1]
    ]
    gone = FetchedVideo(video_id="gone", state="failed", reason="private", message="sign in")
    files = CurationFiles(
        tmp_path / "plan.parquet", tmp_path / "fetch.parquet", folder=tmp_path / "one"
    )
    tables.write(files.plan, [*planned, other], PlannedClip)
    tables.write(files.fetch, [*fetched, gone], FetchedVideo)
    return files


def test_a_shard_has_one_row_for_each_clip_in_the_order_of_the_plan(shard, tmp_path):
    again = dataclasses.replace(shard, folder=tmp_path / "two")
    for files in (shard, again):
        curate_shard("s0000", files)
    clips = tables.read(shard.curation, CuratedClip)
    planned = tables.read(shard.plan, PlannedClip, shard="s0000")
    assert [clip.clip_id for clip in clips] == [clip.clip_id for clip in planned]
    columns = [column.name for column in tables.columns(CuratedClip)]
    assert list(tables.read_frame(shard.curation).columns) == columns
    gone = [clip for clip in clips if clip.video_id == "gone"]
    assert [clip.reasons for clip in gone] == [["private"]] * 2
    assert {clip.message for clip in gone} == {"sign in"}
    assert {clip.verdict for clip in clips if clip.video_id != "gone"} == {"kept"}
    for name in ("measures", "frames", "curation", "kept"):
        assert getattr(shard, name).read_bytes() == getattr(again, name).read_bytes()
