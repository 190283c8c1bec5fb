"""Folders as people and their tools leave them: halves, four mono files, files of no use."""

import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from foa360.demo.encode import write_media
from foa360.stages.plan.durations import media_header
from foa360.stages.plan.folders import folder_pairs
from foa360.stages.plan.media_facts import MediaFacts

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (4, 24000)).astype(np.float32)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a video without audio, audio with four channels and with one, and both in a file."""
    folder = tmp_path_factory.mktemp("parts")

    def frames() -> list[np.ndarray]:
        return [np.full((32, 64, 3), 9 * n, np.uint8) for n in range(5)]

    write_media(folder / "video.mp4", iter(frames()), None)
    write_media(folder / "audio.mkv", None, NOISE)
    write_media(folder / "whole.mkv", iter(frames()), NOISE)
    soundfile.write(folder / "audio.wav", NOISE.T, 48000)
    soundfile.write(folder / "mono.wav", NOISE[0], 48000)
    return {path.name: path for path in folder.iterdir()}


def pairs_in(folder: Path) -> dict[str, tuple[str, str]]:
    pairs = folder_pairs(folder, media_header)
    return {
        name: (pair.video.relative_to(folder).as_posix(), pair.audio.relative_to(folder).as_posix())
        for name, pair in pairs.items()
    }


def fill(folder: Path, parts: dict[str, Path], files: dict[str, str]) -> Path:
    for name, part in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(parts[part], folder / name)
    return folder


@pytest.mark.parametrize(
    ("video", "audio", "name"),
    [
        (
            "Harbour [dQ3x0aB7cYk].f137.mp4",
            "Harbour [dQ3x0aB7cYk].f338.mkv",
            "Harbour [dQ3x0aB7cYk]",
        ),
        ("x.f271.mp4", "x.f251-drc.mkv", "x"),
        ("take 3_video.mp4", "take 3_audio.wav", "take 3"),
        ("a.mp4", "a.mkv", "a"),
        ("video/a.mp4", "audio/a.wav", "video/a"),
        ("set/video/one/a.mp4", "set/sound/one/a.wav", "set/video/one/a"),
        ("clips/a.video.mp4", "foa/a.audio.mkv", "clips/a"),
    ],
)
def test_halves_are_one_video(tmp_path, parts, caplog, video, audio, name):
    part = "audio.wav" if audio.endswith("wav") else "audio.mkv"
    fill(tmp_path, parts, {video: "video.mp4", audio: part})
    assert pairs_in(tmp_path) == {name: (video, audio)}
    assert video in caplog.text


@pytest.mark.parametrize(
    "files",
    [
        {"x.f137.mp4": "video.mp4", "x.f248.mp4": "video.mp4", "x.f338.mkv": "audio.mkv"},
        {"x.f137.mp4": "whole.mkv", "x.f338.mkv": "audio.mkv"},
        {"x.f137.mp4": "video.mp4", "x.f140.wav": "mono.wav"},
        {"a/one.mp4": "video.mp4", "b/c/one.wav": "audio.wav"},
        {"a/one.mp4": "video.mp4", "b/one.wav": "audio.wav", "c/one.wav": "audio.wav"},
    ],
)
def test_what_could_be_several_things_is_not_joined(tmp_path, parts, files):
    found = pairs_in(fill(tmp_path, parts, files))
    assert len(found) == len(files)
    assert all(video == audio for video, audio in found.values())


@pytest.mark.parametrize(
    "names",
    [
        ["take_W.wav", "take_Y.wav", "take_Z.wav", "take_X.wav"],
        ["Scene 2 ch1.wav", "Scene 2 ch2.wav", "Scene 2 ch3.wav", "Scene 2 ch4.wav"],
        ["ZOOM0001_Tr1.WAV", "ZOOM0001_Tr2.WAV", "ZOOM0001_Tr3.WAV", "ZOOM0001_Tr4.WAV"],
        ["flu.wav", "frd.wav", "bld.wav", "bru.wav"],
    ],
)
def test_four_mono_files_get_a_hint_that_works(tmp_path, caplog, names):
    for name, channel in zip(names, NOISE, strict=True):
        soundfile.write(tmp_path / name, channel, 48000)
    assert len(pairs_in(tmp_path)) == 4
    assert names[0] in caplog.text
    command = caplog.text.partition("to join them: ffmpeg ")[2].splitlines()[0]
    program = imageio_ffmpeg.get_ffmpeg_exe()
    shell = f"{program} -v error {command}"
    subprocess.run(shell, shell=True, check=True, cwd=tmp_path)
    joined, _ = soundfile.read(tmp_path / "joined.wav")
    np.testing.assert_allclose(joined.T, NOISE, atol=1e-4)


def test_other_mono_files_get_none(tmp_path, caplog):
    for name in ("a_W.wav", "a_X.wav", "a_Y.wav", "take1.wav", "take2.wav", "take3.wav"):
        soundfile.write(tmp_path / name, NOISE[0], 48000)
    pairs_in(tmp_path)
    assert "join" not in caplog.text


def test_files_that_are_no_media_are_named_with_number_and_example(tmp_path, caplog):
    soundfile.write(tmp_path / "a.wav", NOISE.T, 48000)
    for name in ("notes.txt", "more.TXT", "x.md5", "README", "v.mp4.part", ".hidden"):
        (tmp_path / name).write_text("x")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    pairs_in(tmp_path)
    for text in ("6 files", "2 .txt (more.TXT)", "1 .md5 (x.md5)", "1 without extension (README)"):
        assert text in caplog.text
    assert "an unfinished download" in caplog.text
    assert "photo.jpg, a still image" in caplog.text
    assert "hidden" not in caplog.text


@pytest.mark.parametrize(
    "suffix", [".360", ".insv", ".mts", ".m2ts", ".mxf", ".bwf", ".rf64", ".wv"]
)
def test_recordings_of_cameras_and_recorders_are_media(tmp_path, parts, suffix):
    fill(tmp_path, parts, {f"a{suffix}": "whole.mkv"})
    assert set(pairs_in(tmp_path)) == {"a"}


def test_a_stored_header_is_that_of_the_file(tmp_path, parts):
    facts = MediaFacts(tmp_path / "media.json")
    headers = [facts.header(path) for path in sorted(parts.values())]
    facts.save()
    again = MediaFacts(tmp_path / "media.json")
    assert [again.header(path) for path in sorted(parts.values())] == headers
    assert headers == [media_header(path) for path in sorted(parts.values())]
