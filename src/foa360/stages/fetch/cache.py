"""The cache of downloads: a folder per URL, with a record of its complete files.

Locks (`foa360.core.files.lock_file`) need a cache folder that is writable and has them.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints

from foa360.core.files import atomic, is_file_name, is_plain_file, lock_file, read_file
from foa360.core.reasons import REASONS
from foa360.core.video_ids import shown_url, url_name
from foa360.stages.fetch.downloads import (
    Download,
    DownloadFacts,
    MediaFile,
    SourceMedia,
    StatedProperties,
)
from foa360.stages.fetch.errors import FetchError

RECORD = "record.json"
FAILURE = "failure.json"
LOCK = "lock"
#: Largest record, bytes, and most attempts that it may state.
MAX_RECORD_BYTES = 1 << 20
MAX_ATTEMPTS = 1_000_000
#: Key of a file that holds video and audio.
BOTH = "file"
#: Keys of records that earlier versions wrote → keys of today, so that their downloads stay valid.
FORMER_KEYS = {"tries": "attempts", "fetched": "fetched_at"}


def download_folder(media: Path, url: str) -> Path:
    """Return the folder of a URL's files in the cache folder `media`."""
    return media / url_name(url)


def fetch_once(media: Path, url: str, download: Callable[[Path], Download]) -> SourceMedia:
    """Return the files of a URL; download them unless they are in the cache.

    Files that the record lists, and that still have the recorded size and SHA-256, are not
    downloaded again. A lasting failure is not attempted again: it raises the same FetchError.
    One process at a time works on a URL.

    Parameters
    ----------
    media
        Folder of all downloads.
    url
        URL that the files come from.
    download
        Function that downloads them into the folder that it is given.
    """
    folder = download_folder(media, url)
    if folder.is_symlink():
        folder.unlink()  # nothing is written through a link
    folder.mkdir(parents=True, exist_ok=True)
    with lock_file(folder / LOCK):
        known = _intact(folder)
        if known:
            return known
        failure = _stored_failure(folder)
        if failure and not REASONS[failure.reason].retry:
            raise failure
        earlier_attempts = failure.attempts if failure else 0
        try:
            result = download(folder)
        except FetchError as error:
            error.attempts += earlier_attempts
            _store_failure(folder, url, error)
            raise
        video = MediaFile.of(result.video)
        facts = DownloadFacts(
            attempts=result.attempts + earlier_attempts,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            tool=result.tool,
            stated=result.stated,
        )
        fetched = SourceMedia(
            video=video,
            audio=video if result.audio == result.video else MediaFile.of(result.audio),
            facts=facts,
        )
        _store_record(folder, url, fetched)
        (folder / FAILURE).unlink(missing_ok=True)
        return fetched


def forget_failures(media: Path, codes: Collection[str]) -> int:
    """Delete the failures with these reasons, so that they are attempted again; return how many."""
    count = 0
    for path in sorted(media.glob(f"*/{FAILURE}")):
        failure = None if path.parent.is_symlink() else _stored_failure(path.parent)
        if failure and failure.reason in codes:
            path.unlink()
            count += 1
    return count


def delete_files(media: Path, url: str) -> int:
    """Delete the downloaded files of a URL, but keep their record; return the bytes freed."""
    folder = download_folder(media, url)
    if folder.is_symlink() or not folder.is_dir():
        return 0
    freed_bytes = 0
    with lock_file(folder / LOCK):
        for file in _listed_files(folder):
            freed_bytes += file.size if file.path.exists() else 0
            file.path.unlink(missing_ok=True)
    return freed_bytes


def _intact(folder: Path) -> SourceMedia | None:
    """Return the recorded files if all are there as recorded; otherwise delete what is left."""
    recorded = _stored_record(folder)
    if recorded is None:
        return None
    files = recorded.files()
    if all(is_plain_file(file.path) and MediaFile.of(file.path) == file for file in files):
        return recorded
    (folder / RECORD).unlink()
    for file in files:
        file.path.unlink(missing_ok=True)
    return None


