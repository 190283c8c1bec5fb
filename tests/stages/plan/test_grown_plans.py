"""Plans of lists that change: videos keep their shards and splits."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foa360.config.load import load_config
from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.stages.plan.memory import METADATA_KEY
from foa360.stages.plan.shards import PlannedShard, shard_index
from foa360.stages.plan.stage import write_plan

#: Clips per shard in most of these tests.
SIZE = 4


class Planned(NamedTuple):
    """A plan: its bytes, rows and digests."""

    content: bytes
    clips: pd.DataFrame
    index: dict[str, PlannedShard]

    @property
    def shards(self) -> dict[str, str]:
        """Shard of each video."""
        return dict(zip(self.clips["video_id"], self.clips["shard"], strict=True))

    @property
    def splits(self) -> dict[str, str]:
        """Split of each video."""
        return dict(zip(self.clips["video_id"], self.clips["split"], strict=True))

    def differs_in(self, other: "Planned") -> set[str]:
        """Shards that are not the same in another plan."""
        names = self.index.keys() | other.index.keys()
        return {name for name in names if self.index.get(name) != other.index.get(name)}


def source(folder: Path, videos: dict[str, int], name: str = "list") -> dict[str, str]:
    """Return a list of videos with some number of clips each."""
    rows = ["video_id,video,start,duration"]
    for video_id, clips in videos.items():
        rows += [f"{video_id},/media/{video_id}.mp4,{10 * clip},10" for clip in range(clips)]
    path = folder / f"{name}.csv"
    path.write_text("\n".join(rows))
    return {"kind": "list", "path": str(path)}


def plan_sources(folder: Path, sources, **sections) -> Planned:
    """Plan sources in a folder that may have a plan already."""
    config = load_config({"sources": sources, "shard": {"clips": SIZE}, **sections})
    path = folder / "shards.parquet"
    write_plan(config, path)
    return Planned(path.read_bytes(), tables.read_frame(path), shard_index(path))


def plan(folder: Path, videos: dict[str, int], **sections) -> Planned:
    return plan_sources(folder, [source(folder, videos)], **sections)


video_names = st.text("abcdefgh", min_size=1, max_size=3)
video_lists = st.dictionaries(video_names, st.integers(1, 6), min_size=1, max_size=20)


@given(video_lists, st.data())
@settings(max_examples=40)
def test_a_video_that_is_added_anywhere_touches_its_own_shard_only(videos, data):
    new = data.draw(video_names.filter(lambda name: name not in videos))
    position = data.draw(st.integers(0, len(videos)))
    items = list(videos.items())
    items.insert(position, (new, data.draw(st.integers(1, 6))))
    with TemporaryDirectory() as folder:
        before = plan(Path(folder), videos)
        after = plan(Path(folder), dict(items))
        assert before.differs_in(after) == {after.shards[new]}
        assert list(after.index) == sorted(after.index)
        assert before.shards.items() <= after.shards.items()
        assert before.splits.items() <= after.splits.items()
        assert plan(Path(folder), dict(items)).content == after.content


@given(video_lists.filter(lambda videos: len(videos) > 1), st.data())
@settings(max_examples=40)
def test_a_video_that_is_removed_touches_its_own_shard_only(videos, data):
    gone = data.draw(st.sampled_from(sorted(videos)))
    rest = {name: clips for name, clips in videos.items() if name != gone}
    with TemporaryDirectory() as folder:
        before = plan(Path(folder), videos)
        after = plan(Path(folder), rest)
        assert before.differs_in(after) == {before.shards[gone]}
        assert after.shards.items() <= before.shards.items()
        assert after.splits.items() <= before.splits.items()
        assert plan(Path(folder), rest).content == after.content


@given(video_lists, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_the_list_changes_nothing_for_videos_that_are_planned(videos, random):
    items = list(videos.items())
    random.shuffle(items)
    with TemporaryDirectory() as folder:
        before = plan(Path(folder), videos)
        assert plan(Path(folder), dict(items)).content == before.content


@given(st.lists(video_lists, min_size=1, max_size=4))
@settings(max_examples=40)
def test_every_plan_has_all_clips_and_no_shard_above_its_size(lists):
    with TemporaryDirectory() as folder:
        videos: dict[str, int] = {}
        for listed in lists:
            # A video that stays keeps its number of clips.
            videos = {name: videos.get(name, clips) for name, clips in listed.items()}
            planned = plan(Path(folder), videos)
            assert Counter(planned.clips["video_id"]) == videos
            assert planned.clips["clip_id"].is_unique
            for _, video_ids in planned.clips.groupby("shard")["video_id"]:
                assert len(video_ids) <= SIZE or len(set(video_ids)) == 1


def test_a_first_plan_depends_on_the_list_alone(tmp_path):
    videos = {f"v{number}": 1 + number % 3 for number in range(9)}
    grown, fresh = tmp_path / "grown", tmp_path / "fresh"
    for folder in (grown, fresh):
        folder.mkdir()
    plan(grown, {"v5": 3})
    assert plan(grown, videos).shards["v5"] == "s0000"
    first = plan(fresh, videos)
    assert list(first.shards) == list(videos), "in the order of the list"
    (grown / "shards.parquet").unlink()
    assert plan(grown, videos).content == first.content


def test_a_clip_that_a_video_gets_stays_with_it(tmp_path):
    before = plan(tmp_path, {"a": 2, "b": 2, "c": 2, "d": 1})
    after = plan(tmp_path, {"a": 2, "b": 3, "c": 2, "d": 1})
    assert before.differs_in(after) == {"s0000"}
    assert after.shards == before.shards
    assert list(after.clips["clip_id"])[2:5] == ["b_0", "b_10", "b_20"]


def test_sources_fill_their_own_last_shards(tmp_path):
    one, two = {"a": 2}, {"x": 2}

    def planned(*lists):
        sources = [source(tmp_path, videos, str(n)) for n, videos in enumerate(lists)]
        return plan_sources(tmp_path, sources)

    assert planned(one, two).shards == {"a": "s0000", "x": "s0001"}
    after = planned({"b": 2, "c": 1, **one}, {"y": 2, "z": 1, **two})
    assert after.shards == {
        "a": "s0000",
        "b": "s0000",
        "x": "s0001",
        "y": "s0001",
        "c": "s0002",
        "z": "s0003",
    }
    swapped = planned({"y": 2, "z": 1, **two}, {"b": 2, "c": 1, **one})
    assert swapped.shards == after.shards
    assert not swapped.differs_in(after)  # the numbers of sources repeat no job


def test_a_video_of_another_kind_of_source_leaves_its_shard(tmp_path):
    plan(tmp_path, {"a": 1, "b": 1})
    media = tmp_path / "media"
    media.mkdir()
    (media / "b.mp4").touch()
    folder = {"kind": "folder", "path": str(media)}
    after = plan_sources(tmp_path, [source(tmp_path, {"a": 1}), folder])
    assert after.shards == {"a": "s0000", "b": "s0001"}
    assert {name: shard.kind for name, shard in after.index.items()} == {
        "s0000": "list",
        "s0001": "folder",
    }


def test_other_videos_in_the_place_of_all_are_a_first_plan(tmp_path):
    plan(tmp_path, {"a": 4, "b": 4})
    assert plan(tmp_path, {"c": 4}).shards == {"c": "s0000"}


@pytest.mark.parametrize("sections", [{"shard": {"clips": 2}}, {"clip": {"duration": 5.0}}])
def test_other_sizes_fill_all_shards_anew(tmp_path, sections):
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    videos = {"a": 2, "b": 2, "c": 1}
    plan(tmp_path, {"b": 2, "c": 1})
    grown = plan(tmp_path, videos)
    assert list(grown.shards) == ["b", "c", "a"]
    assert plan(tmp_path, videos, **sections).clips.equals(plan(fresh, videos, **sections).clips)


@pytest.mark.parametrize("sections", [{"seed": 3}, {"split": {"test_share": 0.7}}])
def test_other_settings_of_splits_draw_these_anew_and_leave_the_shards(tmp_path, sections):
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    videos = {f"v{number}": 1 for number in range(12)}
    plan(tmp_path, {"v5": 1, "v7": 1})
    before = plan(tmp_path, videos)
    after = plan(tmp_path, videos, **sections)
    assert after.shards == before.shards
    assert after.splits != before.splits
    assert after.splits == plan(fresh, videos, **sections).splits


def test_the_split_of_an_added_video_never_moves_another(tmp_path, caplog):
    # Each split gets a video: with few videos this depends on the others.
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        splits: dict[str, str] = {}
        for count in range(1, 9):
            videos = {f"v{number}": 1 for number in reversed(range(count))}
            planned = plan(folder, videos, seed=seed)
            assert splits.items() <= planned.splits.items()
            splits = planned.splits
            assert len(set(splits.values())) == min(count, 2)
    assert not caplog.text


def test_a_split_that_loses_its_last_video_is_reported_and_gets_the_next(tmp_path, caplog):
    videos = {f"v{number}": 1 for number in range(4)}
    sections = {"split": {"test_share": 0.01}}
    splits = plan(tmp_path, videos, **sections).splits
    (held_out,) = [name for name, split in splits.items() if split == "test"]
    assert not caplog.text
    del videos[held_out]
    rest = plan(tmp_path, videos, **sections)
    assert set(rest.splits.values()) == {"train"}
    assert "no video is left in the split test" in caplog.text
    after = plan(tmp_path, {"new": 1, **videos}, **sections)
    assert after.splits == {**rest.splits, "new": "test"}


def test_a_listed_split_goes_before_a_remembered_one(tmp_path):
    def planned(split):
        path = tmp_path / "list.csv"
        path.write_text(f"video,split\na.mp4,{split}\nb.mp4,train\nc.mp4,test")
        return plan_sources(tmp_path, [{"kind": "list", "path": str(path)}]).splits["a"]

    drawn = planned("")
    other = {"train": "test", "test": "train"}[drawn]
    assert planned(other) == other
    assert planned("") == drawn, "a listed split is not remembered"


def test_a_takedown_keeps_its_place_and_names_nobody(tmp_path):
    videos = {"a": 2, "Taken-one": 2, "b": 3, "Taken-two": 4}
    before = plan(tmp_path, videos)
    takedown = tmp_path / "takedown"
    takedown.write_text("Taken-one\nTaken-two")
    config = load_config(
        {
            "sources": [source(tmp_path, videos)],
            "shard": {"clips": SIZE},
            "takedown": str(takedown),
        }
    )
    path = tmp_path / "shards.parquet"
    for _ in range(2):
        # The second time the file has no row of it: a run that was killed deletes the same files.
        removed = write_plan(config, path).removed
        shards = {clip.video_id: clip.shard for clip in removed}
        assert shards == {"Taken-one": "s0000", "Taken-two": "s0002"}
        assert b"Taken" not in path.read_bytes()
        assert list(shard_index(path)) == ["s0000", "s0001"]
    assert plan(tmp_path, {"new": 2, **videos}).shards == {**before.shards, "new": "s0003"}


def test_a_preview_leaves_the_plan_alone(tmp_path):
    before = plan(tmp_path, {"b": 3})
    config = load_config({"sources": [source(tmp_path, {"a": 3, "b": 3})], "shard": {"clips": 4}})
    path = tmp_path / "shards.parquet"
    write_plan(config, path, tmp_path / "preview.parquet")
    assert path.read_bytes() == before.content
    write_plan(config, path)
    assert path.read_bytes() == (tmp_path / "preview.parquet").read_bytes()
    assert list(shard_index(path)) == ["s0000", "s0001"]


def as_foreign(path: Path) -> None:
    """Replace a plan by a table of other columns."""
    pd.DataFrame({"x": [1]}).to_parquet(path)


def without_notes(path: Path) -> None:
    """Remove what the plan was made with."""
    tables.write(path, tables.read(path, PlannedClip), PlannedClip)


def with_other_notes(path: Path) -> None:
    """Replace what the plan was made with by a text that is not understood."""
    frame = tables.read_frame(path)
    tables.write_frame(path, frame, PlannedClip, {METADATA_KEY: json.dumps({"version": 2})})


def with_other_names(path: Path) -> None:
    """Give shards names that are no shards'."""
    frame = tables.read_frame(path).assign(shard="part-1")
    metadata = tables.read_metadata(path)
    tables.write_frame(path, frame, PlannedClip, metadata)


