"""Downloads by the real yt-dlp, from a local server, and the reasons of its messages."""

import os
import time

import pytest
import yt_dlp
from support.media_server import BODY, QUICK, Handler, fetch_video, video

from foa360.config.fetch import Fetch
from foa360.core.reasons import REASONS
from foa360.core.youtube import YOUTUBE_WATCH_URL
from foa360.stages.fetch.cookies import HEADER
from foa360.stages.fetch.downloads import StatedProperties
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.youtube import (
    ERROR_CLASS_REASONS,
    MESSAGE_REASONS,
    client_options,
    download_streams,
    download_youtube,
    reason_of,
)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Sign in to confirm you’re not a bot. Use --cookies", "bot_check"),
        ("Private video. Sign in if you've been granted access to this video", "private"),
        ("Video unavailable. This video has been removed by the uploader", "removed"),
        ("Video unavailable. The YouTube account has been terminated", "removed"),
        (
            "Video unavailable. This content isn't available, try again later. The current session "
            "has been rate-limited by YouTube for up to an hour",
            "rate_limited",
        ),
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
        ("Unable to download webpage: HTTP Error 410: Gone", "removed"),
        ("Unable to download webpage: HTTP Error 401: Unauthorized", "http_4xx"),
        ("Unable to download webpage: HTTP Error 408: Waited", "timeout"),
        ("Unable to download webpage: HTTP Error 451: Unavailable For Legal Reasons", "geo"),
        ("Unable to download webpage: HTTP Error 400: Bad Request", "http_4xx"),
        ("unable to download video data: HTTP Error 403: Forbidden", "throttled"),
        ("Unable to download API page: Failed to resolve 'www.youtube.com'", "timeout"),
        ("The read operation timed out", "timeout"),
        ("something else on this page", "fetch_error"),
    ],
)
def test_messages_of_youtube_have_reasons(message, reason):
    from yt_dlp.utils import DownloadError, ExtractorError

    cause = ExtractorError(message, expected=True, video_id="ageDRMgeo00", ie="youtube")
    error = DownloadError(f"\x1b[0;31mERROR:\x1b[0m {cause}", (type(cause), cause, None))
    assert reason_of(error) == reason


def test_classes_of_errors_have_reasons():
    from yt_dlp import utils

    assert {code for _, code in MESSAGE_REASONS} | set(ERROR_CLASS_REASONS.values()) <= set(REASONS)
    cause = utils.GeoRestrictedError("only here", countries=["NZ"])
    assert reason_of(utils.DownloadError("x", (type(cause), cause, None))) == "geo"
    assert reason_of(utils.ContentTooShortError(1, 2)) == "truncated_download"
    assert all(hasattr(utils, name) for name in ERROR_CLASS_REASONS), "yt-dlp has renamed an error"


def formats(server, channels=4):
    """Return what an extractor of yt-dlp gives for a video and two audio formats."""
    form = {"protocol": "http", "acodec": "none", "vcodec": "none"}
    return {
        "id": "-x",
        "title": "t",
        "extractor": "youtube",
        "extractor_key": "Youtube",
        "webpage_url": "https://x",
        "license": "CC BY",
        "channel": "someone",
        "formats": [
            {
                **form,
                "format_id": "251",
                "url": f"{server}/two",
                "ext": "webm",
                "acodec": "opus",
                "audio_channels": 2,
            },
            {
                **form,
                "format_id": "338",
                "url": f"{server}/good",
                "ext": "webm",
                "acodec": "opus",
                "audio_channels": channels,
                "format_note": "ambisonics",
            },
            {
                **form,
                "format_id": "137",
                "url": f"{server}/video",
                "ext": "mp4",
                "vcodec": "avc1",
                "width": 1920,
                "height": 960,
            },
        ],
    }


