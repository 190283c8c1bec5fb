"""Fetching: local files, and a real server that misbehaves."""

import http.server
import os
import threading

import pytest

from foa360 import tables
from foa360.jobs import Progress
from foa360.reasons import REASONS
from foa360.sources.errors import FetchError
from foa360.sources.fetch import fetch_shard, fetch_video
from foa360.sources.http import download
from foa360.sources.youtube import SAID, is_youtube, reason_of

BODY = bytes(range(256)) * 400


class Handler(http.server.BaseHTTPRequestHandler):
    """Behaves as the path says."""

    asked: list[str]

    def do_GET(self):
        path = self.path.strip("/")
        self.asked.append(path)
        times = self.asked.count(path)
        if path.isdigit():
            self.send_response(int(path))
            if path == "429":
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "flaky" and times == 1:
            self.send_error(503)
        elif path == "broken" and times == 1:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[:1000])
        elif path == "short":
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[:1000])
            self.close_connection = True
        elif path == "loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
        else:
            start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(BODY) - start))
            self.end_headers()
            self.wfile.write(BODY[start:])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    Handler.asked = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_file_is_fetched_once(server, tmp_path):
    path = download(f"{server}/good", tmp_path / "x")
    assert path.read_bytes() == BODY
    download(f"{server}/good", tmp_path / "x")
    assert Handler.asked == ["good"]


@pytest.mark.parametrize("name", ["flaky", "broken"])
def test_passing_trouble_is_tried_again_and_partial_files_go_on(server, tmp_path, name):
    assert download(f"{server}/{name}", tmp_path / "x", first_wait=0.01).read_bytes() == BODY
    assert len(Handler.asked) == 2
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize(
    ("path", "reason", "tries"),
    [
        ("404", "removed", 1), ("403", "http_4xx", 1), ("500", "http_5xx", 3),
        ("429", "rate_limited", 3), ("short", "truncated_download", 3), ("loop", "fetch_error", None),
    ],
)  # fmt: skip
def test_failures_have_reasons(server, tmp_path, path, reason, tries):
    with pytest.raises(FetchError) as error:
        download(f"{server}/{path}", tmp_path / "x", first_wait=0.01)
    assert error.value.reason == reason
    assert not (tmp_path / "x").exists()
    if tries:
        assert len(Handler.asked) == tries


def test_no_server_is_a_timeout(tmp_path):
    with pytest.raises(FetchError) as error:
        download("http://127.0.0.1:9/x", tmp_path / "x", first_wait=0.01)
    assert error.value.reason == "timeout"


def test_local_files_are_used_in_place(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"video")
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")

    def row(name):
        path = str(tmp_path / name)
        return fetch_video({"video_id": "-x", "video": path, "audio": path}, tmp_path / "cache")

    good = row("a.mp4")
    assert good["state"] == "fetched"
    assert good["video_bytes"] == 5
    assert good["video_sha256"] == good["audio_sha256"]
    reasons = {n: row(n)["reason"] for n in ("empty.mp4", "pipe.mp4", "absent.mp4", "a\0b")}
    assert reasons == {
        "empty.mp4": "empty_file", "pipe.mp4": "unreadable",
        "absent.mp4": "file_missing", "a\0b": "file_missing",
    }  # fmt: skip


def test_a_shard_of_urls_and_files(server, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"video")
    rows = [
        {"shard": "s0000", "clip_id": f"{v}_0", "video_id": v, "start": 0.0, "duration": 1.0,
         "split": "train", "source": "list", "video": p, "audio": p}
        for v, p in (("../up", f"{server}/good"), ("file", str(tmp_path / "a.mp4")), ("gone", f"{server}/404"))
    ]  # fmt: skip
    tables.write(tmp_path / "plan.parquet", rows, tables.PLAN)
    out = tmp_path / "fetch.parquet"
    fetch_shard(tmp_path / "plan.parquet", "s0000", tmp_path / "cache", out, Progress("test"))
    first = out.read_bytes()
    frame = tables.read(out)
    assert list(frame["state"]) == ["fetched", "fetched", "failed"]
    assert str(tmp_path / "cache") in frame["video_path"].iloc[0]
    fetch_shard(tmp_path / "plan.parquet", "s0000", tmp_path / "cache", out, Progress("test"))
    assert out.read_bytes() == first
    assert Handler.asked.count("good") == 1


def test_youtube_is_known_and_its_words_have_reasons():
    assert is_youtube("https://www.youtube.com/watch?v=-rf")
    assert not is_youtube("https://example.org/youtube.com/")
    assert all(code in REASONS for _, code in SAID)
    said = {
        "Sign in to confirm you’re not a bot": "bot_check",
        "Private video. Sign in if you've been granted access": "private",
        "Video unavailable. This video has been removed by the uploader": "removed",
        "Requested format is not available. Use --list-formats": "no_foa_from_client",
        "The uploader has not made this video available in your country": "geo",
        "HTTP Error 503: Service Unavailable": "http_5xx",
        "something else": "fetch_error",
    }
    assert {text: reason_of(text) for text in said} == said


@pytest.mark.slow
def test_real_yt_dlp_without_a_network_gives_a_row(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    url = "https://www.youtube.com/watch?v=-oytwMeyR74"
    row = fetch_video({"video_id": "-oytwMeyR74", "video": url, "audio": url}, tmp_path)
    assert row["state"] == "failed"
    assert row["reason"] in {"timeout", "fetch_error"}
