"""Bring the media of a shard here: local files in place, URLs into the cache."""

import logging
import os
import re
import stat
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import requests

from foa360.config.fetch import Fetch
from foa360.core import old_tables as tables
from foa360.core.jobs import Progress
from foa360.stages.fetch.errors import FetchError, Patience
from foa360.stages.fetch.http import download
from foa360.stages.fetch.slots import slot
from foa360.stages.fetch.store import Media, drop, fetched
from foa360.stages.fetch.youtube import download_youtube, is_youtube
from foa360.core.video_ids import is_url as is_address

Row = dict[str, Any]


def fetch_shard(
    plan: Path,
    shard: str,
    cache: Path,
    output: Path,
    progress: Progress,
    settings: Fetch | None = None,
    max_gb: float | None = None,
) -> None:
    """Write the fetch table of a shard: one row per video, fetched or failed with a reason.

    With `max_gb` the downloads of the shard may take that much; what is beyond fails.
    """
    frame = tables.read(plan, shard=shard).drop_duplicates("video_id")
    videos = tables.records(frame[["video_id", "video", "audio"]])
    store = Store(cache / "media", settings or Fetch(), max_gb)
    rows = [store.video(video) for video in progress(videos, len(videos), "videos")]
    tables.write(output, rows, tables.FETCH)


class Store:
    """Downloads of one shard."""

    def __init__(self, cache: Path, settings: Fetch, max_gb: float | None = None) -> None:
        """Files go to the folder `cache`."""
        self.cache = cache
        self.settings = settings
        self.left = None if max_gb is None else max_gb * 1e9
        self.patience = Patience(
            connect=settings.timeout, read=settings.timeout, tries=settings.tries,
            first_wait=settings.first_wait, longest_wait=settings.longest_wait,
        )  # fmt: skip

    def video(self, video: Row) -> Row:
        """Row of one video (`video_id`, `video`, `audio`)."""
        row: Row = {"video_id": video["video_id"], "state": "fetched"}
        places = dict.fromkeys((video["video"], video["audio"]))
        try:
            found = {place: self._get(place) for place in places}
        except FetchError as error:
            failed = {"state": "failed", "reason": error.reason, "message": error.message}
            return row | failed | ({"tries": error.tries} if is_address(video["video"]) else {})
        for kind in ("video", "audio"):
            files, about = found[video[kind]]
            media = files[kind]
            row[f"{kind}_path"] = str(media.path)
            row[f"{kind}_bytes"], row[f"{kind}_sha256"] = media.size, media.digest
            row |= about
        return row

    def _get(self, place: str) -> tuple[dict[str, Media], Row]:
        """Files `video` and `audio` of a path or URL (one may be both), and what is known."""
        if not is_address(place):
            media = _local(Path(place))
            return {"video": media, "audio": media}, {}
        if not place.lower().startswith(("http://", "https://")):
            scheme = place.partition(":")[0]
            raise FetchError("file_missing", f"cannot fetch from {scheme}: addresses")
        files, about = fetched(self.cache, place, lambda folder: self._download(place, folder))
        if self.left is not None:
            self.left -= sum({m.path: m.size for m in files.values()}.values())
            if self.left < 0:
                drop(self.cache, place)
                raise FetchError("cache_full", f"{-self.left / 1e9:.3f} GB too much")
        if set(files) == {"file"}:
            files = dict.fromkeys(("video", "audio"), files["file"])
        return files, about

    def _download(self, place: str, folder: Path) -> tuple[dict[str, Path], Row]:
        with slot(self.cache, self.settings.concurrent):
            if is_youtube(place):
                return self.patience.retry(lambda: download_youtube(place, folder, self.settings))
            path = folder / f"media{_suffix(place)}"
            rate, most = self.settings.rate_mb * 1e6, self.left
            tries = download(
                place, path, self.patience, rate, float("inf") if most is None else most
            )
            return {"file": path}, {"tries": tries, "tool": f"requests {requests.__version__}"}


def bring_back(fetch: Path, plan: Path, shard: str, cache: Path, settings: Fetch) -> None:
    """Fetch again what a shard's table lists and what was dropped since."""
    frame = tables.read(plan, shard=shard).drop_duplicates("video_id")
    places = {row["video_id"]: row for row in tables.records(frame)}
    store = Store(cache / "media", settings)
    for row in tables.records(tables.read(fetch)):
        paths = [row["video_path"], row["audio_path"]]
        if row["state"] == "fetched" and not all(Path(p).exists() for p in paths):
            again = store.video(places[row["video_id"]])
            if again.get("video_sha256") != row["video_sha256"]:
                logging.getLogger(__name__).warning(
                    "%s was dropped and is not the same now: %s",
                    row["video_id"], again.get("message") or "other bytes",
                )  # fmt: skip


def drop_shard(plan: Path, shard: str, cache: Path) -> int:
    """Delete the downloads of a shard; local files are never touched. Bytes freed."""
    frame = tables.read(plan, shard=shard)
    places = {*frame["video"], *frame["audio"]}
    return sum(drop(cache / "media", place) for place in sorted(places) if is_address(place))


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
