"""The list of videos that must be removed."""

from pathlib import Path

from foa360.config.section import ConfigError


def read_takedown(path: str | None) -> set[str]:
    """Return the ids in a takedown list, one a line, `#` begins a comment; none without a list.

    Raises ConfigError if the list cannot be read.
    """
    if path is None:
        return set()
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"takedown: {path} cannot be read: {error}") from None
    ids: set[str] = set()
    for line in text.splitlines():
        video_id = line.partition("#")[0].strip()
        if video_id:
            ids.add(video_id)
    return ids
