"""Bring the media of a shard here: local files in place, URLs into the cache."""

import os
import stat
from pathlib import Path
from typing import Any

from foa360 import tables
from foa360.files import safe_name, sha256
from foa360.jobs import Progress
from foa360.sources.errors import FetchError
from foa360.sources.http import download
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


def fetch_video(video: Row, cache: Path) -> Row:
    """Row of one video (`video_id`, `video`, `audio`)."""
    row: Row = {"video_id": video["video_id"], "state": "fetched"}
    try:
        paths, about = _get(video, cache)
        for kind, path in paths.items():
            row[f"{kind}_path"] = str(path)
            row[f"{kind}_bytes"] = _size(path)
            row[f"{kind}_sha256"] = sha256(path)
        return row | about
    except FetchError as error:
        return {
            "video_id": video["video_id"], "state": "failed",
            "reason": error.reason, "message": error.message,
        }  # fmt: skip


def _get(video: Row, cache: Path) -> tuple[dict[str, Path], Row]:
    name = safe_name(video["video_id"])
    if is_youtube(video["video"]):
        return download_youtube(video["video"], cache / name)
    paths: dict[str, Path] = {}
    for kind in ("video", "audio"):
        place = video[kind]
        if kind == "audio" and place == video["video"]:
            paths[kind] = paths["video"]
        elif place.startswith(("http://", "https://")):
            paths[kind] = download(place, cache / name / kind)
        else:
            paths[kind] = Path(place)
    return paths, {}


def _size(path: Path) -> int:
    """Bytes of a regular file that is there and readable; FetchError otherwise."""
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise FetchError("unreadable", "not a regular file")
        if not os.access(path, os.R_OK):
            raise FetchError("unreadable", "no permission to read")
    except (OSError, ValueError) as error:
        raise FetchError("file_missing", str(getattr(error, "strerror", error))) from None
    if info.st_size == 0:
        raise FetchError("empty_file", "0 bytes")
    return info.st_size
