"""The addresses of YouTube videos: all forms of them mean one id."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qs, unquote, urljoin, urlsplit

#: Number of characters of a YouTube id; some ids in Sphere360 have one more by mistake.
YOUTUBE_ID_LENGTH = 11
YOUTUBE_WATCH_URL = "https://www.youtube.com/watch?v="
#: 64 bits in base64: the last character has four of them. All 5,506 ids of YT-360 and all of
#: Sphere360 are so, but for the character that the latter have too many.
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]")

#: Hosts of YouTube; all hosts below them are, too, such as m., music. and gaming.youtube.com.
HOST = re.compile(
    r"([\w-]+\.)*(youtube\.com|youtube-nocookie\.com|youtubekids\.com|youtube\.googleapis\.com"
    r"|youtu\.be)\.?",
    re.IGNORECASE,
)
SHORT_HOST = "youtu.be"
SCHEME = re.compile(r"https?://", re.IGNORECASE)
#: Folders of a path that come before an id.
FOLDERS = frozenset({"shorts", "embed", "live", "v", "e", "vi", "watch"})
#: Parameters that have the URL of a video: of links that were shared, of players, of consent pages.
NESTED = ("u", "url", "q", "continue", "next")
#: Most URLs within each other.
MAX_NESTED = 3
#: Words of eleven characters that stand where an id does: lists and channels in players.
NO_IDS = frozenset({"videoseries", "live_stream"})
#: An id at the beginning of a text, as YouTube reads it.
BEGIN = re.compile(rf"[A-Za-z0-9_-]{{{YOUTUBE_ID_LENGTH}}}")
#: An id that is a whole part of a URL.
WHOLE = re.compile(rf"{BEGIN.pattern}(?=$|[&?#])")


def is_youtube_url(text: str) -> bool:
    """Return whether a text is the URL of a YouTube page, with `http` or `https`."""
    return SCHEME.match(text) is not None and _page(text) is not None


def canonical_url(text: str) -> str:
    """Return the one URL of a YouTube video, however its page is written; any other text as it is.

    The scheme may be missing, as people copy it. Pages of playlists and channels, which are no
    video, are returned as they are, too.
    """
    found = id_of_page(text)
    return text if found is None else YOUTUBE_WATCH_URL + found


def id_of_page(text: str) -> str | None:
    """Return the YouTube id in a URL; None if it is not that of the page of a video."""
    if "/" not in text:  # most ids of lists: a hundred thousand of them
        return None
    if SCHEME.match(text):
        return _id_in(text, BEGIN, MAX_NESTED)
    # It may be a path, to a file such as youtube.com/shorts/AAAAAAAAAAA.mp4.
    return _id_in(f"https://{text.removeprefix('//')}", WHOLE, MAX_NESTED)


def youtube_id(video_id: str) -> str:
    """Return the YouTube id that a video id begins with."""
    return video_id[:YOUTUBE_ID_LENGTH]


def youtube_url(video_id: str) -> str:
    """Return the URL of the YouTube page of a video id."""
    return YOUTUBE_WATCH_URL + youtube_id(video_id)


def _page(url: str) -> SplitResult | None:
    """Return the parts of the URL of a YouTube page; None for any other text."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    return parts if HOST.fullmatch(host) and "/" in url.partition("://")[2] else None


def _id_in(url: str, form: re.Pattern[str], depth: int) -> str | None:
    """Return the first id that a URL, or one in its parameters, has in this form."""
    page = _page(url)
    if page is None:
        return None
    for text in _candidates(page):
        found = form.match(text)
        if found and found[0] not in NO_IDS:
            return found[0]
    if depth:
        query = parse_qs(page.query)
        for name in NESTED:
            for nested in query.get(name, []):
                found_id = _id_in(urljoin(url, nested), BEGIN, depth - 1)
                if found_id is not None:
                    return found_id
    return None


def _candidates(page: SplitResult) -> Iterator[str]:
    """Yield the texts of a URL that may begin with an id."""
    for query in (page.query, unquote(page.query), page.fragment.lstrip("!?/")):
        yield from parse_qs(query).get("v", [])
    folders = [part for part in page.path.split("/") if part]
    if folders and (page.hostname or "").lower().rstrip(".").endswith(SHORT_HOST):
        yield folders[0]
    elif len(folders) > 1 and folders[0] in FOLDERS:
        yield folders[1]
