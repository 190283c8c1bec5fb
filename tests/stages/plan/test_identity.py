"""What a video is: names of one file, and files that a split keeps together."""

import unicodedata
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.plans import listed, one_each, plan

from foa360.config.load import load_config
from foa360.core import tables
from foa360.core.records import FetchedVideo
from foa360.demo.encode import write_media
from foa360.stages.plan.pairs import media_pairs
from foa360.stages.plan.stage import write_plan


def content(seed: int) -> bytes:
    """Return bytes that are no media, but as long as some."""
    return np.random.default_rng(seed).bytes(2048)


def write(folder: Path, **contents: int) -> Path:
    """Write files `{name}.mp4` with the content of a seed."""
    folder.mkdir(exist_ok=True)
    for name, seed in contents.items():
        (folder / f"{name}.mp4").write_bytes(content(seed))
    return folder


def replan(folder: Path, sources, **sections) -> pd.DataFrame:
    """Plan again in a folder that may have a plan."""
    path = folder / "results" / "plan" / "shards.parquet"
    write_plan(load_config({"sources": sources, **sections}), path)
    return tables.read_frame(path)


def splits(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame["video_id"], frame["split"], strict=True))


def test_a_file_is_one_video_however_its_path_is_written(tmp_path, caplog):
    write(tmp_path / "sub", a=1, b=2)
    (tmp_path / "link.mp4").symlink_to(tmp_path / "sub" / "a.mp4")
    paths = ["sub/a.mp4", "sub/../sub/a.mp4", "link.mp4", str(tmp_path / "sub/a.mp4"), "sub/b.mp4"]
    source = listed(tmp_path, "\n".join(["video,start,duration", *(f"{p},0,3" for p in paths)]))
    frame = plan(tmp_path, [source])
    assert list(frame["video_id"]) == ["sub/a", "sub/b"]
    assert "3 names stand for files that have another name" in caplog.text
    names = "\n".join(
        ["video_id,video,start,duration", *(f"x,{p},{i},1" for i, p in enumerate(paths[:4]))]
    )
    assert list(plan(tmp_path, [listed(tmp_path, names)])["clip_id"]) == [
        "x_0",
        "x_1",
        "x_2",
        "x_3",
    ]


def test_a_file_keeps_the_name_that_the_plan_has(tmp_path):
    media = write(tmp_path / "media", b=1, c=2)
    source = {"kind": "folder", "path": str(media)}
    before = replan(tmp_path, [source])
    (media / "a.mp4").symlink_to(media / "b.mp4")
    after = replan(tmp_path, [source])
    assert splits(after) == splits(before)


def test_urls_of_a_youtube_video_are_one_video(tmp_path):
    forms = [
        "https://youtu.be/{}",
        "www.youtube.com/watch?v={}&t=3",
        "https://m.youtube.com/live/{}",
    ]
    rows = [f"{form.format('A' * 11)},{10 * i},3" for i, form in enumerate(forms)]
    frame = plan(tmp_path, [listed(tmp_path, "\n".join(["video,start,duration", *rows]))])
    assert set(frame["video_id"]) == {"A" * 11}
    assert set(frame["video"]) == {f"https://www.youtube.com/watch?v={'A' * 11}"}
    assert list(frame["start"]) == [0, 10, 20]


@pytest.mark.parametrize("seed", range(4))
def test_equal_content_is_in_one_split(tmp_path, seed, caplog):
    names = {"a": 1, "A": 1, "a (1)": 1, "copy of a": 1, **{f"v{i}": 10 + i for i in range(6)}}
    media = write(tmp_path / "media", **names)
    frame = plan(tmp_path, [{"kind": "folder", "path": str(media)}], seed=seed)
    copies = {split for name, split in splits(frame).items() if names[name] == 1}
    assert len(copies) == 1
    assert "3 videos have the same file or identical content" in caplog.text


def test_urls_of_one_resource_are_in_one_split(tmp_path):
    forms = [
        "http://h/a.mp4",
        "HTTP://H/a.mp4",
        "http://h:80/a.mp4",
        *(f"http://h./a.mp4#t={second}" for second in range(8)),
    ]
    source = listed(tmp_path, "\n".join(["video,start,duration", *(f"{u},0,3" for u in forms)]))
    assert len(set(splits(plan(tmp_path, [source])).values())) == 1


