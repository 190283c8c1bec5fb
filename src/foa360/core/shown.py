"""Texts from outside as people see them: no control characters, no secrets of URLs."""

import io
import re
import sys
import unicodedata
from urllib.parse import urlsplit, urlunsplit

#: Characters that change the direction of the text after them, so that it reads as another.
DIRECTION_CHARACTERS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
#: Unicode categories of characters that control a terminal or break a line, and of halves of
#: characters.
CONTROL_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})
#: A URL in a message; what a message quotes or puts in brackets ends there.
URL_IN_TEXT = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]+")
#: Query or fragment after the path of a URL that a message shows without its host.
QUERY_IN_TEXT = re.compile(r"(?<=/)([^\s?#'\"<>]*)[?#][^\s'\"<>]+")


def printable(text: str) -> str:
    r"""Return a text with control and direction characters as escapes such as `\n` and `\u202e`."""
    if text.isprintable():  # Python counts none of the characters in question as such
        return text
    return "".join(_escaped(character) for character in text)


def allow_any_character() -> None:
    r"""Make output write characters that a terminal does not have as escapes, such as `\xe9`.

    Otherwise a file name with an accent ends a program whose terminal has ASCII only.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def public_url(url: str) -> str:
    """Return a URL without user, query and fragment, which may hold secrets.

    A text that cannot be divided into the parts of a URL is cut where these may begin.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        scheme, _, rest = url.partition("://")
        rest = re.split(r"[?#]", rest, maxsplit=1)[0]
        return f"{scheme}://{rest.rpartition('@')[2]}"


def without_secrets(text: str) -> str:
    """Return a message whose URLs have no user, query and fragment."""
    text = URL_IN_TEXT.sub(lambda found: public_url(found[0]), text)
    return QUERY_IN_TEXT.sub(r"\1", text)


def _escaped(character: str) -> str:
    is_control = unicodedata.category(character) in CONTROL_CATEGORIES
    if is_control or character in DIRECTION_CHARACTERS:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
