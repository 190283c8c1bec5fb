"""Takedown: what is deleted, and what stays."""

from support.fetching import fetch, planned

from foa360.core import tables
from foa360.core.records import PlannedClip
from foa360.stages.fetch.takedown import erase

#: Files of the user in the folder of results, which may be the folder of a project.
FOREIGN = (
    "recordings/s0000.wav",
    "notes/s0000.docx",
    "s0000.txt",
    "features/s0000.notes",
    "features/old/s0000.h5",
    "logs/s0000.log",
)


def test_downloads_and_empty_shards_are_deleted_but_no_local_file(server, tmp_path):
    (tmp_path / "own.mp4").write_bytes(b"video")
    sources = {"0": f"{server}/good", "1": str(tmp_path / "own.mp4"), "2": f"{server}/other"}
    plan = planned(tmp_path, sources)
    fetch(plan, tmp_path)
    results = tmp_path / "results"
    written = (
        "curation/s0000.parquet",
        "boxes/s0000.partial/a.json",
        "features/s0000.h5",
        "curation/s0001.parquet",
        *FOREIGN,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "s0000.wav").touch()
    for name in written:
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).touch()
    (results / "mine").symlink_to(elsewhere)
    clips = tables.read(plan, PlannedClip)
    erase(clips[:2], {"s0000"}, results, tmp_path / "cache")
    assert (tmp_path / "own.mp4").exists()
    media = [path for path in (tmp_path / "cache").rglob("media*") if path.is_file()]
    assert len(media) == 1, "that of the other video"
    assert (results / "features/s0000.h5").exists(), "its shard holds another video"
    erase(clips, {"s0001"}, results, tmp_path / "cache")
    left = [path.relative_to(results).as_posix() for path in results.rglob("*") if path.is_file()]
    assert set(left) == {"curation/s0001.parquet", *FOREIGN}
    assert (elsewhere / "s0000.wav").exists()
