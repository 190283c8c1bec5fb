"""Reading of real files made by real encoders, whole and damaged."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foa360.demo.encode import write_media
from foa360.media.audio import clip_audio
from foa360.media.container import MediaError
from foa360.media.probe import probe
from foa360.media.video import SpanSchedule, frames_at, span_frames

RATE = 48000
TONES = (440, 880, 1320, 1760)  # W, Y, Z, X


def tones(seconds: float = 1.0) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * np.array(TONES)[:, None] * t)).astype(np.float32)


def numbered(count: int):
    """Frames whose brightness is their number."""
    return (np.full((32, 64, 3), 4 * i, np.uint8) for i in range(count))


@pytest.mark.parametrize(
    ("name", "codec"), [("x.flac", "flac"), ("x.mov", "pcm16"), ("x.mkv", "float")]
)
def test_spans_are_exact_to_the_sample(tmp_path, name, codec):
    x = np.random.default_rng(0).uniform(-0.5, 0.5, (4, 3 * RATE)).astype(np.float32)
    path = tmp_path / name
    write_media(path, None, x, audio=codec)
    spans = [(0.0, 1.0), (0.5, 1.25), (1.0, 2.0)]
    for (start, duration), clip in zip(spans, clip_audio(path, spans), strict=True):
        first = round(start * RATE)
        expected = x[:, first : first + round(duration * RATE)]
        assert clip.reason is None
        np.testing.assert_allclose(clip.samples, expected, atol=2e-4)


@pytest.mark.parametrize(
    ("name", "codec"), [("x.mp4", "aac"), ("x.webm", "opus"), ("x.mkv", "aac")]
)
def test_lossy_codecs_are_aligned_within_a_millisecond(tmp_path, name, codec):
    x = np.zeros((4, 2 * RATE), np.float32)
    x[:, RATE : RATE + 200] = np.sin(np.arange(200) / 3).astype(np.float32)
    path = tmp_path / name
    write_media(path, None, x, audio=codec)
    (clip,) = clip_audio(path, [(0.5, 1.0)])
    onset = int(np.argmax(np.abs(clip.samples[0]) > 0.3))
    assert abs(onset - RATE // 2) < 60


def test_a_span_beyond_the_end_has_a_reason(tmp_path):
    path = tmp_path / "x.flac"
    write_media(path, None, tones(2))
    clips = list(clip_audio(path, [(0, 2), (1, 2), (5, 1)]))
    assert [c.reason for c in clips] == [None, "clip_outside", "clip_outside"]
    assert clips[1].samples.shape == (4, RATE)


def test_eight_channels_do_not_crash_the_interpreter(real_data):
    for path in sorted((real_data / "foa").glob("HOA3*")):
        (clip,) = clip_audio(path, [(0, 2)])
        assert clip.samples.shape[0] == 8


def test_frames_at_times_are_the_ones_shown(tmp_path):
    path = tmp_path / "x.mp4"
    write_media(path, numbered(40), None)
    times = [0.0, 0.1, 0.14, 1.05, 3.9, 3.99, 9.0]
    found = [None if f is None else round(float(f.mean()) / 4) for f in frames_at(path, times)]
    assert found[:2] == [0, 1]
    assert found[2] in {1, 2}
    assert found[3] in {10, 11}
    assert found[4:] == [39, 39, None]


def test_a_long_jump_seeks_and_returns_the_same_frame(tmp_path):
    path = tmp_path / "x.mp4"
    write_media(path, (np.full((32, 64, 3), i % 250, np.uint8) for i in range(400)), None)
    near = list(frames_at(path, [30.05, 31.05]))
    far = list(frames_at(path, [0.05, 30.05, 31.05]))[1:]
    after_the_end = list(frames_at(path, [0.05, 300.0]))
    for a, b in zip(near, far, strict=True):
        np.testing.assert_array_equal(a, b)
    assert after_the_end[1] is None


def test_overlapping_spans_share_one_pass(tmp_path):
    path = tmp_path / "x.mp4"
    write_media(path, numbered(40), None)
    spans = [(0.0, 2.0), (1.0, 2.0), (1.0, 1.0)]
    schedule = SpanSchedule(spans, 2.0, phase=0.5)
    counts = [len(frames) for frames in span_frames(path, schedule, lambda frame: frame)]
    assert counts == [4, 4, 2]


def test_sizes_and_luminance(tmp_path):
    path = tmp_path / "x.webm"
    write_media(path, numbered(5), None, video="vp9")
    (small,) = frames_at(path, [0.1], (16, 8))
    (grey,) = frames_at(path, [0.1], gray=True)
    assert small.shape == (8, 16, 3)
    assert grey.shape == (32, 64)


@pytest.mark.parametrize(
    "name", ["-i.mkv", "concat:a|b.mkv", "a b;$(x)'\".mkv", "ü🐚.mkv", "%03d.mkv"]
)
def test_file_names_are_never_protocols(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_media(tmp_path / name, numbered(5), tones(0.5))
    assert probe(name).audio_channels == 4
    assert next(iter(clip_audio(name, [(0, 0.5)]))).reason is None


def test_files_that_are_no_media_have_a_reason(tmp_path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("hello " * 100)
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\n/etc/hostname\n")
    (tmp_path / "concat.txt").write_text("ffconcat version 1.0\nfile '/etc/hostname'\n")
    os.mkfifo(tmp_path / "pipe.mp4")
    expected = {
        "empty.mp4": "empty_file", "text.mp4": "unreadable", "list.m3u8": "unreadable",
        "concat.txt": "unreadable", "pipe.mp4": "unreadable", ".": "unreadable",
        "no": "file_missing",
    }  # fmt: skip
    for name, reason in expected.items():
        with pytest.raises(MediaError) as error:
            probe(tmp_path / name)
        assert error.value.reason == reason, name
        assert next(iter(clip_audio(tmp_path / name, [(0, 1)]))).reason == reason
        assert list(frames_at(tmp_path / name, [0.0, 1.0])) == [None, None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    files = {"a.mkv": "flac", "b.mp4": "aac", "c.webm": "opus"}
    for name, codec in files.items():
        video = "vp9" if name.endswith("webm") else "h264"
        write_media(folder / name, numbered(20), tones(2), video, codec)
    return {name: (folder / name).read_bytes() for name in files}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_files_never_raise(whole, tmp_path_factory, data):
    name = data.draw(st.sampled_from(sorted(whole)))
    content = bytearray(whole[name])
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        piece = data.draw(st.binary(max_size=64))
        content[at : at + len(piece)] = piece
    path: Path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(content)
    clips = list(clip_audio(path, [(0, 1), (1, 1)]))
    assert len(clips) == 2
    assert all(c.reason or c.samples.shape[1] > 0 for c in clips)
    assert len(list(frames_at(path, [0.0, 1.0, 1.9]))) == 3


def test_a_truncated_file_reports_missing_audio(whole, tmp_path):
    path = tmp_path / "a.mkv"
    path.write_bytes(whole["a.mkv"][: len(whole["a.mkv"]) // 2])
    clips = list(clip_audio(path, [(0, 0.3), (0, 2)]))
    assert clips[0].reason is None
    assert clips[1].reason == "audio_damaged"


def write_wav(path, channels, rate):
    """Write silence with a header that no encoder writes."""
    data = bytes(channels * 2 * 4000)
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


@pytest.mark.parametrize(
    ("channels", "rate"), [(4, 9_999_991), (4, 400_000), (4, 7999), (65, 48_000), (255, 8000)]
)
def test_claimed_rates_and_channels_are_bounded(tmp_path, channels, rate):
    write_wav(tmp_path / "a.wav", channels, rate)
    [clip] = clip_audio(tmp_path / "a.wav", [(0.0, 0.01)])
    assert clip.reason == "audio_damaged"
    assert f"{rate} Hz" in clip.message
    assert not clip.samples.size


@pytest.mark.parametrize("rate", [8000, 192_000, 384_000])
def test_rates_that_are_used_are_read(tmp_path, rate):
    write_wav(tmp_path / "a.wav", 4, rate)
    [clip] = clip_audio(tmp_path / "a.wav", [(0.0, 0.01)])
    assert clip.reason is None
