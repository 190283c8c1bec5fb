"""Fetching: local files, and a real server that misbehaves."""

import hashlib
import http.server
import os
import threading
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from foa360 import tables
from foa360.jobs import Progress
from foa360.reasons import REASONS
from foa360.sources.errors import FetchError, Patience
from foa360.sources.fetch import fetch_shard, fetch_video
from foa360.sources.http import BLOCK, download
from foa360.sources.store import fetched
from foa360.sources.youtube import CLASSES, SAID, is_youtube, options, reason_of, take

BODY = bytes(range(256)) * 400
DIGEST = hashlib.sha256(BODY).hexdigest()
HASTY = Patience(connect=1, read=0.3, first_wait=0.01, longest_wait=2)


class Handler(http.server.BaseHTTPRequestHandler):
    """Behaves as the path says."""

    asked: list[str]
    ranges: list[str | None]

    def do_GET(self):
        path = self.path.strip("/").partition(".")[0]
        self.asked.append(path)
        self.ranges.append(self.headers.get("Range"))
        times = self.asked.count(path)
        if path.isdigit():
            self.head(int(path), 0)
        elif path in {"patient", "later", "date"} and times == 1:
            wait = {"patient": "0", "later": "3600", "date": formatdate(time.time() + 1)}[path]
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
            time.sleep(0.6)
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
    Handler.asked, Handler.ranges = [], []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def video(place, audio=None, video_id="-x"):
    return {"video_id": video_id, "video": str(place), "audio": str(audio or place)}


@pytest.mark.parametrize("name", ["good", "flaky", "broken", "patient", "changed", "nameless"])
def test_passing_trouble_is_tried_again(server, tmp_path, name):
    download(f"{server}/{name}", tmp_path / "x", HASTY)
    assert (tmp_path / "x").read_bytes() == BODY
    assert len(Handler.asked) == (1 if name == "good" else 2)
    assert os.listdir(tmp_path) == ["x"], "nothing else is left"


def test_a_partial_file_goes_on_only_if_it_is_the_same_file(server, tmp_path):
    for name in ("broken", "changed", "nameless"):
        download(f"{server}/{name}", tmp_path / name, HASTY)
        assert (tmp_path / name).read_bytes() == BODY
    assert Handler.ranges == [None, f"bytes={BLOCK}-", None, f"bytes={BLOCK}-", None, None]


def test_a_later_run_continues_what_an_earlier_one_began(server, tmp_path):
    with pytest.raises(FetchError, match="more expected"):
        download(f"{server}/broken", tmp_path / "x", Patience(tries=1))
    download(f"{server}/broken", tmp_path / "x", Patience(tries=1))
    assert Handler.ranges == [None, f"bytes={BLOCK}-"]
    assert (tmp_path / "x").read_bytes() == BODY


def test_a_partial_file_that_is_too_long_is_begun_anew(server, tmp_path):
    (tmp_path / "x.part").write_bytes(b"z" * 500)
    (tmp_path / "x.mark").write_text('"other"')
    download(f"{server}/good", tmp_path / "x", HASTY)
    assert (tmp_path / "x").read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "reason", "tries"),
    [
        ("404", "removed", 1), ("410", "removed", 1), ("403", "http_4xx", 1), ("451", "geo", 1),
        ("500", "http_5xx", 3), ("429", "rate_limited", 3), ("204", "fetch_error", 3),
        ("later", "rate_limited", 1), ("empty", "empty_file", 1),
        ("short", "truncated_download", 3), ("chunks", "truncated_download", 3),
        ("stall", "timeout", 3), ("loop", "fetch_error", 93),
    ],
)  # fmt: skip
def test_failures_have_reasons(server, tmp_path, path, reason, tries):
    with pytest.raises(FetchError) as error:
        download(f"{server}/{path}", tmp_path / "x", HASTY)
    assert error.value.reason == reason
    assert not (tmp_path / "x").exists()
    assert len(Handler.asked) == tries


def test_the_server_says_when_to_come_back(server, tmp_path):
    begin = time.monotonic()
    download(f"{server}/date", tmp_path / "x", HASTY)
    assert len(Handler.asked) == 2
    assert time.monotonic() - begin < 3


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("http://127.0.0.1:9/x", "timeout"), ("http://", "file_missing"),
        ("http://[::1/x", "file_missing"), ("http://a b/\n", "file_missing"),
        ("ftp://example.org/x", "file_missing"), ("file:///etc/hosts", "file_missing"),
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere_are_rows(tmp_path, place, reason):
    row = fetch_video(video(place), tmp_path / "cache", HASTY)
    assert row["reason"] == reason
    again = fetch_video(video(place), tmp_path / "cache", HASTY)
    assert again == row, "the same words every time"
    assert " at 0x" not in row["message"]


