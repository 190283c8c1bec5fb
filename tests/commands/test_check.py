"""The command `foa360 check` on real files."""

import json
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest

from foa360.ambisonics import convert
from foa360.commands.main import main
from foa360.core.records import CuratedClip
from foa360.demo.audio import sound_field
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.stages.judge.convention_rules import RULES
from foa360.stages.judge.thresholds import THRESHOLDS

SCENE = random_scene("check", 4.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check")
    field = sound_field(SCENE)
    frames = (SCENE.frame(i / 10, 320, 160) for i in range(40))
    write_media(folder / "both.mkv", frames, field)
    write_media(folder / "ambix.flac", None, field)
    n3d = convert(field, "ACN/SN3D", "ACN/N3D") / 2
    write_media(folder / "sub" / "n3d.flac", None, n3d.astype(np.float32))
    write_media(folder / "mono.flac", None, np.stack([field[0] / 2] * 4))
    write_media(folder / "zeros.flac", None, np.zeros_like(field))
    (folder / "broken.wav").write_bytes(b"RIFF and nothing")
    return folder


def check(capsys, *arguments) -> tuple[int, list[str]]:
    status = main(["check", *map(str, arguments)])
    return status, capsys.readouterr().out.splitlines()


def test_every_span_of_every_file_is_one_line(folder, capsys):
    status, lines = check(capsys, folder, "--duration", "2")
    assert status == 1
    assert len(lines) == 5 * 2 + 1
    assert all(str(folder) in line for line in lines)
    by_name = {line.split(folder.name + "/")[1].split()[0]: line for line in lines}
    assert "kept; ambiX (W Y Z X, SN3D) " in by_name["ambix.flac"]
    assert "kept" in by_name["both.mkv"]
    assert "N3D gains" in by_name["sub/n3d.flac"]
    assert "the same mono signal" in by_name["mono.flac"]
    assert "failed; the file cannot be opened as a media container" in by_name["broken.wav"]


def test_good_files_end_with_status_0_and_json_is_json(folder, capsys):
    status, lines = check(capsys, folder / "ambix.flac", folder / "both.mkv", "--json")
    assert status == 0
    rows = [json.loads(line) for line in lines]
    assert [row["verdict"] for row in rows] == ["kept", "kept"]
    assert rows[0]["energy_ratio"] == pytest.approx(1, abs=0.2)
    assert rows[1]["projection"] == "erp"
    assert rows[0]["file"].endswith("ambix.flac")
    assert list(rows[0]) == ["file", *(field.name for field in fields(CuratedClip))]


def test_text_and_json_state_the_same_direction_in_degrees(folder, capsys):
    _, (line,) = check(capsys, folder / "ambix.flac")
    _, (json_line,) = check(capsys, folder / "ambix.flac", "--json")
    azimuth = round(json.loads(json_line)["azimuth"])
    assert azimuth, "the scene has its direction elsewhere than at the front"
    assert f"direction: {abs(azimuth)}° {'left' if azimuth > 0 else 'right'}" in line


def test_explain_names_the_rules_up_to_the_one_that_decides(folder, capsys):
    status, lines = check(capsys, folder / "mono.flac", "--explain")
    assert status == 1
    rules = [line.strip() for line in lines if line.startswith("    ") and line[4] != " "]
    assert rules == [
        "no_signal: does not apply",
        "single_channel: does not apply",
        "one_direction: does not apply",
        "stereo_pair: does not apply",
        "equal_channels: decides",
    ]
    assert lines[-1].startswith("        lowest correlation: 1 ")
    assert f"equal_correlation = {THRESHOLDS.equal_correlation:g}, correlation" in lines[-1]


def test_explain_as_json_has_each_number_with_its_threshold_and_unit(folder, capsys):
    _, (line,) = check(capsys, folder / "ambix.flac", "--explain", "--json")
    rules = json.loads(line)["rules"]
    assert [rule["rule"] for rule in rules] == ["no_signal", *(rule.__name__ for rule in RULES)]
    assert [rule["decided"] for rule in rules] == [False] * len(RULES) + [True]
    level = rules[-1]["comparisons"][0]
    assert level["quantity"] == "level of the dipoles"
    assert (level["threshold"], level["limit"]) == ("max_level", THRESHOLDS.max_level)
    assert level["unit"] == "dB"
    assert level["value"] <= level["limit"]


@pytest.mark.parametrize("name", ["zeros.flac", "broken.wav"])
def test_explain_without_a_signal_says_so(folder, capsys, name):
    _, lines = check(capsys, folder / name, "--explain")
    assert lines[-1].strip() == "no rules applied: no clip has a signal"


def test_a_preset_and_a_tolerance_can_be_chosen(folder, capsys):
    n3d = folder / "sub" / "n3d.flac"
    assert check(capsys, n3d)[0] == 0
    status, (line,) = check(capsys, n3d, "--preset", "wang2022")
    assert status == 1
    assert "does not match that of W" in line
    status, (line,) = check(capsys, folder / "ambix.flac", "--preset", "wang2022", "--tau", "1e-9")
    assert status == 1


@pytest.mark.parametrize("arguments", [["--tau", "2"], ["--duration", "0"], ["--duration", "nan"]])
def test_impossible_arguments_are_named(folder, capsys, arguments):
    assert main(["check", str(folder), *arguments]) == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_header_that_claims_weeks_is_not_believed(folder, tmp_path, capsys):
    """Found by fuzzing: as many clips as the header promises would never end."""
    data = bytearray((folder / "ambix.flac").read_bytes())
    data[21] |= 0x0F  # the highest bits of the number of samples
    data[22:26] = b"\xff" * 4
    (tmp_path / "x.flac").write_bytes(data)
    _, lines = check(capsys, tmp_path / "x.flac", "--duration", "1")
    assert 4 <= len(lines) < 40_000
    assert "kept" in lines[0]
    assert "audio_damaged" not in lines[0]


def test_nothing_to_check_is_an_error(tmp_path, capsys):
    assert main(["check", str(tmp_path)]) == 1
    assert "no media files" in capsys.readouterr().err
    status, (line,) = check(capsys, tmp_path / "nowhere.wav")
    assert status == 1
    assert "the file does not exist" in line


def test_a_file_that_is_not_there_is_named_without_an_errno(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "missing.wav")]) == 1
    line = capsys.readouterr().out
    assert "the file does not exist" in line
    assert "Errno" not in line


@pytest.mark.parametrize(
    ("seconds", "rest"), [(2.7, "0.7"), (3.9, "1.9"), (2.2, None), (1.0, None)]
)
def test_the_rest_of_a_file_is_named(tmp_path, capsys, seconds, rest):
    write_media(tmp_path / "x.flac", None, np.ones((4, round(48000 * seconds)), np.float32) / 9)
    main(["check", str(tmp_path / "x.flac"), "--duration", "2"])
    errors = capsys.readouterr().err
    assert errors.endswith(
        f"the last {rest} s are shorter than a clip, and not judged\n" if rest else ""
    )
    assert bool(errors) == bool(rest)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff", ".bmp"])
def test_a_still_image_is_called_one(tmp_path, capsys, suffix):
    path = tmp_path / f"x{suffix}"
    cv2.imwrite(str(path), np.full((64, 128, 3), 90, np.uint8))
    assert main(["check", str(path)]) == 1
    assert "a still image" in capsys.readouterr().out
