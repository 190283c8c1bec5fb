"""Values of the cells of a list."""

import re
import unicodedata
from decimal import Decimal
from math import isfinite, isnan

#: A number as all programs write it: neither `1_0` nor digits of other scripts.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
#: Whole numbers below it are exact in floating point.
EXACT_LIMIT = 2**53
#: Latest time, s: 31 years, to a microsecond. A greater number is a date or counts something else.
MAX_SECONDS = 1e9
#: Characters of a text in a message.
SHOWN_CHARACTERS = 60
#: What no path can have.
ZERO_BYTE = "\0"


def shown(text: str) -> str:
    """Return a text in quotes, cut where it is long."""
    return repr(text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…")


def seconds(text: str) -> float:
    """Return a time of 0 or later in seconds; raise ValueError that says what is wrong."""
    value = float(text) if NUMBER.fullmatch(text) else float("nan")
    if not isfinite(value):
        hint = "; 1:30 is written 90" if ":" in text else ""
        raise ValueError(f"{shown(text)} is not a time in seconds{hint}")
    if value < 0:
        raise ValueError(f"{text!r} is not a time in seconds: it is below 0")
    if value > MAX_SECONDS:
        raise ValueError(f"{text!r} is not a time in seconds: it is above {MAX_SECONDS:.0f}")
    return value


def plain(text: str) -> str:
    """Return a text without blanks around it, composed (NFC)."""
    return unicodedata.normalize("NFC", text.strip())


def text_of(value: object, is_text: bool) -> str:
    """Return a value of a table as text; empty for a missing one.

    Parameters
    ----------
    value
        Value of a cell.
    is_text
        Whether the column has ids and the like: a number must then be whole.

    Raises
    ------
    ValueError
        For a number that is not the one that was meant, and for values that are neither texts nor
        numbers.
    """
    if value is None or (isinstance(value, float | Decimal) and isnan(value)):  # pandas' None
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{value!r} is neither text nor a number")
    if not is_text or isinstance(value, int):
        return str(value)
    if not isfinite(value):
        raise ValueError(f"{value} is no id")
    if value != int(value):
        raise ValueError(f"{value} is a number with a fraction, no id: store ids as text")
    if isinstance(value, float) and abs(value) >= EXACT_LIMIT:
        raise ValueError(f"{value:.0f} may have been rounded, as a float is: store ids as text")
    return str(int(value))