def test_yt_dlp_downloads_video_and_four_channels_as_separate_files(server, tmp_path):
    import yt_dlp

    folder = tmp_path / "100% odd; $(name)"
    with yt_dlp.YoutubeDL(client_options(folder, QUICK)) as client:
        download = download_streams(client, formats(server))
    assert download.video == folder / "video-137.mp4"
    assert download.audio == folder / "audio-338.webm"
    assert download.video.read_bytes() == download.audio.read_bytes() == BODY
    assert download.tool.startswith("yt-dlp 20")
    assert download.stated == StatedProperties(
        video_codec="avc1",
        audio_codec="opus",
        audio_channels=4,
        format_note="137, 338 ambisonics",
        licence="CC BY",
        channel="someone",
    )


def test_what_a_page_says_fits_a_table(server, tmp_path):
    import yt_dlp

    info = formats(server) | {"license": ["CC BY"], "channel": "\ud800 someone\n\x1b[31m"}
    info["formats"][1]["format_note"] = "\udfff"
    with yt_dlp.YoutubeDL(client_options(tmp_path, QUICK)) as client:
        stated = download_streams(client, info).stated
    assert stated.licence is None
    assert stated.channel == "\\ud800 someone\\n\\x1b[31m"
    assert all(text.isprintable() for text in (stated.channel, stated.format_note))


@pytest.mark.parametrize(
    ("video_format", "audio_format", "reason"),
    [("138", "138", "no_audio"), ("338", "338", "no_video")],
)
def test_formats_that_are_not_two_streams_have_a_reason(
    server, tmp_path, video_format, audio_format, reason
):
    import yt_dlp

    info = formats(server)
    both = {**info["formats"][2], "format_id": "138", "acodec": "opus", "audio_channels": 4}
    info["formats"].append(both)
    chosen = {"video_format": video_format, "audio_format": audio_format}
    options = client_options(tmp_path, QUICK.model_copy(update=chosen))
    with yt_dlp.YoutubeDL(options) as client, pytest.raises(FetchError) as error:
        download_streams(client, info)
    assert error.value.reason == reason


# yt-dlp leaves the connection of a download that is ended to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("share", [0.5, 1.5])
def test_a_download_above_the_budget_ends_and_leaves_nothing(server, tmp_path, share):
    import yt_dlp

    options = client_options(tmp_path, QUICK, max_bytes=share * len(BODY))
    with yt_dlp.YoutubeDL(options) as client, pytest.raises(FetchError) as error:
        download_streams(client, formats(server))
    assert error.value.reason == "cache_full"
    assert os.listdir(tmp_path) == []


def test_stereo_is_no_ambisonics_and_costs_no_download(server, tmp_path):
    import yt_dlp

    with (
        yt_dlp.YoutubeDL(client_options(tmp_path, QUICK)) as client,
        pytest.raises(FetchError) as error,
    ):
        download_streams(client, formats(server, channels=2))
    assert error.value.reason == "no_foa_from_client"
    assert Handler.requested == []


