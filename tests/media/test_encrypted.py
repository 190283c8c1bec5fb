"""Encrypted tracks are called encrypted, not damaged."""

from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from ffmpeg import input as ffmpeg_input

from foa360.core.records import Clip, FetchedVideo
from foa360.demo.encode import write_media
from foa360.media.claims.files import read_claims
from foa360.media.claims.matroska import SEGMENT, TRACKS, elements
from foa360.stages.measure.video import measure_video

RATE = 48000
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "x.mp4"
    rng = np.random.default_rng(0)
    frames = (rng.integers(0, 255, (32, 64, 3), np.uint8) for _ in range(20))
    write_media(path, frames, rng.uniform(-0.3, 0.3, (4, 2 * RATE)).astype(np.float32), audio="aac")
    return path


def remux(source: Path, path: Path, **options: str) -> Path:
    stream = ffmpeg_input(str(source)).output(str(path), c="copy", **options)
    stream.run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), quiet=True)
    return path


def encrypted_mp4(plain: Path, folder: Path) -> Path:
    options = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": KEY,
        "encryption_kid": KEY[::-1],
    }
    return remux(plain, folder / "x.mp4", **options)


def scrambled_ts(plain: Path, folder: Path) -> Path:
    """Write a transport stream whose packets of audio and video are scrambled."""
    path = remux(plain, folder / "x.ts")
    packets = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 188).copy()
    ids = (packets[:, 1].astype(int) & 0x1F) << 8 | packets[:, 2]
    scrambled = (ids >= 0x100) & (ids < 0x1FFF)
    packets[scrambled, 3] |= 0x80
    packets[scrambled, 100:] ^= 0x5A
    path.write_bytes(packets.tobytes())
    return path


def encrypted_mkv(plain: Path, folder: Path) -> Path:
    """Write a Matroska file with ContentEncodings, of encryption, in all its tracks."""
    path = remux(plain, folder / "x.mkv", live="1")
    data = path.read_bytes()
    with path.open("rb") as file:
        (segment,) = (e for e in elements(file, 0, len(data)) if e.name == SEGMENT)
        (tracks,) = (e for e in elements(file, *segment[1:]) if e.name == TRACKS)
        content = b""
        for track in elements(file, *tracks[1:]):
            body = data[track.begin : track.end]
            body += element("6d80", element("6240", element("5035", element("47e1", b"\5"))))
            content += element("ae", body)
    begin = data.rindex(bytes.fromhex("1654ae6b"), 0, tracks.begin)
    path.write_bytes(data[:begin] + element("1654ae6b", content) + data[tracks.end :])
    return path


def element(name: str, content: bytes) -> bytes:
    return bytes.fromhex(name) + (len(content) | 1 << 56).to_bytes(8, "big") + content


@pytest.mark.parametrize("encrypted", [encrypted_mp4, scrambled_ts, encrypted_mkv])
def test_encrypted_media_are_named_so(plain, tmp_path, encrypted):
    path = encrypted(plain, tmp_path)
    assert read_claims(path).encrypted == {"audio": True, "video": True}
    (row,) = rows(path)
    assert (row.audio_failure, row.video_failure) == ("drm", "drm")
    assert "encrypted" in row.audio_message


@pytest.mark.parametrize("name", ["x.mp4", "x.mkv", "x.ts"])
def test_other_media_are_not(plain, tmp_path, name):
    path = remux(plain, tmp_path / name)
    assert not any(read_claims(path).encrypted.values())
    (row,) = rows(path)
    assert (row.audio_failure, row.video_failure) == (None, None)


def rows(path: Path):
    clip = Clip(clip_id="x_0", video_id="x", start=0.0, duration=1.0, split=None)
    fetched = FetchedVideo(
        video_id="x", state="fetched", video_path=str(path), audio_path=str(path)
    )
    return measure_video([clip], fetched, 4000.0, 1.0)
