"""States of local media between runs."""

import os
from pathlib import Path

import pytest

from foa360.stages.plan.seen_files import SeenFiles


@pytest.fixture
def media(tmp_path: Path) -> str:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"media")
    return str(path)


def seen(folder: Path, *files: str) -> str:
    """Digest that a run sees."""
    states = SeenFiles(folder / "media.json")
    states.look(files)
    states.save(files)
    return states.digest(files)


def test_another_size_or_time_is_another_digest(tmp_path, media):
    first = seen(tmp_path, media)
    assert seen(tmp_path, media) == first
    os.utime(media, ns=(0, 1))
    second = seen(tmp_path, media)
    assert second != first
    Path(media).write_bytes(b"other media")
    os.utime(media, ns=(0, 1))
    assert seen(tmp_path, media) not in {first, second}


def test_a_file_that_is_gone_changes_nothing_and_one_that_comes_does(tmp_path, media):
    first = seen(tmp_path, media)
    Path(media).rename(tmp_path / "away")
    assert seen(tmp_path, media) == first
    Path(tmp_path / "away").rename(media)
    assert seen(tmp_path, media) == first
    new = str(tmp_path / "new.mp4")
    absent = seen(tmp_path, new)
    Path(new).write_bytes(b"x")
    assert seen(tmp_path, new) != absent


def test_a_process_that_only_reads_sees_the_same(tmp_path, media):
    first = seen(tmp_path, media)
    os.utime(media, ns=(0, 1))
    assert SeenFiles(tmp_path / "media.json").digest([media]) == first
    (tmp_path / "media.json").write_text("{")
    assert SeenFiles(tmp_path / "media.json").digest([media]) != first
