"""Bring the media of a shard here: local files in place, URLs into the cache."""

import os
import re
import stat
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from foa360 import tables
from foa360.jobs import Progress
from foa360.sources.errors import PATIENCE, FetchError, Patience
from foa360.sources.http import download
from foa360.sources.store import Media, fetched
from foa360.sources.table import is_address
from foa360.sources.youtube import download_youtube, is_youtube

Row = dict[str, Any]


def fetch_shard(plan: Path, shard: str, cache: Path, output: Path, progress: Progress) -> None:
    """Write the fetch table of a shard: one row per video, fetched or failed with a reason."""
    frame = tables.read(plan, shard=shard).drop_duplicates("video_id")
    videos = tables.records(frame[["video_id", "video", "audio"]])
    rows = [
        fetch_video(video, cache / "media") for video in progress(videos, len(videos), "videos")
    ]
    tables.write(output, rows, tables.FETCH)


def fetch_video(video: Row, cache: Path, patience: Patience = PATIENCE) -> Row:
    """Row of one video (`video_id`, `video`, `audio`); downloads go to the folder `cache`."""
    row: Row = {"video_id": video["video_id"], "state": "fetched"}
    places = dict.fromkeys((video["video"], video["audio"]))
    try:
        found = {place: _get(place, cache, patience) for place in places}
    except FetchError as error:
        return row | {"state": "failed", "reason": error.reason, "message": error.message}
    for kind in ("video", "audio"):
        files, about = found[video[kind]]
        media = files[kind]
        row[f"{kind}_path"] = str(media.path)
        row[f"{kind}_bytes"], row[f"{kind}_sha256"] = media.size, media.digest
        row |= about
    return row


def _get(place: str, cache: Path, patience: Patience) -> tuple[dict[str, Media], Row]:
    """Files `video` and `audio` of a path or URL (one file may be both), and what is known."""
    if is_youtube(place):
        return fetched(cache, place, lambda folder: download_youtube(place, folder))
    if not is_address(place):
        media = _local(Path(place))
        return {"video": media, "audio": media}, {}
    if not place.lower().startswith(("http://", "https://")):
        raise FetchError("file_missing", f"cannot fetch from {place.partition(':')[0]}: addresses")

    def get(folder: Path) -> tuple[dict[str, Path], Row]:
        path = folder / f"media{_suffix(place)}"
        download(place, path, patience)
        return {"file": path}, {}

    files, about = fetched(cache, place, get)
    return dict.fromkeys(("video", "audio"), files["file"]), about


def _suffix(url: str) -> str:
    """Suffix of the file that a URL names, where it has a plain one."""
    try:
        suffix = PurePosixPath(urlsplit(url).path).suffix
    except ValueError:
        return ""
    return suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,5}", suffix) else ""


def _local(path: Path) -> Media:
    """A regular file that is there and can be read; FetchError otherwise."""
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise FetchError("unreadable", "not a regular file")
        if info.st_size == 0:
            raise FetchError("empty_file", "0 bytes")
        if not os.access(path, os.R_OK):
            raise FetchError("unreadable", "no permission to read")
        return Media.of(path)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise FetchError("file_missing", getattr(error, "strerror", None) or str(error)) from None
    except OSError as error:
        raise FetchError("unreadable", error.strerror or str(error)) from None
