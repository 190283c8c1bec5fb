"""The source videos of a folder, and what in it is not used."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from foa360.media.container import is_image
from foa360.stages.plan.halves import (
    Header,
    header_channels,
    join_halves,
    say_what_could_be_joined,
)
from foa360.stages.plan.pairs import MediaPair, media_pairs, other_files, with_four_channels

#: Extensions that are named, and examples of each.
NAMED_EXTENSIONS = 8
#: Recordings of cameras that are not media as they are.
HINTS = {
    ".lrv": "a small copy of a camera's video",
    ".insp": "a photo of a camera",
    ".part": "an unfinished download",
    ".ytdl": "an unfinished download",
}


def folder_pairs(
    folder: Path, header: Header, excluded: Collection[Path] = ()
) -> dict[str, MediaPair]:
    """Return the video and audio files of a folder by their name, and log what is not used.

    Parameters
    ----------
    folder
        Looked through with its sub-folders.
    header
        What the header of a file says.
    excluded
        Folders that are left out.
    """
    pairs = join_halves(media_pairs(folder, excluded), folder, header)
    pairs = with_four_channels(pairs, lambda path: header_channels(header, path))
    say_what_could_be_joined(pairs.values(), header)
    _say_what_is_not_used(other_files(folder, excluded))
    return pairs


def _say_what_is_not_used(files: Iterable[Path]) -> None:
    """Log how many files are not used, by extension, with an example of each."""
    by_extension: defaultdict[str, list[Path]] = defaultdict(list)
    for path in files:
        by_extension[path.suffix.lower()].append(path)
    if not by_extension:
        return
    ranked = sorted(by_extension.items(), key=lambda item: (-len(item[1]), item[0]))
    parts = []
    for extension, paths in ranked[:NAMED_EXTENSIONS]:
        hint = HINTS.get(extension, "a still image" if is_image(paths[0]) else "")
        example = paths[0].name + (f", {hint}" if hint else "")
        parts.append(f"{len(paths)} {extension or 'without extension'} ({example})")
    if len(ranked) > NAMED_EXTENSIONS:
        parts.append(f"{len(ranked) - NAMED_EXTENSIONS} other extensions")
    logging.getLogger(__name__).warning(
        "%d files are no media that are read: %s",
        sum(map(len, by_extension.values())),
        "; ".join(parts),
    )