def test_a_file_is_fetched_once_and_mended_when_it_has_changed(server, tmp_path):
    row = fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path, HASTY)
    assert (row["state"], row["video_bytes"], row["audio_sha256"]) == ("fetched", len(BODY), DIGEST)
    path = Path(row["video_path"])
    assert path.suffix == ".webm"
    assert path.parent.parent == tmp_path
    assert fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path, HASTY) == row
    assert len(Handler.asked) == 1
    for damage in (b"", BODY[:-1], BODY[:-1] + b"\0"):
        path.write_bytes(damage)
        assert fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path, HASTY) == row
        assert path.read_bytes() == BODY
    (path.parent / "record.json").write_text('{"files": 3}')
    assert fetch_video(video(f"{server}/good.webm?x=/../y"), tmp_path, HASTY) == row


def test_another_address_of_the_same_video_is_fetched(server, tmp_path):
    one = fetch_video(video(f"{server}/good", f"{server}/other"), tmp_path, HASTY)
    assert one["video_path"] != one["audio_path"]
    two = fetch_video(video(f"{server}/third"), tmp_path, HASTY)
    assert two["video_path"] not in one.values()
    assert Handler.asked == ["good", "other", "third"]


def test_two_jobs_never_fetch_one_file_at_once(server, tmp_path):
    rows = []

    def fetch():
        rows.append(fetch_video(video(f"{server}/good"), tmp_path, HASTY))

    threads = [threading.Thread(target=fetch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Handler.asked == ["good"]
    assert all(row == rows[0] for row in rows)


def test_local_files_are_used_in_place(tmp_path):
    (tmp_path / "-a.mp4").write_bytes(b"video")
    (tmp_path / "a.wav").write_bytes(b"sound")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "circle.mp4").symlink_to(tmp_path / "circle.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    good = fetch_video(video(tmp_path / "-a.mp4", tmp_path / "a.wav"), tmp_path / "cache")
    assert good == {
        "video_id": "-x", "state": "fetched",
        "video_path": str(tmp_path / "-a.mp4"), "audio_path": str(tmp_path / "a.wav"),
        "video_bytes": 5, "audio_bytes": 5,
        "video_sha256": hashlib.sha256(b"video").hexdigest(),
        "audio_sha256": hashlib.sha256(b"sound").hexdigest(),
    }  # fmt: skip
    bad = {
        "empty.mp4": "empty_file", "pipe.mp4": "unreadable", ".": "unreadable",
        "circle.mp4": "unreadable", "absent.mp4": "file_missing", "a\0b": "file_missing",
        "-a.mp4/x": "file_missing", "a" * 300: "unreadable",
    }  # fmt: skip
    rows = {name: fetch_video(video(tmp_path / name), tmp_path / "cache") for name in bad}
    assert {name: row["reason"] for name, row in rows.items()} == bad
    assert all(row["message"] for row in rows.values())
    assert not (tmp_path / "cache").exists()


def test_a_shard_of_urls_and_files(server, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"video")
    rows = [
        {"shard": "s0000", "clip_id": f"{v}_{s}", "video_id": v, "start": s, "duration": 1.0,
         "split": "train", "source": "list", "video": p, "audio": p}
        for v, p in (("../up", f"{server}/good"), ("file", str(tmp_path / "a.mp4")),
                     ("gone", f"{server}/404"))
        for s in (0.0, 1.0)
    ]  # fmt: skip
    rows.append({**rows[0], "shard": "s0001", "video_id": "elsewhere"})
    tables.write(tmp_path / "plan.parquet", rows, tables.PLAN)
    out = tmp_path / "fetch.parquet"
    fetch_shard(tmp_path / "plan.parquet", "s0000", tmp_path / "cache", out, Progress("test"))
    first = out.read_bytes()
    frame = tables.read(out)
    assert list(frame["video_id"]) == ["../up", "file", "gone"]
    assert list(frame["state"]) == ["fetched", "fetched", "failed"]
    assert list(frame.columns) == [c.name for c in tables.FETCH]
    assert str(tmp_path / "cache") in frame["video_path"].iloc[0]
    fetch_shard(tmp_path / "plan.parquet", "s0000", tmp_path / "cache", out, Progress("test"))
    assert out.read_bytes() == first
    assert Handler.asked.count("good") == 1


def test_a_failed_download_leaves_no_record(tmp_path):
    def get(folder):
        (folder / "half").write_bytes(b"x")
        raise FetchError("timeout", "gone")

    with pytest.raises(FetchError):
        fetched(tmp_path, "x", get)
    assert not list(tmp_path.rglob("record.json"))


def test_youtube_is_known():
    for place in (
        "https://www.youtube.com/watch?v=-rf",
        "http://youtu.be/x",
        "HTTPS://m.youtube.com/",
    ):
        assert is_youtube(place)
    for place in ("https://example.org/youtube.com/", "https://youtube.com.example.org/", "-rf"):
        assert not is_youtube(place)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Sign in to confirm you’re not a bot. Use --cookies", "bot_check"),
        ("Private video. Sign in if you've been granted access to this video", "private"),
        ("Video unavailable. This video has been removed by the uploader", "removed"),
        ("Video unavailable. The YouTube account has been terminated", "removed"),
        ("Video unavailable. This content isn't available, try again later. The current session "
         "has been rate-limited by YouTube for up to an hour", "rate_limited"),
        ("All player responses are invalid. Your IP is likely being blocked", "rate_limited"),
        ("Sign in to confirm your age. This video may be inappropriate", "age"),
        ("Join this channel to get access to members-only content", "members"),
        ("This video requires payment to watch", "members"),
        ("This live event will begin in 2 hours.", "live"),
        ("Premieres in 3 hours", "live"),
        ("This video is DRM protected", "drm"),
        ("Requested format is not available. Use --list-formats", "no_foa_from_client"),
        ("The uploader has not made this video available in your country", "geo"),
        ("HTTP Error 503: Service Unavailable", "http_5xx"),
        ("Unable to download webpage: HTTP Error 404: Not Found", "removed"),
        ("unable to download video data: HTTP Error 403: Forbidden", "throttled"),
        ("Unable to download API page: Failed to resolve 'www.youtube.com'", "timeout"),
        ("The read operation timed out", "timeout"),
        ("something else on this page", "fetch_error"),
    ],
)  # fmt: skip
def test_words_of_youtube_have_reasons(said, reason):
    from yt_dlp.utils import DownloadError, ExtractorError

    cause = ExtractorError(said, expected=True, video_id="ageDRMgeo00", ie="youtube")
    error = DownloadError(f"\x1b[0;31mERROR:\x1b[0m {cause}", (type(cause), cause, None))
    assert reason_of(error) == reason


