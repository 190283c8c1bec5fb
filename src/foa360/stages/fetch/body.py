"""The body of a response: as it comes, no slower than a limit, unpacked within limits."""

import re
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import requests

from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.network import fetch_errors
from foa360.stages.fetch.watch import WATCH_FACTOR, Watch

#: Bytes read at once.
BLOCK_BYTES = 1 << 16
#: Bytes at the beginning of a file that are searched for a web page.
HEAD_BYTES = 512
#: Beginnings of a web page, such as that of a login or of an error.
PAGE_BEGINS = re.compile(rb"<!doctype\s+html|<html\b", re.IGNORECASE)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
COMMENT_BEGIN, COMMENT_END = b"<!--", b"-->"
#: Encodings of a body. `identity` is requested; a server that packs a file all the same is
#: understood, but its download cannot be resumed.
PLAIN_ENCODINGS = frozenset({"", "identity"})
GZIP_ENCODINGS = frozenset({"gzip", "x-gzip"})
#: Argument of zlib for the gzip format.
GZIP_WINDOW_BITS = 31


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a body must come.

    read_timeout_s : maximum time between two parts, s; the average rate counts from then on.
    min_bytes_per_s : minimum average rate, bytes/s.
    max_time_s : maximum time of the whole body, s.
    """

    read_timeout_s: float
    min_bytes_per_s: float
    max_time_s: float


def body_blocks(response: requests.Response, pace: Pace, watch: Watch) -> Iterator[bytes]:
    """Yield the body of a response as it comes; raises FetchError where it is too slow."""
    encoding = content_encoding(response)
    if encoding in PLAIN_ENCODINGS:
        yield from _sent_blocks(response, pace, watch)
    elif encoding in GZIP_ENCODINGS:
        yield from _unpacked(_sent_blocks(response, pace, watch))
    else:
        raise FetchError("not_media", f"the server sent the file with the encoding {encoding}")


def _sent_blocks(response: requests.Response, pace: Pace, watch: Watch) -> Iterator[bytes]:
    """Yield the bytes that the server sends, at most `BLOCK_BYTES` at once."""
    begin = time.monotonic()
    size = 0
    while True:
        watch.allow(WATCH_FACTOR * pace.read_timeout_s)
        with fetch_errors(watch):
            block = response.raw.read1(BLOCK_BYTES, decode_content=False)
        if watch.is_over:
            raise FetchError("timeout", "the server keeps the connection busy")
        if not block:
            return
        size += len(block)
        elapsed = time.monotonic() - begin
        if elapsed > pace.max_time_s:
            raise FetchError("timeout", f"the download takes longer than {pace.max_time_s:g} s")
        if elapsed > pace.read_timeout_s and size < elapsed * pace.min_bytes_per_s:
            raise FetchError("throttled", f"{size} bytes in {elapsed:.0f} s")
        yield block


def _unpacked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack a body in the gzip format; no more than `BLOCK_BYTES` are held at once."""
    unpacker = zlib.decompressobj(GZIP_WINDOW_BITS)
    for block in blocks:
        packed = block
        while packed and not unpacker.eof:
            try:
                unpacked = unpacker.decompress(packed, BLOCK_BYTES)
            except zlib.error as error:
                raise FetchError("truncated_download", f"gzip: {error}") from None
            yield unpacked
            packed = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise FetchError("truncated_download", "the packed file is not complete")


def content_encoding(response: requests.Response) -> str:
    """Return how a body is packed, in lower case; empty if it is not."""
    return str(response.headers.get("Content-Encoding", "")).strip().lower()


def is_web_page(head: bytes) -> bool:
    """Return whether a file that begins so is a web page: HTML after any number of comments."""
    position = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    while True:
        position = len(head) - len(head[position:].lstrip())
        if not head.startswith(COMMENT_BEGIN, position):
            return PAGE_BEGINS.match(head, position) is not None
        end = head.find(COMMENT_END, position + len(COMMENT_BEGIN))
        if end < 0:
            return False
        position = end + len(COMMENT_END)
