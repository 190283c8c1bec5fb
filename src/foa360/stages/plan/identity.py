"""What a video is: which names stand for one file, and which files belong together.

One file has one name in a source, however its path is written. Videos that share a file, a URL or
the content of a file, that were cut from one YouTube video, or that are chapters of one recording
form a group: a split keeps it together. What is merged is logged.
"""

import logging
import os
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pandas as pd

from foa360.core import tables
from foa360.core.video_ids import is_url, recording, resource
from foa360.stages.plan.media_facts import MediaFacts
from foa360.stages.plan.numbered import numbered_segments

#: Smaller files hold no media, and their content says nothing.
MIN_MEDIA_BYTES = 1024
#: Kind of source whose files this package makes; they are what its catalogue says.
OWN_SOURCE = "demo"


@dataclass(frozen=True)
class FileKey:
    """A file, by whatever path: device and number; the absolute path of one that is not there."""

    device: int
    number: int
    path: str
    size: int


class FetchedFile(NamedTuple):
    """Size, bytes, and SHA-256 of a file that was downloaded."""

    size: float
    digest: str


class Groups:
    """Sets of names that are joined where they share a key."""

    def __init__(self) -> None:
        """Begin without any."""
        self._parents: dict[str, str] = {}
        self._first_with: dict[Hashable, str] = {}

    def add(self, name: str, keys: Iterable[Hashable]) -> None:
        """Add a name, and join it with those that have one of its keys."""
        self._parents.setdefault(name, name)
        for key in keys:
            other = self._first_with.setdefault(key, name)
            roots = (self.root(other), self.root(name))
            if roots[0] != roots[1]:
                self._parents[roots[1]] = roots[0]

    def root(self, name: str) -> str:
        """Return the name that stands for the group of a name."""
        while self._parents[name] != name:
            self._parents[name] = self._parents[self._parents[name]]
            name = self._parents[name]
        return name


def file_key(location: str) -> FileKey | None:
    """Return what identifies a local file; None for a URL."""
    if is_url(location):
        return None
    try:
        info = os.stat(location)
    except (OSError, ValueError):
        return FileKey(0, 0, os.path.abspath(location), 0)
    return FileKey(info.st_dev, info.st_ino, "", info.st_size)


def merge_names(frame: pd.DataFrame, known: Collection[str]) -> pd.DataFrame:
    """Return listed clips where the files of each source have one name each.

    Names that a source gives stay: only names of files are merged. The name that the plan before
    has is kept (`known`), otherwise the first that is listed.
    """
    columns = ["source_number", "video_id", "video", "audio", "group"]
    is_file_name = ~frame["is_named"] & (frame["source"] != OWN_SOURCE)
    videos = frame.loc[is_file_name, columns].drop_duplicates()
    keys = [
        (number, file_key(video), file_key(audio))
        for number, video, audio in zip(
            videos["source_number"], videos["video"], videos["audio"], strict=True
        )
    ]
    of_key: dict[Hashable, list[int]] = {}
    for row, key in enumerate(keys):
        if key[1] is not None:
            of_key.setdefault(key, []).append(row)
    names = videos["video_id"].tolist()
    renamed: dict[tuple[int, str, str], int] = {}
    for rows in of_key.values():
        if len(rows) > 1:
            kept = next((row for row in rows if names[row] in known), rows[0])
            for row in rows:
                number, video_id, video = videos[["source_number", "video_id", "video"]].iloc[row]
                renamed[number, video_id, video] = kept
    if not renamed:
        return frame
    frame = frame.copy()
    targets = [
        renamed.get(key, -1)
        for key in zip(frame["source_number"], frame["video_id"], frame["video"], strict=True)
    ]
    target = pd.Series(targets, frame.index).where(is_file_name, -1)
    is_renamed = target >= 0
    before = frame.loc[is_renamed, "video_id"]
    for column in ("video_id", "video", "audio", "group"):
        values = videos[column].to_numpy()[target[is_renamed].to_numpy()]
        frame.loc[is_renamed, column] = values
    changed = before[before != frame.loc[is_renamed, "video_id"]].drop_duplicates()
    if len(changed):
        example = frame.loc[changed.index[0], "video_id"]
        logging.getLogger(__name__).warning(
            "sources: %d names stand for files that have another name, too, and are read as that:"
            " %r is the same file as %r",
            len(changed),
            changed.iloc[0],
            example,
        )
    return frame


