"""Folders of media: pairs of files, clips, and odd file systems."""

import os
from pathlib import Path

import numpy as np
from support.plans import one_each, plan

from foa360.config.load import load_config
from foa360.core import tables
from foa360.demo.encode import write_media
from foa360.stages.plan.pairs import media_pairs
from foa360.stages.plan.stage import write_plan


def test_folders_find_pairs_and_cut_clips(tmp_path):
    media = tmp_path / "media"
    audio = np.zeros((4, 48000 * 7), np.float32)
    frames = (np.zeros((16, 32, 3), np.uint8) for _ in range(70))
    write_media(media / "one.mp4", frames, None)
    write_media(media / "one.wav", None, audio, audio="pcm16")
    write_media(media / "sub" / "-two.mkv", None, audio)
    (media / ".hidden.mp4").write_bytes(b"x")
    (media / "broken.mp4").write_bytes(b"x")
    (media / "loop").symlink_to(media)
    (media / "notes.txt").write_text("x")
    frame = plan(tmp_path, [{"kind": "folder", "path": str(media)}], clip={"duration": 3.0})
    found = frame.groupby("video_id")["start"].apply(list).to_dict()
    assert found == {"broken": [0], "one": [0, 3], "sub/-two": [0, 3]}
    one = frame[frame["video_id"] == "one"].iloc[0]
    assert (one["video"], one["audio"]) == (str(media / "one.mp4"), str(media / "one.wav"))


def test_clips_cut_from_one_video_share_a_split_in_a_folder_too(tmp_path):
    ids = [f"tAiVUt5vE{i}{last}" for i in range(6) for last in "0k"]
    for video_id in ids:
        for tail in ("_10", "l_30", "-7"):
            (tmp_path / f"{video_id}{tail}.webm").write_bytes(b"x")
    frame = plan(tmp_path, [{"kind": "folder", "path": str(tmp_path)}])
    assert len(frame) == 36
    assert one_each(frame.assign(whole=frame["video_id"].str[:11]), "whole", "split")


def test_two_videos_of_one_stem_stay_apart(tmp_path):
    for name in ("a.mp4", "a.webm", "b.wav"):
        (tmp_path / name).write_bytes(b"x")
    assert set(media_pairs(tmp_path)) == {"a.mp4", "a.webm", "b"}


def test_odd_folders_neither_hang_nor_lose_files(tmp_path):
    media, elsewhere = tmp_path / "media", tmp_path / "elsewhere"
    media.mkdir()
    elsewhere.mkdir()
    os.mkfifo(media / "pipe.mp4")
    (media / "dangling.mp4").symlink_to(media / "absent")
    (media / "folder.mp4").mkdir()
    (elsewhere / "linked.mp4").write_bytes(b"x")
    (elsewhere / "back").symlink_to(media)
    (media / "link").symlink_to(elsewhere)
    (media / "link2").symlink_to(elsewhere)
    for name in ("a.mp4.wav", "a.mp4", "a.webm"):
        (media / name).write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(media) + b"/caf\xe9.mp4")).write_bytes(b"x")
    write_plan(load_config({"sources": [{"kind": "folder", "path": str(media)}]}), tmp_path / "p")
    assert set(tables.read_frame(tmp_path / "p")["video_id"]) == {
        "pipe",
        "dangling",
        "link/linked",
        "a.mp4",
        "a.webm",
        "a.mp4.wav",
        "caf\\xe9",
    }
