"""Names of the columns of a list, and what is refused because it may mean one of them."""

import difflib
import re
from collections import Counter
from collections.abc import Sequence

#: Columns that are read.
KNOWN = ("video_id", "video", "audio", "start", "end", "duration", "split", "recording")
#: Columns that are times, s.
TIMES = ("start", "end", "duration")
#: Endings that a time may have; all of them are seconds.
SECONDS_ENDINGS = ("_seconds", "_sec", "_s", "_time")
#: Words that a column may be called by people who mean a known one.
MEANT = {
    "id": "video_id",
    "ytid": "video_id",
    "youtube_id": "video_id",
    "youtubeid": "video_id",
    "videoid": "video_id",
    "yt_id": "video_id",
    "videoname": "video",
    "uri": "video",
    "url": "video",
    "link": "video",
    "filepath": "video",
    "file_path": "video",
    "media": "video",
    "path": "video",
    "file": "video",
    "filename": "video",
    "file_name": "video",
    "video_path": "video",
    "video_file": "video",
    "video_url": "video",
    "audio_path": "audio",
    "audio_file": "audio",
    "audio_url": "audio",
    "begin": "start",
    "t0": "start",
    "tmin": "start",
    "in": "start",
    "from": "start",
    "offset": "start",
    "onset": "start",
    "t1": "end",
    "tmax": "end",
    "out": "end",
    "stop": "end",
    "to": "end",
    "until": "end",
    "length": "duration",
    "dur": "duration",
    "seconds": "duration",
    "set": "split",
    "subset": "split",
    "partition": "split",
    "fold": "split",
    "group": "recording",
    "time": "start",
    "timestamp": "start",
    "timecode": "start",
    "ts": "start",
    "finish": "end",
}
#: What follows the name of a time, beside `SECONDS_ENDINGS`.
UNITS = frozenset({"s", "sec", "secs", "second", "seconds", "time", "ms", "us", "ns", "frame"})
#: Words that make a column a time, or the split, wherever they are in its name: start_ms, t_end.
MEANT_WORDS = {
    "start": "start",
    "begin": "start",
    "t0": "start",
    "tmin": "start",
    "in": "start",
    "end": "end",
    "t1": "end",
    "tmax": "end",
    "out": "end",
    "stop": "end",
    "duration": "duration",
    "onset": "start",
    "split": "split",
}
#: Similarity (`difflib`, 0 to 1) from which on a name is taken for a misspelt one.
SIMILARITY = 0.8
#: Columns that pandas adds to Parquet.
INDEX = re.compile(r"__index_level_\d+__")


class Columns:
    """The columns of a list: which is which, which are unknown, and what is wrong with them."""

    def __init__(self, names: Sequence[str]) -> None:
        """Understand the names of the columns, in order."""
        self.names = [name.strip() for name in names]
        #: Number of each known column.
        self.numbers: dict[str, int] = {}
        #: Names that are passed over.
        self.unknown: list[str] = []
        self.problems: list[str] = []
        for name, count in Counter(self.names).items():
            if count > 1 and name:
                self.problems.append(f"the column {name!r} is there {count} times")
        others: list[str] = []
        for number, name in enumerate(self.names):
            known = known_name(name)
            if known is None:
                others.append(name)
            elif known not in self.numbers:
                self.numbers[known] = number
            elif self.names[self.numbers[known]] != name:
                both = f"{self.names[self.numbers[known]]!r} and {name!r}"
                self.problems.append(f"the columns {both} both mean {known}")
        for name in dict.fromkeys(others):
            self._explain(name)

    def _explain(self, name: str) -> None:
        """Refuse a column that may mean a known one which is not there; note any other."""
        meant = meant_name(name)
        if meant is not None and (meant not in self.numbers or name.lower() == meant):
            unit = " (in seconds)" if meant in TIMES else ""
            self.problems.append(f"unknown column {name!r}: did you mean {meant!r}{unit}?")
        elif name and not INDEX.fullmatch(name):
            self.unknown.append(name)


def known_name(name: str) -> str | None:
    """Return the known column that a name stands for by the rule; None for any other."""
    if name in KNOWN:
        return name
    for time in TIMES:
        if name.removeprefix(time) in SECONDS_ENDINGS and name.startswith(time):
            return time
    return None


def meant_name(name: str) -> str | None:
    """Return the known column that an unknown name resembles, if any."""
    plain = "_".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)).lower()
    known = known_name(plain)
    if known is not None:
        return known
    words = plain.split("_")
    without_unit = "_".join(words[:-1]) if words[-1] in UNITS else ""
    for meant in (plain, plain.replace("_", ""), without_unit):
        if meant in MEANT:
            return MEANT[meant]
    for word in words:
        if word in MEANT_WORDS:
            return MEANT_WORDS[word]
    similar = difflib.get_close_matches(plain, [*KNOWN, *MEANT_WORDS], 1, SIMILARITY)
    return MEANT_WORDS.get(similar[0], similar[0]) if similar else None
