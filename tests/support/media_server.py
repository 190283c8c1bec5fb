"""A real server that misbehaves as the path says, and fetches from it."""

import hashlib
import http.server
import threading
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from foa360.config.fetch import Fetch
from foa360.core.records import FetchedVideo
from foa360.stages.fetch.addresses import AllowedHosts
from foa360.stages.fetch.http import TransferLimits
from foa360.stages.fetch.retry import RetryPolicy
from foa360.stages.fetch.sources import SourceVideo, VideoFetcher

BODY = bytes(range(256)) * 400
DIGEST = hashlib.sha256(BODY).hexdigest()
#: Short pauses, so that tests are fast.
QUICK_POLICY = RetryPolicy(initial_backoff_s=0.01, max_backoff_s=2.0)
LOCAL = AllowedHosts(frozenset({"127.0.0.1"}))
#: Limits that a loaded machine keeps, and those of tests in which a server does not go on.
QUICK_LIMITS = TransferLimits(connect_timeout_s=60.0, read_timeout_s=60.0, allowed=LOCAL)
IMPATIENT_LIMITS = replace(QUICK_LIMITS, read_timeout_s=0.5)
QUICK = Fetch(
    timeout=60.0,
    initial_backoff=0.01,
    max_backoff=2.0,
    sleep=(0.0, 0.0),
    private_hosts=["127.0.0.1"],
)


class Handler(http.server.BaseHTTPRequestHandler):
    """Behaves as the path says."""

    requested: list[str]
    ranges: list[str | None]
    is_over: threading.Event

    def do_GET(self):
        path = self.path.strip("/").partition(".")[0]
        self.requested.append(path)
        self.ranges.append(self.headers.get("Range"))
        times = self.requested.count(path)
        if path.isdigit():
            self.head(int(path), 0)
        elif path in {"soon", "later", "date"} and times == 1:
            wait = {"soon": "0", "later": "3600", "date": formatdate(time.time() + 1)}[path]
            self.head(429, 0, {"Retry-After": wait})
        elif path == "flaky" and times == 1:
            self.head(503, 0)
        elif path == "loop":
            self.head(302, 0, {"Location": "/loop"})
        elif path == "empty":
            self.head(200, 0)
        elif path == "short" or (path in {"broken", "changed", "nameless"} and times == 1):
            self.head(200, len(BODY), {} if path == "nameless" else {"ETag": '"one"'})
            self.wfile.write(BODY[:70_000])
            self.close_connection = True
        elif path == "stall":
            self.head(200, len(BODY))
            self.wfile.write(BODY[:1000])
            self.is_over.wait()
        elif path == "page":
            page = b"\n<!-- x --><!DOCTYPE html><html>log in, please</html>"
            self.head(200, len(page))
            self.wfile.write(page)
        elif path == "unannounced":
            self.head(200, None, {"Transfer-Encoding": "chunked"})
            for begin in range(0, len(BODY), 10_000):
                block = BODY[begin : begin + 10_000]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block))
            self.wfile.write(b"0\r\n\r\n")
        elif path == "chunks":
            self.head(200, None, {"Transfer-Encoding": "chunked"})
            self.wfile.write(b"4\r\nabcd\r\n")
            self.close_connection = True
        else:
            self.body('"two"' if path == "changed" else '"one"')

    def body(self, version):
        given, fits = self.headers.get("Range"), self.headers.get("If-Range") == version
        start = int(given[6:-1]) if given and fits else 0
        more = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"} if start else {}
        self.head(206 if start else 200, len(BODY) - start, {"ETag": version, **more})
        self.wfile.write(BODY[start:])

    def head(self, status, length, headers=()):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    Handler.requested, Handler.ranges, Handler.is_over = [], [], threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        Handler.is_over.set()
        running.shutdown()
        thread.join()


def video(location, audio=None, video_id="-x"):
    """Return a source video of a path or URL."""
    return SourceVideo(video_id=video_id, video=str(location), audio=str(audio or location))


def fetch_video(source: SourceVideo, media, settings=QUICK, max_gb=None) -> FetchedVideo:
    """Return the row of one source video; `media` is the folder of downloads."""
    return VideoFetcher(media, settings, max_gb).fetch(source)
