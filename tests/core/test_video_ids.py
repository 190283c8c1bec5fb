"""Ids, URLs, cut clips and file names."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foa360.core.video_ids import (
    canonical_id,
    clip_id,
    is_http_url,
    is_url,
    printable_name,
    recording,
    resource,
    safe_name,
    shown_url,
    source_video,
    url_name,
)
from foa360.core.youtube import youtube_url


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


@pytest.mark.parametrize(
    ("name", "video"),
    [
        ("tAiVUt5vE0k_10", "tAiVUt5vE0k"),
        ("tAiVUt5vE0k-7", "tAiVUt5vE0k"),
        ("tAiVUt5vE0kl_30", "tAiVUt5vE0k"),
        ("sub/folder/tAiVUt5vE0k_10", "tAiVUt5vE0k"),
        ("-oytwMeyR74_10", "-oytwMeyR74"),
        ("tAiVUt5vE0k", "tAiVUt5vE0k"),
        ("tAiVUt5vE0k_1.5", "tAiVUt5vE0k"),
        ("tAiVUt5vE0k_0010", "tAiVUt5vE0k_0010"),
        ("long_name_x_2020", "long_name_x_2020"),
        ("a_10", "a_10"),
        ("üAiVUt5vE0k_10", "üAiVUt5vE0k_10"),
    ],
)
def test_a_cut_clip_belongs_to_its_video(name, video):
    assert source_video(name) == video


@pytest.mark.parametrize(
    "url",
    [
        "https://me:SECRET@example.org/a.mp4",
        "https://SECRET@example.org/a.mp4",
        "https://example.org/a.mp4?token=SECRET",
        "https://example.org/a.mp4#SECRET",
        "ftp://me:SECRET@example.org/a.mp4?x=SECRET",
        "https://me:SECRET@[broken/a?SECRET",
    ],
)
def test_ids_and_names_of_urls_hold_no_secrets(url):
    video_id = canonical_id(url)
    assert "SECRET" not in video_id
    assert "SECRET" not in url_name(url)
    assert "://" not in video_id
    assert canonical_id(video_id) == video_id
    other = url.replace("SECRET", "other")
    assert canonical_id(other) != video_id
    assert url_name(other) != url_name(url)


def test_ids_of_urls_are_host_path_and_a_digest():
    assert re.fullmatch(
        r"example\.org/b/a\.mp4-[0-9a-f]{12}", canonical_id("https://example.org/b/a.mp4")
    )
    assert url_name("https://example.org/a.mp4") == safe_name("https://example.org/a.mp4")


@pytest.mark.parametrize(
    ("names", "same"),
    [
        (["GS010101", "GS020101", "GS120101"], True),
        (["GX010101", "GX010102"], False),
        (["GX010101", "GH010101"], False),
        (["GOPR1234", "GP011234", "GP021234"], True),
        (["day1/GS010101", "day2/GS020101"], False),
        (["VID_20190101_120000_00_001_001", "VID_20190101_120000_00_001_002"], True),
        (["VID_20190101_120000_00_001", "VID_20190101_121000_00_002"], False),
        (["VID_20190101_120000_00_001", "VID_20190101_120000_10_001"], True),
        (["VID_20190101_120000_00_001", "VID_20190101_120000_00_002"], True),
        (["PRO_VID_20190101_120000_00_001", "PRO_VID_20190101_120001_00_002"], False),
        (["origin_0", "origin_5", "origin_0_1"], True),
        (["GPFR0101", "GPBK0101", "GF010101", "GB020101"], True),
        (["GPFR0101", "GPFR0102"], False),
        (["DJI_20240101120000_0001_D_001", "DJI_20240101120000_0001_D_002"], True),
        (["DJI_20240101120000_0001_D", "DJI_20240101130000_0002_D"], False),
        (["R0010012", "R0010012_1", "R0010012_02"], True),
        (["R0010012_er", "R0010013_er"], False),
        (["Concert part 1", "Concert part 2"], True),
        (["Concert_part01", "Choir_part01"], False),
        (["walk (Part 1 of 3)", "walk (part 2 of 3)"], True),
        (["a.seg0001", "a.seg0002"], True),
        (["rampart1", "rampart2"], False),
        (["take1", "take2"], False),
        (["DJI_0001_001", "DJI_0001_002"], True),
        (["DJI_0001", "DJI_0002"], False),
        (["ZOOM0001-001", "ZOOM0001-002"], True),
        (["GS010101_stitched", "GS020101_stitched"], True),
        (["GS010101_a", "GS010101_b"], False),
    ],
)
def test_chapters_are_of_one_recording(names, same):
    assert (len({recording(name) for name in names}) == 1) == same


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


def test_downloads_from_youtube_keep_their_names():
    url = youtube_url("-oytwMeyR74")
    assert url_name(url) == safe_name(url)
    assert shown_url(url) == url
    for other in (f"{url}&token=SECRET", f"{url}#SECRET", "https://example.org/watch?v=SECRET"):
        assert "SECRET" not in shown_url(other)
        assert "SECRET" not in url_name(other)


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://Example.org/a.mp4?b=1",
        "https://example.org:443/a.mp4?b=1",
        "https://example.org./a.mp4?b=1",
        "https://me:secret@example.org/a.mp4?b=1#t=30",
    ],
)
def test_a_url_asks_for_one_resource_however_it_is_written(url):
    assert resource(url) == "https://example.org/a.mp4?b=1"


@pytest.mark.parametrize("url", ["https://[broken/a", "https://h:99999/a"])
def test_a_text_that_is_no_url_is_its_own_resource(url):
    assert resource(url) == url
    assert resource("http://h:443/a") != resource("http://h/a")
    assert resource("http://h/A") != resource("http://h/a")
