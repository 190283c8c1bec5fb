"""Ids, URLs, cut clips, chapters and file names: which text names which video.

A *video id* names a source video and may hold any characters; two ids that differ only in how
Unicode composes accents are one (NFC). A *clip id* is `{video_id}_{start}`. Files that others have
cut from YouTube videos are named `{YouTube id}_{start}` or `{YouTube id}-{start}`. Cameras divide a
long recording into files, its chapters. Which *files* are one video is in
`foa360.stages.plan.identity`.
"""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from foa360.core.shown import public_url
from foa360.core.youtube import YOUTUBE_ID, YOUTUBE_WATCH_URL, canonical_url, id_of_page

#: Decimal places of a start time in a clip id: microseconds.
START_DECIMALS = 6
#: Characters of an id that its file name keeps readable, and hexadecimal digits of its digest.
READABLE_CHARACTERS = 40
DIGEST_DIGITS = 12

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
#: Ports that a URL need not name.
DEFAULT_PORTS = {"http": 80, "https": 443}
#: Start of a clip in its name, s: never with a zero in front, as numbers of files have.
START = r"(?:0|[1-9]\d*)(?:\.\d+)?"
#: Name of a clip that was cut from a YouTube video, in any folder.
CUT_CLIP = re.compile(rf"(?:.*/)?(?P<video_id>{YOUTUBE_ID.pattern})l?[_-]{START}", re.ASCII)
#: Names of the chapters of a recording; `recording` groups have the parts that chapters share.
#: GoPro: GOPRnnnn, GPccnnnn (HERO2 to 5), and GHccnnnn, GXccnnnn, GScccnnn, GL… (HERO6 and later,
#: Fusion, MAX), https://community.gopro.com/s/article/GoPro-Camera-File-Naming-Convention.
#: The Fusion has a file for each lens: GPFR, GPBK, then GFcc, GBcc. Insta360: VID_date_time with
#: lens, number and chapter, all of one recording where the time is one; the Pro: origin_lens_ccc.
#: DJI: DJI_date_number_D, DJI_nnnn_ccc, DJI_date_nnnn_D_ccc. Ricoh: Rnnnnnnn and Rnnnnnnn_cc.
#: Zoom: ZOOMnnnn-ccc, and ZOOMnnnn_ccc. A file each 2 or 4 GB. Programs and people: part 1, seg2.
CHAPTERS = (
    re.compile(r"(?:GOPR|GP\d\d|GPFR|GPBK|G[FB]\d\d)(?P<number>\d{4})(?P<tail>.*)", re.IGNORECASE),
    re.compile(r"(?P<kind>G[HXSLM])\d\d(?P<number>\d{4})(?P<tail>.*)", re.IGNORECASE),
    re.compile(r"(?:PRO_)?(?:VID|LRV)_(?P<time>\d{8}_\d{6})_\d\d(?:_\d{3})+", re.IGNORECASE),
    re.compile(r"(?P<kind>origin)_\d(?:_\d+)?", re.IGNORECASE),
    re.compile(r"(?P<kind>DJI_\d{4}|DJI_\d{14}_\d{4}_D)_\d{3}(?P<tail>\D.*)?", re.IGNORECASE),
    re.compile(r"(?P<kind>R\d{7})(?:_\d{1,3})?(?P<tail>_(?:er|st))?", re.IGNORECASE),
    re.compile(r"(?P<kind>ZOOM\d{4})[-_]\d{3}(?P<tail>\D.*)?", re.IGNORECASE),
    re.compile(
        r"(?P<stem>.+?)[ ._-]*[(\[]?(?<![a-z])(?:part|pt|chunk|seg|segment|split|chapter)"
        r"[ ._-]?\d{1,4}(?: ?of ?\d+)?[)\]]?",
        re.IGNORECASE,
    ),
)


def is_url(text: str) -> bool:
    """Return whether a text is a URL such as https://…, not a path."""
    return URL.match(text) is not None


def is_http_url(text: str) -> bool:
    """Return whether a text is a URL that HTTP fetches."""
    return text.lower().startswith(("http://", "https://"))


def canonical_id(text: str) -> str:
    """Return the id that a text means: NFC, and for a URL the YouTube id or that of `url_id`."""
    text = unicodedata.normalize("NFC", text)
    url = canonical_url(text)
    if is_url(url):
        return id_of_page(url) or url_id(url)
    return url


def source_video(name: str) -> str:
    """Return the video that a file or clip id was cut from, or the name if it is not a cut clip."""
    found = CUT_CLIP.fullmatch(name)
    return found["video_id"] if found else name


def recording(name: str) -> str:
    """Return the recording that a file is a part of: a cut clip's video, or that of a chapter.

    Chapters count as parts of one recording within a folder only, for cameras use numbers again.
    Any other name is returned as it is.
    """
    video = source_video(name)
    if video != name:
        return video
    folder, slash, stem = name.rpartition("/")
    for form in CHAPTERS:
        found = form.fullmatch(stem)
        if found:
            shared = [part or "" for part in found.groups()]
            return f"{folder}{slash}{'*'.join(shared)}"
    return name


def clip_id(video_id: str, start: float) -> str:
    """Return the id of the clip of a video that begins at `start` seconds."""
    start_text = f"{start:.{START_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{video_id}_{start_text}"


def safe_name(text: str) -> str:
    """Return a file name for an id of any characters: a readable start and a digest of the whole.

    Distinct ids give distinct names, also on file systems that ignore case; the name never begins
    with a dash or a dot and holds only letters, digits, dash and underscore.
    """
    allowed = (c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text)
    readable = "".join(allowed)[:READABLE_CHARACTERS]
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]
    return f"v{readable}-{digest}"


def shown_url(url: str) -> str:
    """Return a URL without user, query and fragment, but for the id of a YouTube video."""
    is_video = url.startswith(YOUTUBE_WATCH_URL) and canonical_url(url) == url
    return url if is_video else public_url(url)


def resource(url: str) -> str:
    """Return what a server is asked for by a URL, however it is written (RFC 3986, section 6.2.2).

    Case of scheme and host, the usual port, the dot at the end of a host, user and fragment do not
    count. A text that cannot be divided into the parts of a URL is returned as it is.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    if port not in {None, DEFAULT_PORTS.get(parts.scheme)}:
        host = f"{host}:{port}"
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))


def url_name(url: str) -> str:
    """Return a file name for a URL that shows no user, query or fragment: these may be secret."""
    shown = shown_url(url)
    if shown == url:
        return safe_name(url)
    readable, _, _ = safe_name(shown).rpartition("-")
    _, _, digest = safe_name(url).rpartition("-")
    return f"{readable}-{digest}"


def url_id(url: str) -> str:
    """Return the id of the video of a URL that no list names: host, path and a digest."""
    host_and_path = public_url(url).partition("://")[2]
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]
    return f"{host_and_path}-{digest}"


def printable_name(name: str) -> str:
    r"""Return a file name as UTF-8 can hold it: other bytes become `\xe9` and are not found."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
