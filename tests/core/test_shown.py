"""Texts from outside as people see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foa360.core.shown import printable, public_url, without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a.mp4", "a.mp4"),
        ("für 東京 – «é»", "für 東京 – «é»"),
        ("a\nkept 10 clips", r"a\nkept 10 clips"),
        ("\x1b[2J\x1b]0;x\x07", r"\x1b[2J\x1b]0;x\x07"),
        ("a\r\tb\x00", r"a\r\tb\x00"),
        ("\x85\x9b31m", r"\x85\x9b31m"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("gpj.\u202egnp", r"gpj.\u202egnp"),
        ("\u2066a\u2069\u200f", r"\u2066a\u2069\u200f"),
        ("\udce9", r"\udce9"),
    ],
)
def test_control_and_direction_characters_are_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_a_shown_text_is_one_line_that_any_terminal_takes(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "message",
    [
        "failed: https://me:SECRET@example.org/a.mp4?x=SECRET#SECRET",
        "Max retries exceeded with url: /bucket/a.mp4?X-Amz-Signature=SECRET (Caused by x)",
        "for url: /a.mp4?SECRET",
        "for 'ftp://SECRET@example.org/a?b'",
        'at "https://example.org/?SECRET", really',
        "at https://[broken/?SECRET",
    ],
)
def test_messages_hold_no_secrets_of_urls(message: str) -> None:
    assert "SECRET" not in without_secrets(message)


def test_other_text_stays() -> None:
    message = "HTTP 404: is it there? see https://example.org/a/b.mp4 and a/b #3"
    assert without_secrets(message) == message
    assert public_url("https://example.org:81/a/b.mp4?x#y") == "https://example.org:81/a/b.mp4"
