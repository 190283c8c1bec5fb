"""The command `foa360 check` on real files."""

import json

import numpy as np
import pytest

from foa360.ambisonics import convert
from foa360.commands.main import main
from foa360.config.curate import Curate
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.demo.sounds import sound_field
from foa360.media.audio import ClipAudio
from foa360.media.order import Order
from foa360.stages.curate.audio import measure

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
    (folder / "broken.wav").write_bytes(b"RIFF and nothing")
    return folder


def said(capsys, *arguments) -> tuple[int, list[str]]:
    status = main(["check", *map(str, arguments)])
    return status, capsys.readouterr().out.splitlines()


def test_every_span_of_every_file_is_one_line(folder, capsys):
    status, lines = said(capsys, folder, "--duration", "2")
    assert status == 1
    assert len(lines) == 4 * 2 + 1
    assert all(str(folder) in line for line in lines)
    by_name = {line.split(folder.name + "/")[1].split()[0]: line for line in lines}
    assert "kept; ambiX (W Y Z X, SN3D)" in by_name["ambix.flac"]
    assert "kept" in by_name["both.mkv"]
    assert "N3D gains" in by_name["sub/n3d.flac"]
    assert "the same mono signal" in by_name["mono.flac"]
    assert "failed; no media container could be opened" in by_name["broken.wav"]


def test_good_files_end_with_status_0_and_json_is_json(folder, capsys):
    status, lines = said(capsys, folder / "ambix.flac", folder / "both.mkv", "--json")
    assert status == 0
    rows = [json.loads(line) for line in lines]
    assert [row["verdict"] for row in rows] == ["kept", "kept"]
    assert rows[0]["energy_ratio"] == pytest.approx(1, abs=0.2)
    assert rows[1]["projection"] == "erp"
    assert rows[0]["file"].endswith("ambix.flac")


def test_a_preset_and_a_tolerance_can_be_chosen(folder, capsys):
    n3d = folder / "sub" / "n3d.flac"
    assert said(capsys, n3d)[0] == 0
    status, (line,) = said(capsys, n3d, "--preset", "wang2022")
    assert status == 1
    assert "does not fit that of W" in line
    status, (line,) = said(capsys, folder / "ambix.flac", "--preset", "wang2022", "--tau", "1e-9")
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
    _, lines = said(capsys, tmp_path / "x.flac", "--duration", "1")
    assert 4 <= len(lines) < 40_000
    assert "kept" in lines[0]
    assert "audio_damaged" not in lines[0]


def test_a_stream_with_fewer_channels_than_its_header_is_a_row():
    """Found by fuzzing: the order of AAC 5.1 for a stream that decodes to four channels."""
    clip = ClipAudio(np.zeros((4, 4800), np.float32), 48000)
    found = measure(clip, Order((2, 1, 4, 0), True), Curate())
    assert found.reason == "channel_count"


def test_nothing_to_check_says_so(tmp_path, capsys):
    assert main(["check", str(tmp_path)]) == 1
    assert "no media files" in capsys.readouterr().err
    status, (line,) = said(capsys, tmp_path / "nowhere.wav")
    assert status == 1
    assert "the file is not there" in line
