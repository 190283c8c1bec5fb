"""Downloads by the real yt-dlp, from a local server, and the reasons of what it says."""

import time

import pytest
from media_server import BODY, QUICK, Handler, fetch_video, server, video

from foa360.config.fetch import Fetch
from foa360.core.reasons import REASONS
from foa360.stages.fetch.errors import FetchError
from foa360.stages.fetch.youtube import (
    CLASSES,
    SAID,
    is_youtube,
    options,
    reason_of,
    take,
)

__all__ = ["server"]


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
             "audio_channels": sound, "format_note": "ambisonics"},
            {**form, "format_id": "137", "url": f"{server}/picture", "ext": "mp4",
             "vcodec": "avc1", "width": 1920, "height": 960},
        ],
    }  # fmt: skip


def test_yt_dlp_takes_picture_and_four_channels_as_files_of_their_own(server, tmp_path):
    import yt_dlp

    folder = tmp_path / "100% odd; $(name)"
    with yt_dlp.YoutubeDL(options(folder, QUICK)) as client:
        paths, about = take(client, formats(server))
    assert paths == {"video": folder / "video-137.mp4", "audio": folder / "audio-338.webm"}
    assert all(path.read_bytes() == BODY for path in paths.values())
    assert about["tool"].startswith("yt-dlp 20")
    assert {k: about[k] for k in about if k != "tool"} == {
        "licence": "CC BY", "channel": "someone", "video_codec": "avc1", "audio_codec": "opus",
        "audio_channels": 4, "format_note": "137, 338 ambisonics",
    }  # fmt: skip


def test_stereo_is_no_ambisonics_and_costs_no_download(server, tmp_path):
    import yt_dlp

    with yt_dlp.YoutubeDL(options(tmp_path, QUICK)) as client, pytest.raises(FetchError) as error:
        take(client, formats(server, sound=2))
    assert error.value.reason == "no_foa_from_client"
    assert Handler.asked == []


def test_real_yt_dlp_without_a_network_gives_a_row(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    place = "https://www.youtube.com/watch?v=-oytwMeyR74"
    begin = time.monotonic()
    row = fetch_video(video(place), tmp_path, QUICK.model_copy(update={"tries": 2}))
    assert (row["state"], row["reason"]) == ("failed", "timeout")
    assert time.monotonic() - begin < 20


def test_settings_reach_yt_dlp(tmp_path):
    settings = Fetch(height=480, clients=["tv", "web"], sleep=(1.0, 2.0), rate_mb=2.0)
    given = options(tmp_path, settings)
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
    with yt_dlp.YoutubeDL(options(tmp_path / "out", settings)) as client:
        assert [c.value for c in client.cookiejar] == ["VALUE"]
        _, about = take(client, formats(server))
    assert (jar.read_bytes(), jar.stat().st_mtime_ns) == before
    said = "".join(capfd.readouterr()) + str(about)
    assert "VALUE" not in said
    assert "secret" not in said
    row = fetch_video(
        video("https://youtu.be/x"), tmp_path / "cache",
        settings.model_copy(update={"cookies": str(tmp_path / "nowhere.txt"), "tries": 1}),
    )  # fmt: skip
    assert row["state"] == "failed"
    assert "nowhere" not in str(row)
