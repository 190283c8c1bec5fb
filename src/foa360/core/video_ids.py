"""Ids, URLs, cut clips and file names: which text is which.

A *video id* names a source video and may hold any characters. A *clip id* is
`{video_id}_{start}`. Files that others have cut from YouTube videos are named
`{YouTube id}_{start}` or `{YouTube id}-{start}`.
"""

import hashlib
import re

#: Number of characters of a YouTube id; some ids in Sphere360 have one more by mistake.
YOUTUBE_ID_LENGTH = 11
YOUTUBE_WATCH_URL = "https://www.youtube.com/watch?v="
#: Decimal places of a start time in a clip id: microseconds.
START_DECIMALS = 6
#: Characters of an id that its file name keeps readable, and hexadecimal digits of its digest.
READABLE_CHARACTERS = 40
DIGEST_DIGITS = 12

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
YOUTUBE_PAGE = re.compile(r"https?://((www|m)\.)?(youtube\.com|youtu\.be)/", re.IGNORECASE)
#: Name of a clip that was cut from a YouTube video, in any folder.
CUT_CLIP = re.compile(
    rf"(?:.*/)?(?P<video_id>[\w-]{{{YOUTUBE_ID_LENGTH}}})l?[_-]\d+",
    re.ASCII,
)


def is_url(text: str) -> bool:
    """Return whether a text is a URL such as https://…, not a path."""
    return URL.match(text) is not None


def is_http_url(text: str) -> bool:
    """Return whether a text is a URL that HTTP fetches."""
    return text.lower().startswith(("http://", "https://"))


def is_youtube_url(text: str) -> bool:
    """Return whether a text is the URL of a YouTube page."""
    return YOUTUBE_PAGE.match(text) is not None


def youtube_id(video_id: str) -> str:
    """Return the YouTube id that a video id begins with."""
    return video_id[:YOUTUBE_ID_LENGTH]


def youtube_url(video_id: str) -> str:
    """Return the URL of the YouTube page of a video id."""
    return YOUTUBE_WATCH_URL + youtube_id(video_id)


def source_video(name: str) -> str:
    """Return the video that a file or clip id was cut from, or the name if it is not a cut clip."""
    found = CUT_CLIP.fullmatch(name)
    return found["video_id"] if found else name


def clip_id(video_id: str, start: float) -> str:
    """Return the id of the clip of a video that begins at `start` seconds."""
    start_text = f"{start:.{START_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{video_id}_{start_text}"


def parse_clip_id(text: str) -> tuple[str, float]:
    """Return video id and start time, whole seconds, of an `{id}_{start}`.

    Raises ValueError for any other text.
    """
    video_id, _, start = text.rpartition("_")
    if not video_id or not start.isdecimal():
        raise ValueError(f"{text!r} is not id_start")
    return video_id, float(start)


def safe_name(text: str) -> str:
    """Return a file name for an id of any characters: a readable start and a digest of the whole.

    Distinct ids give distinct names, also on file systems that ignore case; the name never begins
    with a dash or a dot and holds only letters, digits, dash and underscore.
    """
    allowed = (c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text)
    readable = "".join(allowed)[:READABLE_CHARACTERS]
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]
    return f"v{readable}-{digest}"


def printable_name(name: str) -> str:
    r"""Return a file name as UTF-8 can hold it: other bytes become `\xe9` and are not found."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