def group_videos(
    frame: pd.DataFrame, facts: MediaFacts, fetched: Mapping[str, Sequence[FetchedFile]]
) -> pd.DataFrame:
    """Return listed clips with the columns `group`, `recording` and `content`.

    `recording` is the group that the source gives, `group` the name of all recordings that a split
    keeps together, and `content` that of all videos with the same file.

    Parameters
    ----------
    frame
        Listed clips: `video_id`, `video`, `audio`, `group`, `source`.
    facts
        Digests of local files; only files of equal size are read.
    fetched
        The downloaded files of videos: video and audio, by video.
    """
    videos = frame.drop_duplicates("video_id")
    rows = list(
        zip(
            videos["video_id"],
            videos["video"],
            videos["audio"],
            videos["group"],
            videos["source"],
            strict=True,
        )
    )
    keys = _file_keys(rows)
    sizes = [file.size for files in fetched.values() for file in files]
    digests = _digests(keys, facts, sizes)
    segments = numbered_segments({row[0]: row[1] for row in rows if row[4] != OWN_SOURCE}, facts)
    groups, content, chapters = Groups(), Groups(), Groups()
    for video_id, video, audio, group, source in rows:
        groups.add(video_id, [("name", group)])
        content.add(video_id, [])
        chapters.add(video_id, [("name", group)])
        if source == OWN_SOURCE:
            continue
        shown = [*_content_keys(video, keys, digests)]
        of_audio = [*_content_keys(audio, keys, digests)]
        recorded = [("content", file.digest) for file in fetched.get(video_id, ())]
        content.add(video_id, [*shown, *recorded[:1]])
        parts = [("recording", recording(group))]
        if not is_url(video):
            stem = PurePosixPath(os.path.abspath(video)).with_suffix("")
            parts.append(("recording of a file", recording(str(stem))))
        if video_id in segments:
            parts.append(("segments", segments[video_id]))
        chapters.add(video_id, parts)
        groups.add(video_id, [*parts, *shown, *of_audio, *recorded])
    _say_what_is_joined([row[0] for row in rows], content, chapters, segments)
    natural = dict(zip(videos["video_id"], videos["group"], strict=True))
    merged = {video_id: natural[groups.root(video_id)] for video_id in natural}
    same = {video_id: content.root(video_id) for video_id in natural}
    return frame.assign(
        recording=frame["group"],
        group=frame["video_id"].map(merged),
        content=frame["video_id"].map(same),
    )


def fetched_files(folder: Path) -> dict[str, list[FetchedFile]]:
    """Return the downloaded video and audio of each video, as far as fetch tables have them."""
    files: dict[str, list[FetchedFile]] = {}
    columns = ["video_id", "video_bytes", "video_sha256", "audio_bytes", "audio_sha256"]
    for path in sorted(folder.glob("*.parquet")):
        try:
            rows = tables.read_frame(path, columns).dropna()
        except (OSError, ValueError, KeyError):
            continue
        for video_id, *video_and_audio in rows.itertuples(index=False, name=None):
            video_size, video, audio_size, audio = video_and_audio
            files[video_id] = [FetchedFile(video_size, video), FetchedFile(audio_size, audio)]
    return files


def _file_keys(rows: Iterable[tuple[str, ...]]) -> dict[str, FileKey | None]:
    """Return the key of each file or URL."""
    keys: dict[str, FileKey | None] = {}
    for _, video, audio, _, source in rows:
        for location in (video, audio):
            if source != OWN_SOURCE and location not in keys:
                keys[location] = file_key(location)
    return keys


def _digests(
    keys: Mapping[str, FileKey | None], facts: MediaFacts, other_sizes: Iterable[float]
) -> dict[FileKey, str]:
    """Return the digests of local files that have the size of another file."""
    paths: dict[FileKey, str] = {}
    for location, key in keys.items():
        if key is not None and key.size >= MIN_MEDIA_BYTES:
            paths.setdefault(key, location)
    sizes = Counter([*(key.size for key in paths), *map(int, other_sizes)])
    digests: dict[FileKey, str] = {}
    for key, path in paths.items():
        if sizes[key.size] > 1:
            digest = facts.digest(Path(path))
            if digest is not None:
                digests[key] = digest
    return digests


def _content_keys(
    location: str, keys: Mapping[str, FileKey | None], digests: Mapping[FileKey, str]
) -> Iterator[Hashable]:
    """Yield what a file shares with others that are the same."""
    key = keys[location]
    yield ("location", resource(location) if key is None else key)
    if key is not None and key in digests:
        yield ("content", digests[key])


def _say_what_is_joined(
    video_ids: list[str], content: Groups, chapters: Groups, segments: Collection[str]
) -> None:
    log = logging.getLogger(__name__)
    copies = [name for name in video_ids if content.root(name) != name]
    if copies:
        log.warning(
            "sources: %d videos have the same file or identical content as another, and share its"
            " split: %r and %r",
            len(copies),
            copies[0],
            content.root(copies[0]),
        )
    parts = [name for name in video_ids if chapters.root(name) != name]
    of_chapters = [name for name in parts if recording(name) != name or name in segments]
    if of_chapters:
        log.warning(
            "sources: %d videos are parts of a recording that has others, and share its split, by"
            " their names: %r and %r",
            len(of_chapters),
            of_chapters[0],
            chapters.root(of_chapters[0]),
        )