def test_real_yt_dlp_without_a_network_gives_a_row(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    url = "https://www.youtube.com/watch?v=-oytwMeyR74"
    row = fetch_video(video(url), tmp_path, QUICK.model_copy(update={"max_attempts": 2}))
    assert (row.state, row.reason) == ("failed", "timeout")


def test_settings_reach_yt_dlp(tmp_path):
    settings = Fetch(height=480, clients=["tv", "web"], sleep=(1.0, 2.0), rate_mb=2.0)
    given = client_options(tmp_path, settings)
    assert given["format"] == "bv[height<=480],ba[audio_channels>=4]"
    assert given["extractor_args"] == {"youtube": {"player_client": ["tv", "web"]}}
    assert (given["sleep_interval"], given["ratelimit"]) == (1.0, 2e6)


def test_cookies_are_read_and_neither_written_nor_shown(server, tmp_path, capfd):
    import yt_dlp

    jar = tmp_path / "secret.txt"
    line = f"example.org\tFALSE\t/\tTRUE\t{int(time.time()) + 10_000}\tname\tVALUE"
    jar.write_text(f"# Netscape HTTP Cookie File\n{line}\n")
    before = jar.read_bytes(), jar.stat().st_mtime_ns
    settings = QUICK.model_copy(update={"cookies": str(jar)})
    with yt_dlp.YoutubeDL(client_options(tmp_path / "out", settings)) as client:
        assert [c.value for c in client.cookiejar] == ["VALUE"]
        download = download_streams(client, formats(server))
    assert (jar.read_bytes(), jar.stat().st_mtime_ns) == before
    output = "".join(capfd.readouterr()) + str(download)
    assert "VALUE" not in output
    assert "secret" not in output
    row = fetch_video(
        video("https://youtu.be/x"),
        tmp_path / "cache",
        settings.model_copy(update={"cookies": str(tmp_path / "nowhere.txt"), "max_attempts": 1}),
    )
    assert row.state == "failed"
    assert "nowhere" not in str(row)


@pytest.mark.parametrize(
    "page",
    [
        "https://www.youtube.com/@NASA/videos",
        "https://www.youtube.com/playlist?list=PLabcdefghijk",
        "https://www.youtube.com/results?search_query=x",
        "https://www.youtube.com/redirect?q=http://127.0.0.1/",
        "https://www.youtube.com/feed/history",
        "https://youtu.be/x",
        "https://youtu.be/redirect?q=http://127.0.0.1/",
        "https://www.youtube.com/signin?next=/x",
        "https://www.youtube.com/oembed?url=x",
        "https://www.youtube.com/watch?v=&list=WL",
        "https://www.youtube.com/",
    ],
)
def test_pages_that_are_no_video_are_not_requested(page, tmp_path, monkeypatch):
    monkeypatch.setattr(yt_dlp, "YoutubeDL", None)  # a use is an error
    with pytest.raises(FetchError) as error:
        download_youtube(page, tmp_path, QUICK)
    assert error.value.reason == "not_media"


def test_only_the_extractor_of_videos_is_there(tmp_path):
    with yt_dlp.YoutubeDL(client_options(tmp_path, QUICK)) as client:
        assert list(client._ies) == ["Youtube"]
        assert client._ies["Youtube"].suitable(YOUTUBE_WATCH_URL + "-oytwMeyR74")


COOKIE = ".youtube.com\tTRUE\t/\tTRUE\t4102444800\tSID\tSECRETCOOKIE"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{HEADER}\n{COOKIE.replace(chr(9), ' ')}\n", 2),
        (f"{HEADER}\n\n# a comment\n{COOKIE}\n{COOKIE}\tmore\n", 5),
        (COOKIE.replace("4102444800", "SECRETCOOKIE"), 1),
        (COOKIE.replace("TRUE", "SECRETCOOKIE"), 1),
        (COOKIE.replace("SID", "\x1b]0;SECRETCOOKIE"), 1),
        ('[{"name": "SID", "value": "SECRETCOOKIE"}]', 1),
        ("\0SECRETCOOKIE", 1),
    ],
)
def test_a_bad_line_of_cookies_is_named_by_its_number(text, line, tmp_path, capfd):
    jar = tmp_path / "cookies.txt"
    jar.write_text(text)
    settings = QUICK.model_copy(update={"cookies": str(jar)})
    with pytest.raises(FetchError, match=f"fetch.cookies: line {line} ") as error:
        download_youtube(YOUTUBE_WATCH_URL + "-oytwMeyR74", tmp_path, settings)
    captured = capfd.readouterr()
    assert "SECRET" not in str(error.value) + captured.out + captured.err


@pytest.mark.parametrize("header", ["", f"{HEADER}\n", "# HTTP Cookie File\r\n"])
def test_good_cookies_reach_yt_dlp(header, tmp_path):
    jar = tmp_path / "cookies.txt"
    http_only = "#HttpOnly_" + COOKIE.replace("SID", "other").replace("4102444800", "0")
    jar.write_text(f"{header}{COOKIE}\r\n{http_only}\n")
    settings = QUICK.model_copy(update={"cookies": str(jar)})
    with yt_dlp.YoutubeDL(client_options(tmp_path, settings)) as client:
        assert sorted(cookie.name for cookie in client.cookiejar) == ["SID", "other"]
