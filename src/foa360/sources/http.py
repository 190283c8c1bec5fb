"""Downloads over HTTP: resumed where they broke off, complete or not there."""

import time
from pathlib import Path

import requests

from foa360.reasons import REASONS
from foa360.sources.errors import FetchError

#: Seconds to wait for a connection, and for the next bytes.
TIMEOUT = (10, 30)
TRIES, FIRST_WAIT, LONGEST_WAIT = 3, 1.0, 60.0


def download(url: str, path: Path, tries: int = TRIES, first_wait: float = FIRST_WAIT) -> Path:
    """File of a URL; what is there already is not fetched again.

    What fails for a passing reason is tried again, later each time or when the server says; a
    partial file is continued. Raises FetchError.
    """
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    wait = first_wait
    for attempt in range(tries):
        try:
            _get(url, path)
            return path
        except FetchError as error:
            if attempt == tries - 1 or not REASONS[error.reason].retry:
                raise
            time.sleep(min(LONGEST_WAIT, max(wait, error.wait)))
            wait *= 2
    raise AssertionError("unreachable")


def _get(url: str, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    try:
        headers = {"Range": f"bytes={have}-"} if have else {}
        with requests.get(url, headers=headers, timeout=TIMEOUT, stream=True) as answer:
            if answer.status_code == 416:  # what we have is not the beginning of this file
                part.unlink()
                raise FetchError("truncated_download", "the partial file did not fit")
            _check(answer)
            resumed = answer.status_code == 206
            length = answer.headers.get("Content-Length")
            expected = int(length) + (have if resumed else 0) if length else None
            with part.open("ab" if resumed else "wb") as file:
                for block in answer.iter_content(1 << 20):
                    file.write(block)
    except (
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    ) as e:
        raise FetchError("truncated_download", str(e)) from None
    except (requests.exceptions.Timeout, requests.exceptions.ConnectionError) as error:
        raise FetchError("timeout", str(error)) from None
    except requests.exceptions.RequestException as error:
        raise FetchError("fetch_error", str(error)) from None
    size = part.stat().st_size
    if expected is not None and size != expected:
        if size > expected:
            part.unlink()
        raise FetchError("truncated_download", f"{size} of {expected} bytes")
    part.replace(path)


def _check(answer: requests.Response) -> None:
    """Raise for a status that is an error."""
    status = answer.status_code
    if status < 400:
        return
    said = f"HTTP {status} {answer.reason}"
    if status == 429:
        after = answer.headers.get("Retry-After", "")
        raise FetchError("rate_limited", said, float(after) if after.isdigit() else 0.0)
    if status in {404, 410}:
        raise FetchError("removed", said)
    raise FetchError("http_5xx" if status >= 500 else "http_4xx", said)
