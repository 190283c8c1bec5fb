"""Downloads by the real yt-dlp, from a local server, and the reasons of its messages."""

import time

import pytest
from support.media_server import BODY, QUICK, Handler, fetch_video, video

from foa360.config.fetch import Fetch
from foa360.core.reasons import REASONS
from foa360.stages.fetch.downloads import StatedProperties
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.youtube import (
    ERROR_CLASS_REASONS,
    MESSAGE_REASONS,
    client_options,
    download_streams,
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
    begin = time.monotonic()
    row = fetch_video(video(url), tmp_path, QUICK.model_copy(update={"max_attempts": 2}))
    assert (row.state, row.reason) == ("failed", "timeout")
    assert time.monotonic() - begin < 20


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
