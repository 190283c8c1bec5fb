"""The list of videos that must be removed."""

from collections.abc import Sequence
from pathlib import Path

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.lists.lines import read_video_ids


def read_takedown(path: str | None) -> set[str]:
    """Return the ids in a takedown list, a text file or a table; none without a list.

    Raises ListError if the list cannot be read.
    """
    return set() if path is None else set(read_video_ids(Path(path)))


def require_matches(unmatched: Sequence[str], config: Config, *, is_dry: bool = False) -> None:
    """Raise ConfigError if ids of the takedown list match no video.

    A request to remove a video must not end in silence: whether it was misspelt, or its downloads
    are not found because no source lists it any more, a person must look.
    """
    if unmatched:
        others = "a dry run deletes nothing" if is_dry else "all others are done"
        raise ConfigError(
            f"takedown: {config.takedown} has ids that match no video of the sources"
            f" ({len(unmatched)}, such as {unmatched[0]!r}), and nothing was deleted for them:"
            " correct them, or list the videos again until a run has deleted their files;"
            f" {others}"
        )
