"""Addresses of YouTube videos."""

import pytest

from foa360.core.video_ids import canonical_id
from foa360.core.youtube import canonical_url, is_youtube_url, youtube_url


def test_youtube_pages_are_known():
    for url in (
        "https://www.youtube.com/watch?v=-rf",
        "http://youtu.be/x",
        "HTTPS://m.youtube.com/",
    ):
        assert is_youtube_url(url)
    for url in ("https://example.org/youtube.com/", "https://youtube.com.example.org/", "-rf"):
        assert not is_youtube_url(url)


@pytest.mark.parametrize(
    "form",
    [
        "https://www.youtube.com/watch?v={}",
        "http://youtube.com/watch?list=PLx&v={}&index=3",
        "https://m.youtube.com/watch?v={}&t=30s",
        "https://music.youtube.com/watch?v={}",
        "https://youtu.be/{}?t=30",
        "https://www.youtube.com/shorts/{}",
        "https://www.youtube.com/embed/{}?start=3",
        "https://www.youtube-nocookie.com/embed/{}",
        "https://www.youtube.com/live/{}",
        "https://www.youtube.com/v/{}",
        "www.youtube.com/watch?v={}",
        "youtu.be/{}",
        "https://www.youtube.com/watch?v={}#t=3",
        "https://www.youtube.com/watch?v={}&pp=ygU%3D",
        "https://www.youtube.com/watch#!v={}&t=3",
        "https://www.youtube.com/watch?v%3D{}",
        "https://www.youtube.com/watch/{}",
        "https://www.youtube.com/shorts/{}/",
        "https://youtu.be/{}&t=3",
        "https://gaming.youtube.com/watch?v={}",
        "https://www.youtubekids.com/watch?v={}",
        "https://youtube.googleapis.com/v/{}?version=3",
        "https://www.youtube.com./watch?v={}",
        "https://user@www.youtube.com:443/watch?v={}",
        "//www.youtube.com/embed/{}",
        "www.youtube-nocookie.com/embed/{}",
        "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3D{}%26feature%3Dshare",
        "youtube.com/attribution_link?u=/watch?v={}",
        "https://www.youtube.com/oembed?url=https%3A//youtu.be/{}&format=json",
        "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fshorts%2F{}",
    ],
)
def test_every_url_of_a_youtube_video_means_its_id(form):
    assert canonical_id(form.format("-oytwMeyR74")) == "-oytwMeyR74"
    assert canonical_url(form.format("-oytwMeyR74")) == youtube_url("-oytwMeyR74")


PATHS = [
    "youtube.com",
    "a.mp4",
    "youtube.com/shorts/AAAAAAAAAAA.mp4",
    "youtube.com/watch?v=AAAAAAAAAAA.webm",
    "rec/youtu.be/AAAAAAAAAAA",
]
OTHER_URLS = [
    "https://www.youtube.com/playlist?list=PLx",
    "https://www.youtube.com/@channel",
    "https://youtu.be/",
    "https://www.youtube.com/embed/videoseries?list=PLx",
    "https://www.youtube.com/embed/live_stream?channel=UCx",
    "https://www.youtube.com/redirect?q=https%3A%2F%2Fexample.org%2FAAAAAAAAAAA",
    "https://notyoutube.com/watch?v=AAAAAAAAAAA",
    "https://example.org/watch?v=AAAAAAAAAAA",
    "https://[broken",
]


@pytest.mark.parametrize("text", [*PATHS, *OTHER_URLS])
def test_other_texts_stay(text):
    assert canonical_url(text) == text
    assert text in OTHER_URLS or canonical_id(text) == text


def test_the_page_of_an_id_with_a_character_too_many():
    assert youtube_url("abcdefghijkl") == "https://www.youtube.com/watch?v=abcdefghijk"
