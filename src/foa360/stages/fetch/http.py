"""Downloads over HTTP: resumed where they broke off, complete or not there."""

import re
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from foa360.stages.fetch.errors import PATIENCE, FetchError, Patience

#: Bytes that are read at once, and may be lost when a connection breaks.
BLOCK = 1 << 16
#: How a page begins, such as that of a login or of an error.
PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.I | re.S)
#: Statuses with a reason of their own.
STATUS = {404: "removed", 408: "timeout", 410: "removed", 429: "rate_limited", 451: "geo"}


def download(
    url: str,
    path: Path,
    patience: Patience = PATIENCE,
    rate: float = float("inf"),
    most: float = float("inf"),
) -> int:
    """Fetch a URL to a path, which appears only when the file is whole; how many tries it took.

    `rate` is the most it takes, bytes a second, and `most` the largest file, bytes.

    What fails for a passing reason is tried again. A partial file `{path}.part` is continued if
    the server says that it is still the beginning of the same file. Raises FetchError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0

    def get() -> None:
        nonlocal count
        count += 1
        _get(url, path, patience, rate, most)

    patience.retry(get)
    return count


def _get(url: str, path: Path, patience: Patience, rate: float, most: float) -> None:
    part, mark = (path.with_name(path.name + suffix) for suffix in (".part", ".mark"))
    have = part.stat().st_size if part.exists() and mark.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": mark.read_text(encoding="utf-8")}
    try:
        timeout = (patience.connect, patience.read)
        with requests.get(url, headers=headers, timeout=timeout, stream=True) as answer:
            _check(answer, part)
            resumed = answer.status_code == 206
            if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                part.unlink()
                raise FetchError("truncated_download", "the server sent another part of the file")
            length = answer.headers.get("Content-Length")
            expected = int(length) + (have if resumed else 0) if length else None
            if (expected or 0) > most:
                raise FetchError("cache_full", f"{expected} bytes")
            _remember(answer, mark)
            with part.open("ab" if resumed else "wb") as file:
                begin, size = time.monotonic(), 0
                for block in answer.iter_content(BLOCK):
                    file.write(block)
                    size += len(block)
                    time.sleep(max(0.0, size / rate - (time.monotonic() - begin)))
    except requests.exceptions.RequestException as error:
        raise _explained(error) from None
    except (ValueError, UnicodeError) as error:
        raise FetchError("file_missing", f"not an address: {error}") from None
    size = part.stat().st_size
    if size == 0:
        raise FetchError("empty_file", "the server sent 0 bytes")
    if expected not in {None, size}:
        raise FetchError("truncated_download", f"{size} of {expected} bytes")
    with part.open("rb") as file:
        if PAGE.match(file.read(512)):
            part.unlink()
            raise FetchError("not_media", "the server sent a web page")
    part.replace(path)
    mark.unlink(missing_ok=True)


def _remember(answer: requests.Response, mark: Path) -> None:
    """Keep what tells this version of the file from another; without it nothing is resumed."""
    version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
    if version and not version.startswith("W/"):
        mark.write_text(version, encoding="utf-8")
    else:
        mark.unlink(missing_ok=True)


def _explained(error: requests.exceptions.RequestException) -> FetchError:
    kinds = requests.exceptions
    said = str(error)
    if isinstance(error, kinds.ChunkedEncodingError | kinds.ContentDecodingError):
        return FetchError("truncated_download", said)
    if isinstance(error, kinds.Timeout | kinds.ConnectionError):
        return FetchError("timeout", said)
    if isinstance(error, kinds.TooManyRedirects):
        return FetchError("http_4xx", said)
    if isinstance(error, kinds.InvalidURL | kinds.InvalidSchema | kinds.MissingSchema):
        return FetchError("file_missing", f"not an address: {said}")
    return FetchError("fetch_error", said)


def _check(answer: requests.Response, part: Path) -> None:
    """Raise for a status that is an error."""
    status = answer.status_code
    if status in {200, 203, 206}:
        return
    said = f"HTTP {status} {answer.reason}"
    if status == 416 and part.exists():  # what we have is not the beginning of this file
        part.unlink()
        raise FetchError("truncated_download", said)
    if status < 400:
        raise FetchError("fetch_error", said)
    reason = STATUS.get(status, "http_5xx" if status >= 500 else "http_4xx")
    raise FetchError(reason, said, _wanted_wait(answer.headers.get("Retry-After", "")))


def _wanted_wait(after: str) -> float:
    """Seconds of a Retry-After header, which gives seconds or a date; 0 where it gives neither."""
    if after.strip().isdecimal():
        return float(after)
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
