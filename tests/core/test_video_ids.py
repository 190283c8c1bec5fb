"""Ids, URLs, cut clips and file names."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foa360.core.video_ids import (
    clip_id,
    is_http_url,
    is_url,
    is_youtube_url,
    parse_clip_id,
    printable_name,
    safe_name,
    source_video,
    youtube_url,
)


@pytest.mark.parametrize(
    ("text", "url", "http"),
    [
        ("https://example.org/x", True, True),
        ("HTTP://example.org", True, True),
        ("ftp://example.org/x", True, False),
        ("s3+x://bucket", True, False),
        ("/data/a.mp4", False, False),
        ("C:/data/a.mp4", False, False),
        ("-rf", False, False),
        ("://x", False, False),
        ("a/https://x", False, False),
    ],
)
def test_a_url_has_a_scheme(text, url, http):
    assert is_url(text) == url
    assert is_http_url(text) == http


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
    ("name", "video"),
    [
        ("tAiVUt5vE0k_10", "tAiVUt5vE0k"),
        ("tAiVUt5vE0k-7", "tAiVUt5vE0k"),
        ("tAiVUt5vE0kl_30", "tAiVUt5vE0k"),
        ("sub/folder/tAiVUt5vE0k_10", "tAiVUt5vE0k"),
        ("-oytwMeyR74_10", "-oytwMeyR74"),
        ("tAiVUt5vE0k", "tAiVUt5vE0k"),
        ("tAiVUt5vE0k_1.5", "tAiVUt5vE0k_1.5"),
        ("a_10", "a_10"),
        ("üAiVUt5vE0k_10", "üAiVUt5vE0k_10"),
    ],
)
def test_a_cut_clip_belongs_to_its_video(name, video):
    assert source_video(name) == video


def test_the_page_of_an_id_with_a_character_too_many():
    assert youtube_url("abcdefghijkl") == "https://www.youtube.com/watch?v=abcdefghijk"


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (0.0, "0"),
        (10.0, "10"),
        (0.1, "0.1"),
        (0.100001, "0.100001"),
        (10000.25, "10000.25"),
        (1234567.0, "1234567"),
    ],
)
def test_a_clip_id_has_the_start_with_up_to_six_decimals(start, text):
    assert clip_id("a_b", start) == f"a_b_{text}"


def test_a_clip_id_is_split_at_its_last_underscore():
    assert parse_clip_id("-x_y_10") == ("-x_y", 10.0)
    for text in ("b", "_10", "a_", "a_1.5", "a_-1"):
        with pytest.raises(ValueError, match="is not id_start"):
            parse_clip_id(text)


def test_bytes_that_are_not_utf8_are_written_out():
    assert printable_name("caf\udce9.mp4") == "caf\\xe9.mp4"
    assert printable_name("ü🐚") == "ü🐚"


@given(st.text(max_size=300))
def test_any_id_gives_a_plain_file_name(text):
    try:
        name = safe_name(text)
    except UnicodeEncodeError:
        assert re.search("[\ud800-\udfff]", text)
        return
    assert re.fullmatch(r"v[A-Za-z0-9_-]{1,60}", name)
    assert name == safe_name(text)
    assert Path(name).name == name


@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_distinct_ids_give_distinct_names(text, data):
    other = data.draw(st.sampled_from([text + "_", text.swapcase(), text + "/", "-" + text, " "]))
    if other != text:
        assert safe_name(text).lower() != safe_name(other).lower()
