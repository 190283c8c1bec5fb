"""Numbered files that are the segments of one recording, told by their durations.

A name such as `concert_003` may be the third segment of a concert, or the third concert. Programs
that cut a recording write segments of one duration, and a last one that is shorter; separate
recordings have any durations.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from foa360.core.video_ids import is_url
from foa360.stages.plan.media_facts import MediaFacts

#: Name and number of a file, the number with zeros in front, as `%03d` writes it.
NUMBERED = re.compile(r"(?P<stem>.*?\D)(?P<number>\d{2,})", re.ASCII)
#: Segments of a recording at least; two files may end so by chance.
MIN_SEGMENTS = 3
#: Difference of the durations of segments, as a share: cuts are made at key frames.
MAX_DIFFERENCE = 0.05
#: The last segment is shorter than that share of the others.
MAX_LAST = 0.9


def numbered_segments(videos: Mapping[str, str], facts: MediaFacts) -> dict[str, str]:
    """Return the recording of each video that is a segment of one, by its name.

    Parameters
    ----------
    videos
        Files by name; URLs are left out.
    facts
        Durations of the files.
    """
    runs: defaultdict[tuple[str, int], dict[int, str]] = defaultdict(dict)
    for name, video in videos.items():
        path = Path(video)
        found = None if is_url(video) else NUMBERED.fullmatch(path.stem)
        if found:
            digits = found["number"]
            run = f"{path.parent}/{found['stem']}*{path.suffix}"
            runs[run, len(digits)][int(digits)] = name
    recordings: dict[str, str] = {}
    for (run, _), names in runs.items():
        numbers = sorted(names)
        is_whole = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if len(numbers) < MIN_SEGMENTS or numbers[0] > 1 or not is_whole:
            continue
        durations = [facts.shortest(Path(videos[names[number]])) for number in numbers]
        if _are_segments(durations):
            recordings |= dict.fromkeys(names.values(), run)
    return recordings


def _are_segments(durations: list[float | None]) -> bool:
    known = [duration for duration in durations if duration]
    if len(known) < len(durations):
        return False
    *whole, last = known
    is_even = max(whole) - min(whole) <= MAX_DIFFERENCE * max(whole)
    return is_even and last < MAX_LAST * min(whole)
