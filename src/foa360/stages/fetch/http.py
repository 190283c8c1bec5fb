"""Downloads over HTTP: a file is complete or absent; interrupted downloads are resumed."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

import requests

from foa360.config.fetch import Fetch
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.retry import RetryPolicy

#: Bytes read at once; up to as many are lost when a connection breaks.
BLOCK_BYTES = 1 << 16
#: Bytes at the beginning of a file that are searched for a web page.
HEAD_BYTES = 512
#: Beginning of a web page, such as that of a login or of an error.
WEB_PAGE = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
#: HTTP status → reason code, where the class of the status does not say enough.
STATUS_REASONS = {
    404: "removed",
    408: "timeout",
    410: "removed",
    429: "rate_limited",
    451: "geo",
}
OK_STATUSES = frozenset({200, 203, 206})
PARTIAL_CONTENT = 206
RANGE_NOT_SATISFIABLE = 416


@dataclass(frozen=True, kw_only=True)
class TransferLimits:
    """Limits of one download."""

    #: Maximum time to connect, s.
    connect_timeout_s: float = 10.0
    #: Maximum time between two parts of the response, s.
    read_timeout_s: float = 30.0
    #: Maximum rate, bytes/s.
    bytes_per_s: float = float("inf")
    #: Maximum size of the file, bytes.
    max_bytes: float = float("inf")

    @classmethod
    def of(cls, settings: Fetch, max_bytes: float | None = None) -> "TransferLimits":
        """Return the limits that the configuration describes; `max_bytes` is what the cache has."""
        return cls(
            connect_timeout_s=settings.timeout,
            read_timeout_s=settings.timeout,
            bytes_per_s=settings.rate_mb * 1e6,
            max_bytes=float("inf") if max_bytes is None else max_bytes,
        )


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """A URL and the headers that its server requires."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def download(
    url: str,
    path: Path,
    policy: RetryPolicy | None = None,
    limits: TransferLimits | None = None,
    resolve: Callable[[str], HttpRequest] | None = None,
) -> int:
    """Download a URL to a path, which appears only when the file is complete.

    A partial file `{path}.part` is continued if the server confirms that it is the beginning of the
    same file.

    Parameters
    ----------
    url
        URL of the file.
    path
        File to write.
    policy
        Attempts for transient errors; the default policy if None.
    limits
        Time limits, maximum rate and maximum size; the default limits if None.
    resolve
        Function that each attempt calls for the request that delivers the file; the URL itself if
        None. It may raise FetchError.

    Returns
    -------
    Number of attempts.

    Raises
    ------
    FetchError
        With the reason code of the last attempt.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    transfer_limits = limits or TransferLimits()

    def attempt() -> None:
        request = resolve(url) if resolve else HttpRequest(url=url)
        _transfer(request, path, transfer_limits)

    return (policy or RetryPolicy()).call(attempt).attempts


@dataclass(frozen=True)
class PartialFile:
    """A file that is not complete, and the version of the remote file that it is the beginning of.

    The version is what the server calls it: an entity tag or a time of modification.
    """

    path: Path
    version_path: Path

    @classmethod
    def of(cls, path: Path) -> "PartialFile":
        """Return the partial file of a final path."""
        return cls(path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.version"))

    def size(self) -> int:
        """Return the bytes that a request can continue after; 0 if the version is unknown."""
        known = self.path.exists() and self.version_path.exists()
        return self.path.stat().st_size if known else 0

    def range_headers(self) -> dict[str, str]:
        """Return the headers that request the missing rest of the same version."""
        size = self.size()
        if not size:
            return {}
        version = self.version_path.read_text(encoding="utf-8")
        return {"Range": f"bytes={size}-", "If-Range": version}

    def store_version(self, response: requests.Response) -> None:
        """Store the version of the remote file; a weak one or none forbids to resume."""
        version = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        if version and not version.startswith("W/"):
            self.version_path.write_text(version, encoding="utf-8")
        else:
            self.version_path.unlink(missing_ok=True)

    def finish(self, path: Path) -> None:
        """Give the complete file its final name."""
        self.path.replace(path)
        self.version_path.unlink(missing_ok=True)


def _transfer(request: HttpRequest, path: Path, limits: TransferLimits) -> None:
    """Make one attempt; raises FetchError."""
    part = PartialFile.of(path)
    try:
        expected_bytes = _receive(request, part, limits)
    except requests.exceptions.RequestException as error:
        raise _fetch_error(error) from None
    except (ValueError, UnicodeError) as error:
        raise FetchError("file_missing", f"not a URL: {error}") from None
    size = part.path.stat().st_size
    if size == 0:
        raise FetchError("empty_file", "the server sent 0 bytes")
    if expected_bytes not in {None, size}:
        raise FetchError("truncated_download", f"{size} of {expected_bytes} bytes")
    with part.path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if WEB_PAGE.match(head):
        part.path.unlink()
        raise FetchError("not_media", "the server sent a web page")
    part.finish(path)


def _receive(request: HttpRequest, part: PartialFile, limits: TransferLimits) -> int | None:
    """Write what the server sends to the partial file; return the announced size of the file."""
    resume_bytes = part.size()
    headers = {"Accept-Encoding": "identity", **request.headers, **part.range_headers()}
    timeout = (limits.connect_timeout_s, limits.read_timeout_s)
    with requests.get(request.url, headers=headers, timeout=timeout, stream=True) as response:
        _check_status(response, part)
        is_resumed = response.status_code == PARTIAL_CONTENT
        content_range = response.headers.get("Content-Range", "")
        if is_resumed and not content_range.startswith(f"bytes {resume_bytes}-"):
            part.path.unlink()
            raise FetchError("truncated_download", "the server sent another part of the file")
        length = response.headers.get("Content-Length")
        expected_bytes = None
        if length:
            expected_bytes = int(length) + (resume_bytes if is_resumed else 0)
        if (expected_bytes or 0) > limits.max_bytes:
            raise FetchError("cache_full", f"{expected_bytes} bytes")
        part.store_version(response)
        with part.path.open("ab" if is_resumed else "wb") as file:
            _copy(response, file, limits.bytes_per_s)
    return expected_bytes


def _copy(response: requests.Response, file: BinaryIO, bytes_per_s: float) -> None:
    """Write the body of a response, no faster than the given rate."""
    begin = time.monotonic()
    size = 0
    for block in response.iter_content(BLOCK_BYTES):
        file.write(block)
        size += len(block)
        elapsed = time.monotonic() - begin
        time.sleep(max(0.0, size / bytes_per_s - elapsed))


def _fetch_error(error: requests.exceptions.RequestException) -> FetchError:
    kinds = requests.exceptions
    message = str(error)
    if isinstance(error, kinds.ChunkedEncodingError | kinds.ContentDecodingError):
        return FetchError("truncated_download", message)
    if isinstance(error, kinds.Timeout | kinds.ConnectionError):
        return FetchError("timeout", message)
    if isinstance(error, kinds.TooManyRedirects):
        return FetchError("http_4xx", message)
    if isinstance(error, kinds.InvalidURL | kinds.InvalidSchema | kinds.MissingSchema):
        return FetchError("file_missing", f"not a URL: {message}")
    return FetchError("fetch_error", message)


def _check_status(response: requests.Response, part: PartialFile) -> None:
    """Raise FetchError for a status that is an error."""
    status = response.status_code
    if status in OK_STATUSES:
        return
    message = f"HTTP {status} {response.reason}"
    if status == RANGE_NOT_SATISFIABLE and part.path.exists():
        # The partial file is not the beginning of this file.
        part.path.unlink()
        raise FetchError("truncated_download", message)
    raise FetchError(
        status_reason(status),
        message,
        parse_retry_after(response.headers.get("Retry-After", "")),
    )


def status_reason(status: int) -> str:
    """Return the reason code of an HTTP status that is not a success."""
    if status < 400:
        return "fetch_error"
    return STATUS_REASONS.get(status, "http_5xx" if status >= 500 else "http_4xx")


def parse_retry_after(value: str) -> float:
    """Return the seconds of a Retry-After header (seconds or a date); 0 for any other value."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
