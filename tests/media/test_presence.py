"""Fetched media that are gone or changed end a job."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.clips import fetched_video

from foa360.core.files import sha256
from foa360.media.presence import media_present, require_unchanged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"media")
    return path


def test_media_that_stay_are_no_error(path: Path) -> None:
    with media_present(replace(fetched_video("a", path), video_bytes=5, audio_bytes=5)):
        assert path.exists()


@pytest.mark.parametrize("when", ["before", "during"])
def test_media_that_are_gone_are_named(path: Path, when: str) -> None:
    if when == "before":
        path.unlink()
    with pytest.raises(FileNotFoundError, match="file_missing") as error:  # noqa: SIM117
        with media_present(fetched_video("a", path)):
            path.unlink()
    assert error.value.filename == str(path)


def test_media_of_another_size_are_named(path: Path) -> None:
    video = replace(fetched_video("a", path), audio_bytes=5)
    path.write_bytes(b"other media")
    with pytest.raises(OSError, match="changed since it was fetched"), media_present(video):
        raise AssertionError("nothing is read")


def test_seemingly_damaged_media_are_compared_with_what_was_fetched(path: Path) -> None:
    digest = sha256(path)
    video = replace(fetched_video("a", path), video_sha256=digest, audio_sha256=digest)
    require_unchanged(video)
    path.write_bytes(b"MEDIA")
    with pytest.raises(OSError, match="changed since it was fetched") as error:
        require_unchanged(video)
    assert error.value.filename == str(path)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        require_unchanged(video)
