"""The table of proven paths, proven again: a tone in each channel, by every encoder at hand."""

from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
from ffmpeg import input as ffmpeg_input
from ffmpeg import output
from support.curation import curate_file

from foa360.demo.encode import foa_in_51, write_media
from foa360.media.audio import clip_audio, to_wyzx
from foa360.media.order import PROVEN, plane_order
from foa360.media.probe import probe

RATE = 48000
DOCS = Path(__file__).resolve().parents[2] / "docs" / "decoding.md"


def tones(channels: int = 4) -> np.ndarray:
    """Channel i has a tone of 400 + 200 i Hz."""
    t = np.arange(RATE) / RATE
    hz = 400 + 200 * np.arange(channels)
    return (0.2 * np.sin(2 * np.pi * hz[:, None] * t)).astype(np.float32)


def planes_of_tones(path: Path) -> tuple[list[int], bool]:
    """Which channel of the writer W, Y, Z, X are, and whether the path is proven."""
    order = plane_order(probe(path))
    assert order is not None
    (clip,) = clip_audio(path, [(0, 1)])
    assert clip.reason is None
    foa = to_wyzx(clip, order.planes, [1, 1, 1, 1])[:, 8000:40000]
    peaks = np.abs(np.fft.rfft(foa * np.hanning(foa.shape[1]))).argmax(1) * RATE / foa.shape[1]
    return [round((float(hz) - 400) / 200) for hz in peaks], order.proven


BY_PYAV = [
    ("x.webm", "opus"), ("x.opus", "opus"), ("x.mkv", "opus"), ("x.mp4", "opus"),
    ("x.webm", "opus255"), ("x.mkv", "opus255"), ("x.flac", "flac"), ("x.mkv", "flac"),
    ("x.m4a", "alac"), ("x.mp4", "aac"), ("x.mkv", "aac"), ("x.wav", "pcm16"), ("x.mov", "pcm24"),
    ("x.wav", "float"), ("x.mkv", "float"), ("x.m4a", "aac51"), ("x.mp4", "aac51"),
    ("x.mkv", "aac51"), ("x.ogg", "vorbis"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "codec"), BY_PYAV)
def test_four_channels_by_ffmpegs_encoders(tmp_path, name, codec):
    x = foa_in_51(tones()) if codec == "aac51" else tones()
    write_media(tmp_path / name, None, x, audio=codec)
    assert planes_of_tones(tmp_path / name) == ([0, 1, 2, 3], True)


BY_LIBSNDFILE = [
    ("x.wav", "WAV", "PCM_16", (4, 8, 9, 16)), ("x.wav", "WAVEX", "PCM_24", (4, 8, 9, 16)),
    ("x.wav", "WAVEX", "FLOAT", (4, 16)), ("x.w64", "W64", "PCM_16", (4, 16)),
    ("x.wav", "RF64", "FLOAT", (4, 8)), ("x.aiff", "AIFF", "PCM_16", (4, 9)),
    ("x.caf", "CAF", "PCM_16", (4, 9)), ("x.flac", "FLAC", "PCM_16", (4, 8)),
    ("x.ogg", "OGG", "VORBIS", (4, 8, 9, 16)), ("x.opus", "OGG", "OPUS", (4, 8, 9, 16)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "codec", "counts"), BY_LIBSNDFILE)
def test_the_first_four_of_many_channels_by_libsndfile(tmp_path, name, kind, codec, counts):
    """Higher orders begin with the first; libsndfile writes channels as they come."""
    for channels in counts:
        path = tmp_path / f"{channels}{name}"
        soundfile.write(path, tones(channels).T, RATE, format=kind, subtype=codec)
        assert planes_of_tones(path) == ([0, 1, 2, 3], True), channels


@pytest.mark.parametrize(
    ("name", "channels", "options"),
    [
        ("x.webm", 9, {"c:a": "libopus", "mapping_family": 255, "b:a": "800k"}),
        ("x.mp4", 9, {"c:a": "libopus", "mapping_family": 255, "b:a": "800k"}),
        ("x.mka", 9, {"c:a": "libvorbis"}),
        ("x.mka", 16, {"c:a": "libvorbis"}),
        ("x.mov", 9, {"c:a": "pcm_s24le"}),
    ],
)
def test_higher_orders_by_ffmpegs_program(tmp_path, name, channels, options):
    soundfile.write(tmp_path / "in.wav", tones(channels).T, RATE)
    stream = ffmpeg_input(str(tmp_path / "in.wav")).output(str(tmp_path / name), **options)
    stream.run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), quiet=True)
    assert planes_of_tones(tmp_path / name) == ([0, 1, 2, 3], True)


def test_unproven_paths_decode_and_are_marked(tmp_path):
    soundfile.write(tmp_path / "x.ogg", tones(6).T, RATE, format="OGG", subtype="VORBIS")
    assert planes_of_tones(tmp_path / "x.ogg")[1] is False


@pytest.mark.parametrize(
    ("name", "codec"), [("x.mkv", "flac"), ("x.mkv", "aac"), ("x.mp4", "aac"), ("x.webm", "opus")]
)
def test_late_audio_keeps_its_offset(tmp_path, name, codec):
    """Audio that starts half a second after the video, by offsets and by edit lists."""
    x = np.zeros((4, 2 * RATE), np.float32)
    x[:, RATE : RATE + 200] = np.sin(np.arange(200) / 3).astype(np.float32)
    write_media(tmp_path / f"audio{name}", None, x, audio=codec)
    frames = (np.full((32, 64, 3), 4 * i, np.uint8) for i in range(30))
    video = tmp_path / f"video{name}"
    write_media(video, frames, None, video="vp9" if name.endswith("webm") else "h264")
    late = ffmpeg_input(str(tmp_path / f"audio{name}"), itsoffset=0.5)
    both = output(ffmpeg_input(str(video)), late, str(tmp_path / name), c="copy", strict="-2")
    both.run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), quiet=True)
    (clip,) = clip_audio(tmp_path / name, [(1.0, 1.0)])
    onset = int(np.argmax(np.abs(clip.samples[0]) > 0.3))
    assert onset == pytest.approx(RATE // 2, abs=60)
    row = curate_file(tmp_path / name)
    assert row.audio_offset == pytest.approx(0.5, abs=0.03)
    assert "audio_offset" in row.reasons


def test_the_documentation_lists_every_path():
    text = DOCS.read_text(encoding="utf-8")
    for codec, layout in PROVEN:
        planes = " ".join(map(str, PROVEN[codec, layout]))
        assert f"| {codec} | {layout} | {planes} |" in text
