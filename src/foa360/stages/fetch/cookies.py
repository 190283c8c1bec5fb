"""The cookie file of the user, checked line by line before yt-dlp reads it.

yt-dlp writes a line that it does not understand to the log, with the value of the cookie.
"""

from foa360.core.files import read_lines_of
from foa360.stages.fetch.errors import FetchError

#: First line of the format; files without it are understood, too.
HEADER = "# Netscape HTTP Cookie File"
#: Beginning of a line that is a cookie all the same, and not a comment.
HTTP_ONLY = "#HttpOnly_"
#: Fields of a line, divided by tabs: domain, whether it has subdomains, path, whether it is secure,
#: time at which it expires, name, value.
FIELDS = 7
SUBDOMAINS, SECURE, EXPIRES = 1, 3, 4
#: Largest file of cookies, bytes.
MAX_COOKIES_BYTES = 1 << 24
FLAGS = frozenset({"TRUE", "FALSE"})


def read_cookies(path: str) -> str:
    """Return the content of a cookie file.

    Raises FetchError, which names the number of a line in another format, and no content.
    """
    try:
        texts = read_lines_of(path, MAX_COOKIES_BYTES, "utf-8")
    except (OSError, ValueError):
        raise FetchError("fetch_error", "fetch.cookies: the file cannot be read") from None
    lines = [HEADER]
    for number, stripped in enumerate(texts, 1):
        is_comment = stripped.startswith("#") and not stripped.startswith(HTTP_ONLY)
        if is_comment or not stripped.strip():
            continue
        if not _is_cookie(stripped):
            raise FetchError(
                "fetch_error",
                f"fetch.cookies: line {number} is not in Netscape format (7 fields with tabs)",
            )
        lines.append(stripped)
    return "\n".join([*lines, ""])


def _is_cookie(line: str) -> bool:
    fields = line.split("\t")
    if len(fields) != FIELDS or not line.replace("\t", "").isprintable():
        return False
    expires = fields[EXPIRES].partition(".")[0]
    is_time = not expires or (expires.isascii() and expires.lstrip("-").isdecimal())
    return is_time and {fields[SUBDOMAINS], fields[SECURE]} <= FLAGS