def as_text(path: Path) -> None:
    """Replace a plan by a text."""
    path.write_text("no table")


@pytest.mark.parametrize(
    "damage", [as_foreign, without_notes, with_other_notes, with_other_names, as_text]
)
def test_a_file_that_is_no_plan_is_replaced_with_a_warning(tmp_path, caplog, damage):
    plan(tmp_path, {"b": 2})
    damage(tmp_path / "shards.parquet")
    assert not caplog.text
    planned = plan(tmp_path, {"a": 4, "b": 2})
    assert planned.shards == {"a": "s0000", "b": "s0001"}
    assert "all shards are filled anew" in caplog.text


def test_a_plan_does_not_depend_on_the_seed_of_hashes(tmp_path):
    videos = {f"v{number}": 1 + number % 5 for number in range(30)}
    source(tmp_path, videos)
    code = (
        "import sys; from pathlib import Path\n"
        "from foa360.config.load import load_config\n"
        "from foa360.stages.plan.stage import write_plan\n"
        "folder = Path(sys.argv[1]); path = folder / sys.argv[2]\n"
        "lists = [{'kind': 'list', 'path': str(folder / 'list.csv')}]\n"
        "(folder / 'gone').write_text('v3\\nv8\\nv9')\n"
        "for takedown in (None, str(folder / 'gone'), str(folder / 'gone')):\n"
        "    write_plan(load_config({'sources': lists, 'takedown': takedown}), path)\n"
    )
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        command = [sys.executable, "-c", code, str(tmp_path), f"{seed}.parquet"]
        subprocess.run(command, check=True, env=environment)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert pq.read_schema(tmp_path / "1.parquet").metadata