def test_classes_of_errors_have_reasons():
    from yt_dlp import utils

    assert {code for _, code in SAID} | set(CLASSES.values()) <= set(REASONS)
    cause = utils.GeoRestrictedError("only here", countries=["NZ"])
    assert reason_of(utils.DownloadError("x", (type(cause), cause, None))) == "geo"
    assert reason_of(utils.ContentTooShortError(1, 2)) == "truncated_download"
    assert all(hasattr(utils, name) for name in CLASSES), "yt-dlp has renamed an error"


def formats(server, sound=4):
    """What an extractor of yt-dlp gives for a video with a picture and two sounds."""
    form = {"protocol": "http", "acodec": "none", "vcodec": "none"}
    return {
        "id": "-x", "title": "t", "extractor": "youtube", "extractor_key": "Youtube",
        "webpage_url": "https://x", "license": "CC BY", "channel": "someone",
        "formats": [
            {**form, "format_id": "251", "url": f"{server}/two", "ext": "webm", "acodec": "opus",
             "audio_channels": 2},
            {**form, "format_id": "338", "url": f"{server}/good", "ext": "webm", "acodec": "opus",
             "audio_channels": sound},
            {**form, "format_id": "137", "url": f"{server}/picture", "ext": "mp4",
             "vcodec": "avc1", "width": 1920, "height": 960},
        ],
    }  # fmt: skip


def test_yt_dlp_takes_picture_and_four_channels_as_files_of_their_own(server, tmp_path):
    import yt_dlp

    folder = tmp_path / "100% odd; $(name)"
    quick = {"sleep_interval": 0, "max_sleep_interval": 0}
    with yt_dlp.YoutubeDL(options(folder) | quick) as client:
        paths, about = take(client, formats(server))
    assert paths == {"video": folder / "video-137.mp4", "audio": folder / "audio-338.webm"}
    assert all(path.read_bytes() == BODY for path in paths.values())
    assert about == {"licence": "CC BY", "channel": "someone"}


def test_stereo_is_no_ambisonics_and_costs_no_download(server, tmp_path):
    import yt_dlp

    with yt_dlp.YoutubeDL(options(tmp_path)) as client, pytest.raises(FetchError) as error:
        take(client, formats(server, sound=2))
    assert error.value.reason == "no_foa_from_client"
    assert Handler.asked == []


def test_real_yt_dlp_without_a_network_gives_a_row(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    place = "https://www.youtube.com/watch?v=-oytwMeyR74"
    begin = time.monotonic()
    row = fetch_video(video(place), tmp_path)
    assert (row["state"], row["reason"]) == ("failed", "timeout")
    assert time.monotonic() - begin < 20
