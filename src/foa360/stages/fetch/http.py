"""Downloads over HTTP: a file is complete or absent; interrupted downloads are resumed."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

import requests

from foa360.config.fetch import Fetch
from foa360.core.files import append_file, create_file, is_plain_file, read_file
from foa360.stages.fetch.addresses import PUBLIC_HOSTS, AllowedHosts
from foa360.stages.fetch.body import (
    HEAD_BYTES,
    PLAIN_ENCODINGS,
    Pace,
    body_blocks,
    content_encoding,
    is_web_page,
)
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.network import HttpRequest, open_url
from foa360.stages.fetch.retry import RetryPolicy
from foa360.stages.fetch.watch import Watch

#: HTTP status → reason code, where the class of the status does not say enough.
STATUS_REASONS = {
    404: "removed",
    408: "timeout",
    410: "removed",
    429: "rate_limited",
    451: "geo",
}
OK_STATUSES = frozenset({200, 203, 206})
#: Longest name of a version, bytes.
MAX_VERSION_BYTES = 4096
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
    #: Minimum average rate after the first `read_timeout_s`, bytes/s.
    min_bytes_per_s: float = 10e3
    #: Maximum time of one attempt, s.
    max_time_s: float = 6 * 3600.0
    #: Hosts that need not have public addresses.
    allowed: AllowedHosts = PUBLIC_HOSTS

    @property
    def pace(self) -> Pace:
        """How fast a body must come."""
        return Pace(
            read_timeout_s=self.read_timeout_s,
            min_bytes_per_s=self.min_bytes_per_s,
            max_time_s=self.max_time_s,
        )

    @classmethod
    def of(cls, settings: Fetch, max_bytes: float | None = None) -> "TransferLimits":
        """Return the limits that the configuration describes; `max_bytes` is what the cache has."""
        return cls(
            connect_timeout_s=settings.timeout,
            read_timeout_s=settings.timeout,
            bytes_per_s=settings.rate_mb * 1e6,
            max_bytes=float("inf") if max_bytes is None else max_bytes,
            # A rate that the user limits is not that of a slow server.
            min_bytes_per_s=min(settings.min_rate_kb * 1e3, settings.rate_mb * 1e6 / 2),
            max_time_s=settings.max_hours * 3600,
            allowed=AllowedHosts(frozenset(settings.private_hosts)),
        )

    def also_allowing(self, host: str) -> "TransferLimits":
        """Return the same limits with one more host that need not have a public address."""
        return replace(self, allowed=AllowedHosts(self.allowed.hosts | {host}))


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
        known = is_plain_file(self.path) and is_plain_file(self.version_path)
        return self.path.stat().st_size if known else 0

    def range_headers(self) -> dict[str, str]:
        """Return the headers that request the missing rest of the same version."""
        size = self.size()
        if not size:
            return {}
        try:
            version = read_file(self.version_path, MAX_VERSION_BYTES).decode("utf-8")
        except (OSError, UnicodeError):
            version = ""
        if not version or not version.isprintable():  # not what `store_version` has written
            self.delete()
            return {}
        return {"Range": f"bytes={size}-", "If-Range": version}

    def store_version(self, response: requests.Response) -> None:
        """Store the version of the remote file; a weak one or none forbids to resume."""
        self.version_path.unlink(missing_ok=True)
        version = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        can_resume = version.isprintable() and not version.startswith("W/")
        if version and can_resume and content_encoding(response) in PLAIN_ENCODINGS:
            with create_file(self.version_path) as file:
                file.write(version.encode("utf-8", "replace"))

    def delete(self) -> None:
        """Delete it, with its version."""
        self.path.unlink(missing_ok=True)
        self.version_path.unlink(missing_ok=True)

    def finish(self, path: Path) -> None:
        """Give the complete file its final name."""
        self.path.replace(path)
        self.version_path.unlink(missing_ok=True)


def _transfer(request: HttpRequest, path: Path, limits: TransferLimits) -> None:
    """Make one attempt; raises FetchError."""
    part = PartialFile.of(path)
    with Watch(time.monotonic() + limits.max_time_s) as watch:
        expected_bytes = _receive(request, part, limits, watch)
    size = part.path.stat().st_size
    if size == 0:
        raise FetchError("empty_file", "the server sent 0 bytes")
    if expected_bytes not in {None, size}:
        raise FetchError("truncated_download", f"{size} of {expected_bytes} bytes")
    with part.path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if is_web_page(head):
        part.delete()
        raise FetchError("not_media", "the server sent a web page")
    part.finish(path)


def _receive(
    request: HttpRequest, part: PartialFile, limits: TransferLimits, watch: Watch
) -> int | None:
    """Write what the server sends to the partial file; return the announced size of the file."""
    with_range = replace(request, headers={**request.headers, **part.range_headers()})
    resume_bytes = part.size()
    timeout = (limits.connect_timeout_s, limits.read_timeout_s)
    with open_url(with_range, timeout, limits.allowed, watch) as response:
        _check_status(response, part)
        is_resumed = response.status_code == PARTIAL_CONTENT
        is_packed = content_encoding(response) not in PLAIN_ENCODINGS
        content_range = response.headers.get("Content-Range", "")
        fits = resume_bytes > 0 and content_range.startswith(f"bytes {resume_bytes}-")
        if is_resumed and (is_packed or not fits):
            part.delete()
            raise FetchError("truncated_download", "the server sent another part of the file")
        first_byte = resume_bytes if is_resumed else 0
        expected_bytes = None if is_packed else _announced_bytes(response, first_byte)
        if (expected_bytes or 0) > limits.max_bytes:
            raise FetchError("cache_full", f"{expected_bytes} bytes")
        part.store_version(response)
        blocks = body_blocks(response, limits.pace, watch)
        with append_file(part.path) if is_resumed else create_file(part.path) as file:
            is_too_large = not _copy(blocks, file, first_byte, limits)
    if is_too_large:
        part.delete()
        raise FetchError("cache_full", f"more than {limits.max_bytes:.0f} bytes")
    return expected_bytes


def _copy(blocks: Iterable[bytes], file: BinaryIO, first_byte: int, limits: TransferLimits) -> bool:
    """Write blocks, no faster than the limit; return False before what would be too much."""
    begin = time.monotonic()
    size = 0
    for block in blocks:
        size += len(block)
        if first_byte + size > limits.max_bytes:
            return False
        file.write(block)
        elapsed = time.monotonic() - begin
        time.sleep(max(0.0, size / limits.bytes_per_s - elapsed))
    return True


def _announced_bytes(response: requests.Response, first_byte: int) -> int | None:
    """Return the size of the whole file that a response announces; None if it does not."""
    length = response.headers.get("Content-Length", "").strip()
    if not (length.isascii() and length.isdecimal()):
        return None
    return int(length) + first_byte


def _check_status(response: requests.Response, part: PartialFile) -> None:
    """Raise FetchError for a status that is an error."""
    status = response.status_code
    if status in OK_STATUSES:
        return
    message = f"HTTP {status} {response.reason}"
    if status == RANGE_NOT_SATISFIABLE and part.path.exists():
        # The partial file is not the beginning of this file.
        part.delete()
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
