"""Lines of published lists: ids with start times, `id start,start,…` (YT-360) or `id_start`."""

import re

from foa360.core.video_ids import canonical_id
from foa360.lists.cells import seconds, shown

#: An id, which may have blanks, and what are start times by the commas between them.
LINE = re.compile(r"(?P<video_id>.+?)\s+(?P<times>[^\s,]+(\s*,\s*[^\s,]+)*)")


def segment_starts(text: str) -> tuple[str, list[float]]:
    """Return the id and the start times, s, of a line `id start,start,…`.

    Raises ValueError that quotes a line of another form, or a time that is none.
    """
    line = LINE.fullmatch(text)
    if line is None:
        raise ValueError(f"{shown(text)} is not an id and start times")
    starts: list[float] = []
    for start in line["times"].split(","):
        try:
            starts.append(seconds(start.strip()))
        except ValueError as error:
            raise ValueError(f"{shown(text)} is not an id and start times: {error}") from None
    return canonical_id(line["video_id"]), starts


def clip_start(text: str) -> tuple[str, float]:
    """Return the id and the start time, whole seconds, of an `id_start`.

    Raises ValueError for any other text.
    """
    video_id, _, start = text.rpartition("_")
    if not video_id or not (start.isascii() and start.isdecimal()):
        raise ValueError(f"{shown(text)} is not id_start")
    try:
        return canonical_id(video_id), seconds(start)
    except ValueError as error:
        raise ValueError(f"{shown(text)} is not id_start: {error}") from None
