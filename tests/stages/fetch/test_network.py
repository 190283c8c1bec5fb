"""Servers of strangers: where they lead, how they answer, how long they take."""

import gzip
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from support.media_server import LOCAL, QUICK, fetch_video, video

from foa360.stages.fetch.addresses import PUBLIC_HOSTS, AllowedHosts
from foa360.stages.fetch.body import is_web_page
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.http import TransferLimits, download
from foa360.stages.fetch.retry import RetryPolicy

ONE_ATTEMPT = RetryPolicy(max_attempts=1)
#: Limits that a loaded machine keeps, and those for servers that hold a download.
LIMITS = TransferLimits(connect_timeout_s=60.0, read_timeout_s=60.0, allowed=LOCAL)
IMPATIENT = replace(LIMITS, read_timeout_s=0.5)
MEDIA = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40

Handle = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def serving(handle: Handle) -> Iterator[str]:
    """Answer GET by a function; give the URL of the server."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with suppress(OSError):
                handle(self)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def answer(
    request: http.server.BaseHTTPRequestHandler,
    body: bytes = MEDIA,
    status: int = 200,
    **headers: str,
) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def fetch(url: str, folder: Path, limits: TransferLimits = LIMITS) -> FetchError | None:
    """Download once; return the error."""
    try:
        download(url, folder / "media", ONE_ATTEMPT, limits)
    except FetchError as error:
        return error
    return None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "64:ff9b::a00:1",
    ],
)
def test_private_addresses_need_permission(address: str) -> None:
    assert not PUBLIC_HOSTS.has_address(address)
    assert AllowedHosts(frozenset({"0.0.0.0/0", "::/0"})).has_address(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "2002:808:808::"]
)
def test_public_addresses_need_none(address: str) -> None:
    assert PUBLIC_HOSTS.has_address(address)


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.0/8", "localhost"])
def test_the_configuration_allows_hosts(name: str, tmp_path: Path) -> None:
    limits = replace(LIMITS, allowed=AllowedHosts(frozenset({name})))
    with serving(answer) as url:
        assert fetch(f"{url.replace('127.0.0.1', 'localhost')}/a", tmp_path, limits) is None
        other = replace(limits, allowed=AllowedHosts(frozenset({"10.0.0.0/8", "example.org"})))
        error = fetch(f"{url}/a", tmp_path, other)
        assert error is not None
        assert error.reason == "private_address"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.2", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"],
)
def test_redirects_to_private_addresses_are_not_followed(host: str, tmp_path: Path) -> None:
    asked = []

    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        if request.path == "/secret":
            answer(request, b"inside only")
        else:
            answer(request, b"", 302, Location=f"http://{host}:{asked_port}/secret")

    limits = replace(LIMITS, allowed=AllowedHosts(frozenset({"localhost"})))
    with serving(handle) as url:
        asked_port = url.rpartition(":")[2]
        error = fetch(f"http://localhost:{asked_port}/a", tmp_path, limits)
    assert error is not None
    assert error.reason in {"private_address", "timeout"}  # the latter where there is no IPv6
    assert asked == ["/a"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1:1/x", "data:,x"])
def test_redirects_lead_to_http_only(target: str, tmp_path: Path) -> None:
    with serving(lambda request: answer(request, b"", 302, Location=target)) as url:
        error = fetch(f"{url}/a", tmp_path)
    assert error is not None
    assert error.reason == "http_4xx"


def test_no_credentials_but_those_of_the_url_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password SECRET\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sent: list[str | None] = []

    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        sent.append(request.headers.get("Authorization"))
        if request.path == "/moved":
            host = request.headers["Host"]
            answer(request, b"", 302, Location=f"http://{host}/a")
        else:
            answer(request)

    with serving(handle) as url:
        assert fetch(f"{url}/moved", tmp_path) is None
        assert sent == [None, None]
        with_user = url.replace("http://", "http://me:word@")
        assert fetch(f"{with_user}/moved", tmp_path) is None
        assert sent[2:] == ["Basic bWU6d29yZA==", None]


def test_a_packed_file_is_unpacked_within_the_limit(tmp_path: Path) -> None:
    with serving(lambda r: answer(r, gzip.compress(MEDIA), Content_Encoding="gzip")) as url:
        assert fetch(f"{url}/a", tmp_path) is None
    assert (tmp_path / "media").read_bytes() == MEDIA
    bomb = gzip.compress(bytes(50_000_000))
    limits = replace(LIMITS, max_bytes=2e6)
    with serving(lambda r: answer(r, bomb, Content_Encoding="gzip")) as url:
        error = fetch(f"{url}/a", tmp_path / "bomb", limits)
    assert error is not None
    assert error.reason == "cache_full"
    assert not list((tmp_path / "bomb").iterdir())


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "deflate"])
def test_other_encodings_are_no_media(encoding: str, tmp_path: Path) -> None:
    with serving(lambda r: answer(r, MEDIA, Content_Encoding=encoding)) as url:
        error = fetch(f"{url}/a", tmp_path)
    assert error is not None
    assert error.reason == "not_media"


def test_a_body_without_a_length_is_counted_while_it_is_written(tmp_path: Path) -> None:
    def endless(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        while True:
            request.wfile.write(b"8000\r\n" + bytes(0x8000) + b"\r\n")

    with serving(endless) as url:
        error = fetch(f"{url}/a", tmp_path, replace(LIMITS, max_bytes=1e6))
    assert error is not None
    assert error.reason == "cache_full"
    assert not list(tmp_path.iterdir())


def drip_body(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    drip(request, b"x")


def drip_chunk_size(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    drip(request, b"0")


def drip_headers(request: http.server.BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    drip(request, b"X-A: b\r\n")


def drip_status(request: http.server.BaseHTTPRequestHandler) -> None:
    drip(request, b"H")


def always_continue(request: http.server.BaseHTTPRequestHandler) -> None:
    drip(request, b"HTTP/1.1 100 Continue\r\n\r\n")


def drip(request: http.server.BaseHTTPRequestHandler, data: bytes) -> None:
    while True:
        request.wfile.write(data)
        time.sleep(0.1)


@pytest.mark.parametrize(
    "handle", [drip_body, drip_chunk_size, drip_headers, drip_status, always_continue]
)
def test_a_server_cannot_hold_a_download(handle: Handle, tmp_path: Path) -> None:
    with serving(handle) as url:
        error = fetch(f"{url}/a", tmp_path, IMPATIENT)  # returns at all
    assert error is not None
    assert error.reason in {"timeout", "throttled", "truncated_download"}


@pytest.mark.parametrize("content_range", ["bytes 5-13/14", "bytes 0-8/9", "", "bytes */9"])
def test_an_unasked_part_of_a_file_is_an_error_of_that_file(
    content_range: str, tmp_path: Path
) -> None:
    with serving(lambda r: answer(r, b"x" * 9, 206, Content_Range=content_range)) as url:
        error = fetch(f"{url}/a", tmp_path)
    assert error is not None
    assert error.reason == "truncated_download"


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://[::1",
        "http://a:b:c/",
        "http://exa mple/",
        "http://" + "a" * 300 + ".org/",
        "http://.../",
        "http://\u2028/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://%zz/",
        "http://127.0.0.1:1/\ud800",
    ],
)
def test_whatever_a_url_is_it_has_a_reason(url: str, tmp_path: Path) -> None:
    row = fetch_video(video(url), tmp_path, QUICK.model_copy(update={"max_attempts": 1}))
    assert row.state == "failed"
    assert row.reason in {"file_missing", "timeout", "fetch_error", "private_address"}


@pytest.mark.parametrize(
    "head",
    [
        b"GARBAGE\r\n\r\n",
        b"HTTP/1.1 999 \xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    ],
)
def test_whatever_a_server_says_it_has_a_reason(head: bytes, tmp_path: Path) -> None:
    with serving(lambda request: request.wfile.write(head) and None) as url:
        assert isinstance(fetch(f"{url}/a", tmp_path), FetchError)


def test_secrets_stay_out_of_messages(tmp_path: Path) -> None:
    target = "http://127.0.0.1:1/bucket/a.mp4?X-Amz-Signature=SECRET#SECRET"
    with serving(lambda request: answer(request, b"", 302, Location=target)) as url:
        error = fetch(f"{url}/c.mp4?token=SECRET", tmp_path)
    assert error is not None
    assert "/bucket/a.mp4" in error.message
    assert "SECRET" not in error.message
    assert not list(tmp_path.glob("*SECRET*"))
    for listed in ("http://me:SECRET@127.0.0.1:1/b.mp4", "http://127.0.0.1:1/b.mp4?SECRET"):
        row = fetch_video(video(listed), tmp_path, QUICK.model_copy(update={"max_attempts": 1}))
        assert row.message
        assert "SECRET" not in row.message
        stored = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert stored
        for path in tmp_path.rglob("*"):
            assert "SECRET" not in str(path)
            assert not path.is_file() or b"SECRET" not in path.read_bytes()


@pytest.mark.parametrize("count", [0, 1, 73, 5000])
def test_web_pages_are_found_in_linear_time(count: int) -> None:
    assert is_web_page(b"\xef\xbb\xbf \n" + b"<!---->\n" * count + b"<!DOCTYPE  html>")
    assert is_web_page(b"<!-- a\n-- -->" * count + b"<HTML lang>")
    assert not is_web_page(b"<!---->" * count + b"<!--")
    assert not is_web_page(b"<!---->" * count)
    assert not is_web_page(MEDIA)


def test_a_proxy_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def proxy(request: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        answer(request)

    with serving(proxy) as url:
        monkeypatch.setenv("http_proxy", url)
        monkeypatch.setenv("no_proxy", "")
        public = replace(LIMITS, allowed=PUBLIC_HOSTS)
        assert fetch("http://media.example.org/a.mp4", tmp_path, public) is None
        for host in ("127.0.0.1", "10.0.0.1", "localhost", "[::1]"):
            error = fetch(f"http://{host}/a.mp4", tmp_path / "other", public)
            assert error is not None
            assert error.reason == "private_address"
    assert asked == ["http://media.example.org/a.mp4"]