def _listed_files(folder: Path) -> list[MediaFile]:
    recorded = _stored_record(folder)
    return recorded.files() if recorded else []


def _store_record(folder: Path, url: str, fetched: SourceMedia) -> None:
    files = {"video": fetched.video, "audio": fetched.audio}
    if fetched.video == fetched.audio:
        files = {BOTH: fetched.video}
    facts: dict[str, Any] = {}
    if fetched.facts:
        facts = asdict(fetched.facts)
        facts |= facts.pop("stated") or {}
    content = {
        "url": shown_url(url),
        "files": {key: asdict(file) | {"path": file.path.name} for key, file in files.items()},
        "about": facts,
    }
    _write(folder / RECORD, content)


def _stored_record(folder: Path) -> SourceMedia | None:
    """Return what the record of a folder lists; None if there is none that can be read.

    A record is data, whoever wrote it: its files lie in its folder, and its facts have their types.
    """
    try:
        content = _read(folder / RECORD)
        files: dict[str, MediaFile] = {}
        for key, file in content["files"].items():
            files[key] = _listed_file(folder, file)
        facts = _current_keys(content["about"])
        stated = None
        if "format_note" in facts:
            stated = StatedProperties(**{f.name: facts[f.name] for f in fields(StatedProperties)})
            _require_types(stated)
        about = DownloadFacts(
            attempts=facts["attempts"],
            fetched_at=facts["fetched_at"],
            tool=facts.get("tool"),
            stated=stated,
        )
        _require_types(about)
        _require_count(about.attempts)
        return SourceMedia(
            video=files[BOTH] if BOTH in files else files["video"],
            audio=files[BOTH] if BOTH in files else files["audio"],
            facts=about,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _listed_file(folder: Path, listed: dict[str, Any]) -> MediaFile:
    """Return a file of a record; raises ValueError unless its name is that of a file in there."""
    file = MediaFile(folder / listed["path"], listed["size"], listed["digest"])
    name = listed["path"]
    is_inside = name == file.path.name and file.path.parent == folder and is_file_name(name)
    if not is_inside or name in {RECORD, FAILURE, LOCK}:
        raise ValueError(f"{name!r} is not the name of a download")
    _require_types(file)
    return file


def _require_types(record: MediaFile | StatedProperties | DownloadFacts) -> None:
    """Raise TypeError unless each value of a record has the type that its class declares."""
    hints = get_type_hints(type(record))
    for entry in fields(record):
        value = getattr(record, entry.name)
        if isinstance(value, bool) or not isinstance(value, hints[entry.name]):
            raise TypeError(f"{entry.name} is {value!r}")


def _store_failure(folder: Path, url: str, error: FetchError) -> None:
    content = {
        "url": shown_url(url),
        "reason": error.reason,
        "message": error.message,
        "attempts": error.attempts,
    }
    _write(folder / FAILURE, content)


def _stored_failure(folder: Path) -> FetchError | None:
    try:
        content = _current_keys(_read(folder / FAILURE))
        error = FetchError(content["reason"], str(content["message"]))
        error.attempts = int(content["attempts"])
        _require_count(error.attempts)
        return error if error.reason in REASONS else None
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ):
        return None


def _current_keys(content: dict[str, Any]) -> dict[str, Any]:
    return {FORMER_KEYS.get(key, key): value for key, value in content.items()}


def _require_count(attempts: int) -> None:
    """Raise ValueError for a number of attempts that no table can hold or nobody can have made."""
    if not 0 <= attempts <= MAX_ATTEMPTS:
        raise ValueError(f"{attempts} attempts")


def _read(path: Path) -> Any:
    """Return the content of a JSON file; raise ValueError for text that no table can hold."""
    content = json.loads(read_file(path, MAX_RECORD_BYTES).decode("utf-8"))
    json.dumps(content, ensure_ascii=False).encode("utf-8")  # halves of characters
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