def test_an_id_per_clip_of_one_file_is_in_one_split(tmp_path):
    write(tmp_path, a=1, b=2)
    rows = [f"a{i},a.mp4,{i},1," for i in range(12)] + ["b,b.mp4,0,1,"]
    source = listed(tmp_path, "\n".join(["video_id,video,start,duration,split", *rows]))
    of_a = {split for name, split in splits(plan(tmp_path, [source])).items() if name != "b"}
    assert len(of_a) == 1
    rows[0] = "a0,a.mp4,0,1,train"
    rows[1] = "a1,a.mp4,1,1,test"
    source = listed(tmp_path, "\n".join(["video_id,video,start,duration,split", *rows]))
    of_a = {split for name, split in splits(plan(tmp_path, [source])).items() if name != "b"}
    assert of_a == {"test"}


def test_audio_that_two_videos_share_is_in_one_split(tmp_path):
    write(tmp_path, **{f"v{i}": i for i in range(12)}, field=99)
    rows = [f"v{i}.mp4,field.mp4,0,1" for i in range(12)]
    frame = plan(tmp_path, [listed(tmp_path, "\n".join(["video,audio,start,duration", *rows]))])
    assert len(set(frame["split"])) == 1


def test_chapters_share_a_split_and_are_named(tmp_path, caplog):
    media = tmp_path / "media"
    names = {}
    for recording in range(101, 113):
        for chapter in (1, 2, 3):
            names[f"GS{chapter:02}{recording:04}"] = 10 * recording + chapter
    write(media, **names)
    frame = plan(tmp_path, [{"kind": "folder", "path": str(media)}])
    assert one_each(frame.assign(recording=frame["video_id"].str[4:]), "recording", "split")
    assert set(frame["split"]) == {"train", "test"}
    assert "24 videos are parts of a recording that has others" in caplog.text
    # Ids of a list hide the names of the files.
    rows = [f"walk{i},media/{name}.mp4,0,1" for i, name in enumerate(names)]
    source = listed(tmp_path, "\n".join(["video_id,video,start,duration", *rows]))
    frame = plan(tmp_path, [source])
    assert one_each(frame.assign(recording=frame["video"].str[-8:]), "recording", "split")


def test_a_column_says_what_is_one_recording(tmp_path):
    rows = [f"v{i}.mp4,day{i % 6},0,1" for i in range(36)]
    source = listed(tmp_path, "\n".join(["video,recording,start,duration", *rows]))
    frame = plan(tmp_path, [source])
    day = frame["video_id"].str[1:].astype(int) % 6
    assert one_each(frame.assign(day=day), "day", "split")


def test_downloads_of_equal_content_are_grouped_once_they_are_there(tmp_path):
    rows = [f"v{i},http://example.org/{i}.mp4,0,1" for i in range(30)]
    source = listed(tmp_path, "\n".join(["video_id,video,start,duration", *rows]))
    before = splits(replan(tmp_path, [source]))
    train = next(name for name, split in before.items() if split == "train")
    test = next(name for name, split in before.items() if split == "test")
    fetched = [
        FetchedVideo(
            video_id=name,
            state="fetched",
            video_bytes=2048,
            audio_bytes=2048,
            video_sha256="ab",
            audio_sha256="ab",
        )
        for name in (train, test)
    ]
    tables.write(tmp_path / "results" / "fetch" / "s0000.parquet", fetched, FetchedVideo)
    after = splits(replan(tmp_path, [source]))
    assert after[train] == after[test]
    assert {name for name in before if before[name] != after[name]} <= {train, test}
    assert splits(replan(tmp_path, [source])) == after


def test_a_takedown_removes_copies_too_and_names_ids_that_it_does_not_find(tmp_path):
    media = write(tmp_path / "media", a=1, b=1, c=2, d=3)
    (tmp_path / "gone.csv").write_text("\ufeffvideo_id,why\n a ,asked\nnowhere,asked\n")
    source = {"kind": "folder", "path": str(media)}
    path = tmp_path / "results" / "plan" / "shards.parquet"
    config = {"sources": [source], "takedown": str(tmp_path / "gone.csv")}
    takedown = write_plan(load_config(config), path)
    assert set(tables.read_frame(path)["video_id"]) == {"c", "d"}
    assert {clip.video_id for clip in takedown.removed} == {"a", "b"}
    assert list(takedown.unmatched) == ["nowhere"]


def test_the_cache_and_the_results_in_a_source_are_no_source(tmp_path, monkeypatch):
    monkeypatch.chdir(write(tmp_path / "media", a=1))
    write(tmp_path / "media" / "cache", b=2)
    write(tmp_path / "media" / "results", c=3)
    assert set(replan(tmp_path, [{"kind": "folder", "path": "."}])["video_id"]) == {"a"}


def test_pairs_whose_names_are_spelt_differently(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "caf\u00e9") for form in ("NFC", "NFD"))
    for name in (
        f"{composed}.mp4",
        f"{decomposed}.wav",
        "Take1.MP4",
        "take1.wav",
        "x.mp4",
        "X.mp4",
        "x.wav",
    ):
        (tmp_path / name).write_bytes(b"x")
    pairs = {stem: (p.video.name, p.audio.name) for stem, p in media_pairs(tmp_path).items()}
    assert pairs == {
        composed: (f"{composed}.mp4", f"{decomposed}.wav"),
        "Take1": ("Take1.MP4", "take1.wav"),
        "x": ("x.mp4", "x.wav"),
        "X": ("X.mp4", "X.mp4"),
    }


def test_a_mix_beside_a_video_with_four_channels_is_not_its_audio(tmp_path, caplog):
    media = tmp_path / "media"

    def frames():
        return (np.zeros((16, 32, 3), np.uint8) for _ in range(20))

    audio = np.zeros((4, 96000), np.float32)
    write_media(media / "mixed.mkv", frames(), audio)
    write_media(media / "mixed.wav", None, audio[:2], audio="pcm16")
    write_media(media / "both.mkv", frames(), audio)
    write_media(media / "both.wav", None, audio, audio="pcm16")
    write_media(media / "pair.mkv", frames(), None)
    write_media(media / "pair.wav", None, audio, audio="pcm16")
    frame = plan(tmp_path, [{"kind": "folder", "path": str(media)}]).set_index("video_id")
    suffixes = {name: Path(frame.loc[name, "audio"]).suffix for name in frame.index}
    assert suffixes == {"mixed": ".mkv", "both": ".wav", "pair": ".wav"}
    assert "1 audio files have fewer than four channels" in caplog.text
    assert "1 videos have four channels of audio and a file with four beside them" in caplog.text


def test_what_could_not_be_opened_is_tried_again(tmp_path):
    media = write(tmp_path / "media", a=1)
    source = {"kind": "folder", "path": str(media)}
    replan(tmp_path, [source])
    assert not (tmp_path / "results" / "plan" / "media.json").exists()


lists = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 4), min_size=2, max_size=8)


@given(lists, lists)
@settings(max_examples=40)
def test_copies_that_come_and_go_move_no_video_that_stays(first, second):
    """Names stand for contents; a name that stays keeps its content."""
    second = {name: first.get(name, seed) for name, seed in second.items()}
    with TemporaryDirectory() as folder:
        plans = []
        for number, contents in enumerate((first, second, first)):
            media = write(Path(folder) / f"media{number}", **contents)
            # Paths must not change between plans.
            link = Path(folder) / "media"
            link.unlink(missing_ok=True)
            link.symlink_to(media)
            source = {"kind": "folder", "path": str(link)}
            frame = replan(Path(folder), [source], shard={"clips": 2})
            assert one_each(
                frame.assign(content=frame["video_id"].map(contents)), "content", "split"
            )
            plans.append(frame.set_index("video_id")[["shard", "split"]])
        for before, after in pairwise(plans):
            stay = before.index.intersection(after.index)
            assert (before.loc[stay, "shard"] == after.loc[stay, "shard"]).all()
            assert (before.loc[stay, "split"] == after.loc[stay, "split"]).all()
