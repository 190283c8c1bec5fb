"""What containers claim: boxes as Google's tools write them, real encoders, and hostile bytes."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.claim_boxes import (
    STSD,
    box,
    clap,
    element,
    pose_box,
    put,
    put_element,
    sa3d,
    st3d,
    sv3d,
    version_1,
    vexu,
)
from support.curation import curate_file

from foa360.ambisonics import convert
from foa360.demo.audio import sound_field
from foa360.demo.encode import write_media
from foa360.demo.scenes import random_scene
from foa360.media.audio import clip_audio
from foa360.media.claims.claims import Claims
from foa360.media.claims.files import read_claims
from foa360.media.order import plane_order
from foa360.media.probe import probe

SCENE = random_scene("claims", 2.0)
VIDEO_ENTRY = (*STSD, b"avc1")


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("claims")
    field = sound_field(SCENE)
    made = {}
    for name, codec in [("a.m4a", "aac"), ("o.mp4", "opus"), ("p.mp4", "pcm16"),
                        ("o.webm", "opus"), ("f.webm", "opus255"), ("o.ogg", "opus")]:  # fmt: skip
        write_media(folder / name, None, field, audio=codec)
        made[name] = (folder / name).read_bytes()
    write_media(folder / "v.mp4", (SCENE.frame(i / 10, 160, 80) for i in range(10)), None)
    return made | {"v.mp4": (folder / "v.mp4").read_bytes()}


@pytest.fixture
def copy(tmp_path, originals):
    def copy(name):
        path = tmp_path / name
        path.write_bytes(originals[name])
        return path

    return copy


@pytest.mark.parametrize(("name", "entry"), [("a.m4a", b"mp4a"), ("o.mp4", b"Opus")])
@pytest.mark.parametrize("channels", [(0, 1, 2, 3), (3, 1, 2, 0), (0, 2, 1, 3)])
def test_the_map_of_sa3d_is_applied(copy, name, entry, channels):
    """The track holds the components in another order, and says so."""
    path = copy(name)
    put(path, sa3d(channels), *STSD, entry)
    found = probe(path)
    assert (found.claimed_convention, found.channel_map) == ("ACN/SN3D", channels)
    order = plane_order(found)
    assert order is not None
    assert order.proven
    assert [channels[plane] for plane in order.planes] == [0, 1, 2, 3]


def test_a_map_that_ffmpeg_shows_is_applied_to_the_planes(copy, tmp_path):
    t = np.arange(48000) / 48000
    tones = np.stack([0.2 * np.sin(2 * np.pi * hz * t) for hz in (500, 900, 1300, 1700)])
    path = tmp_path / "x.mp4"
    write_media(path, None, tones[[3, 1, 2, 0]].astype(np.float32), audio="pcm16")
    put(path, sa3d((3, 1, 2, 0)), *STSD, b"ipcm")
    order = plane_order(probe(path))
    (clip,) = clip_audio(path, [(0, 1)])
    frequencies = np.abs(np.fft.rfft(clip.samples[list(order.planes)])).argmax(1)
    assert frequencies.tolist() == [500, 900, 1300, 1700]


@pytest.mark.parametrize("channels", [(3, 0, 2, 1), (2, 1, 0, 3), (1, 2, 3, 0)])
def test_a_map_that_the_signal_contradicts_is_named_and_not_applied(copy, channels):
    path = copy("a.m4a")
    put(path, sa3d(channels), *STSD, b"mp4a")
    row = curate_file(path)
    assert row.planes == [0, 1, 2, 3]
    assert {"claim_disagrees", "order_unproven"} <= set(row.reasons)
    assert f"the channel map {' '.join(map(str, channels))} is not applied" in row.message


def test_a_map_that_puts_w_elsewhere_is_applied_where_the_signal_agrees(tmp_path):
    field = sound_field(SCENE)
    for channels in ((3, 0, 2, 1), (1, 2, 3, 0)):
        path = tmp_path / "x.mp4"
        write_media(path, None, field[list(channels)], audio="pcm16")
        put(path, sa3d(channels), *STSD, b"ipcm")
        row = curate_file(path)
        assert [channels[plane] for plane in row.planes] == [0, 1, 2, 3]
        assert "claim_disagrees" not in row.reasons


def test_a_wrong_claim_gets_a_note(copy):
    path = copy("a.m4a")
    put(path, sa3d(normalisation=1), *STSD, b"mp4a")
    row = curate_file(path)
    assert (row.convention, row.claimed_convention) == ("ACN/SN3D", "ACN/N3D")
    assert "claim_disagrees" in row.reasons


def test_a_right_claim_of_n3d_is_believed(tmp_path):
    x = convert(sound_field(SCENE), "ACN/SN3D", "ACN/N3D") / 2
    path = tmp_path / "x.mp4"
    write_media(path, None, x.astype(np.float32), audio="opus")
    put(path, sa3d(normalisation=1), *STSD, b"Opus")
    row = curate_file(path)
    assert (row.verdict, row.convention) == ("kept", "ACN/N3D")
    assert "claim_disagrees" not in row.reasons


def test_head_locked_audio_is_declared(copy):
    path = copy("o.mp4")
    put(path, sa3d((0, 1, 2, 3, 4, 5), kind=0x80), *STSD, b"Opus")
    assert read_claims(path).head_locked is True
    path = copy("a.m4a")
    put(path, box(b"SAND", bytes(4) + b"\x01"), *STSD, b"mp4a")
    assert read_claims(path).head_locked is True


@pytest.mark.parametrize(
    ("name", "family"),
    [("o.webm", 2), ("f.webm", 255), ("o.ogg", 2), ("o.mp4", 2), ("a.m4a", None)],
)
def test_the_mapping_family_of_opus_is_read(copy, name, family):
    assert probe(copy(name)).mapping_family == family


@pytest.mark.parametrize(
    ("new", "projection", "stereo"),
    [
        (sv3d(b"equi"), "erp", None),
        (sv3d(b"equi", (0, 0, 1 << 30, 1 << 30)), "erp_part", None),
        (sv3d(b"cbmp"), "cubemap", None),
        (sv3d(b"mshp"), "mesh", None),
        (st3d(1) + sv3d(b"equi"), "erp", "top_bottom"),
        (st3d(2), None, "left_right"),
    ],
)
def test_projection_and_stereo_mode_of_version_2_are_read(copy, new, projection, stereo):
    path = copy("v.mp4")
    put(path, new, *VIDEO_ENTRY)
    claims = read_claims(path)
    assert (claims.projection, claims.stereo) == (projection, stereo)


@pytest.mark.parametrize(
    ("eyes", "stereo"), [("", None), ("top-bottom", "top_bottom"), ("left-right", "left_right")]
)
def test_the_xml_of_version_1_is_read(copy, eyes, stereo):
    path = copy("v.mp4")
    put(path, version_1(eyes), b"moov", b"trak")
    claims = read_claims(path)
    assert (claims.projection, claims.stereo) == ("erp", stereo)
    assert claims.found_in == ["spherical XML"]
    assert probe(path).claimed_projection == "erp"


def test_real_files_have_their_claims(real_data):
    sitar = read_claims(real_data / "video360" / "sphere360_sitar.webm")
    assert (sitar.projection, sitar.stereo) == ("erp", "mono")
    assert read_claims(real_data / "yt360" / "calibration.m4a") == Claims(
        audio_codecs=["mp4a"], encrypted={"audio": False}
    )


@pytest.mark.parametrize("name", ["a.m4a", "o.mp4", "v.mp4", "o.webm", "o.ogg"])
@settings(max_examples=150)
@given(data=st.data())
def test_no_damage_makes_the_parsers_fail(tmp_path_factory, originals, name, data):
    """Bytes changed, cut off, repeated: every answer is an answer, and comes at once."""
    content = bytearray(originals[name])
    start = max(0, content.find(b"moov") - 4) if name.endswith(("4a", "p4")) else 0
    head = content[start : start + 4000]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(head) - 1))
        new = data.draw(st.binary(min_size=1, max_size=8))
        kind = data.draw(st.sampled_from(["change", "insert", "cut"]))
        head[at : at + len(new) if kind != "insert" else at] = b"" if kind == "cut" else new
    path = tmp_path_factory.mktemp("fuzz") / name
    path.write_bytes(content[:12] + head if start else head)
    assert isinstance(read_claims(path), Claims)


@settings(max_examples=200)
@given(
    start=st.sampled_from([b"\x1aE\xdf\xa3", b"OggS", b"\0\0\0\x08ftyp", b"\0\0\0\x01moov", b""]),
    rest=st.binary(max_size=400),
)
def test_any_bytes_are_parsed(tmp_path_factory, start, rest):
    path = tmp_path_factory.mktemp("fuzz") / "x.bin"
    path.write_bytes(start + rest)
    assert isinstance(read_claims(path), Claims)


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x08ftyp" + b"\0\0\0\x08moov" * 100_000,  # very many boxes
        b"\0\0\0\x08ftyp" + b"".join(b"\0\0\0\0moov" for _ in range(5000)),  # very deep
        b"\0\0\0\x08ftyp" + b"\0\0\0\x01moov" + b"\xff" * 8,  # longer than any file
        b"\x1aE\xdf\xa3\x80" + b"\x18S\x80g\x01" + b"\xff" * 7 + b"\x16T\xaek\xff" * 5000,
        box(b"ftyp", b"") + box(b"moov", box(b"trak", box(b"SA3D", bytes(8) + b"\xff" * 4))),
    ],
)
def test_hostile_structures_end_at_once(tmp_path, content):
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    assert isinstance(read_claims(path), Claims)


def test_a_missing_file_has_no_claims(tmp_path):
    assert read_claims(tmp_path) == read_claims(tmp_path / "nowhere") == Claims()


SEGMENT, TRACKS, TRACK, VIDEO, PROJECTION = 0x18538067, 0x1654AE6B, 0xAE, 0xE0, 0x7670


@pytest.mark.parametrize(
    ("new", "transforms"),
    [
        (pose_box(0, 0, 0), []),
        (pose_box(90, 0, -2.5), ["pose yaw 90°, roll -2.5° (prhd)"]),
        (clap(160, 80), []),
        (clap(152, 76, 1), ["crop of left 5, right 3, top 2, bottom 2 pixels (clap)"]),
        (clap(160, 72, 0, -4), ["crop of bottom 8 pixels (clap)"]),
        (sv3d(b"cbmp", padding=4), ["cubemap with a padding of 4 pixels (cbmp)"]),
    ],
)
def test_rotations_and_crops_in_mp4_are_read_and_noted(copy, new, transforms):
    path = copy("v.mp4")
    put(path, new, *VIDEO_ENTRY)
    assert read_claims(path).transforms == transforms
    assert probe(path).claimed_transform == ("; ".join(transforms) or None)


def test_what_is_not_applied_is_a_note(tmp_path):
    path = tmp_path / "x.mp4"
    frames = (SCENE.frame(i / 10, 320, 160) for i in range(20))
    write_media(path, frames, sound_field(SCENE), audio="aac")
    plain = curate_file(path)
    put(path, pose_box(-30, 10, 0) + clap(320, 152), *VIDEO_ENTRY)
    row = curate_file(path)
    assert row.claimed_transform.count("°") == 2
    assert "transform_unapplied" in row.reasons
    assert row.claimed_transform in row.message
    assert (plain.verdict, plain.claimed_transform) == (row.verdict, None)


@pytest.mark.parametrize(
    ("new", "projection", "stereo"),
    [
        (vexu(b"equi"), "erp", None),
        (vexu(b"hequ", b"side"), "erp_half", "left_right"),
        (vexu(b"rect", hero=1), "flat", None),
        (vexu(b"prim", b"over"), "fisheye", "top_bottom"),
        (st3d(4), None, "left_right"),
    ],
)
def test_boxes_of_apples_media_profile_are_read(copy, new, projection, stereo):
    path = copy("v.mp4")
    put(path, new, *VIDEO_ENTRY)
    claims = read_claims(path)
    assert (claims.projection, claims.stereo) == (projection, stereo)


@pytest.mark.parametrize(
    ("more", "projection"),
    [
        ({"CroppedAreaImageWidth": 80, "FullPanoWidth": 160}, "erp_part"),
        ({"CroppedAreaImageHeight": 40, "FullPanoHeight": 80}, "erp_part"),
        ({"CroppedAreaImageWidth": 160, "FullPanoWidth": 160}, "erp"),
        ({"Stitched": "false"}, None),
    ],
)
def test_the_bounds_in_the_xml_of_version_1_are_read(copy, more, projection):
    path = copy("v.mp4")
    put(path, version_1(more=more), b"moov", b"trak")
    assert read_claims(path).projection == projection


def projection(kind: int, *more: bytes) -> bytes:
    return element(PROJECTION, element(0x7671, bytes([kind])) + b"".join(more))


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (projection(1), ("erp", None, [])),
        (projection(1, element(0x7672, bytes(4) + struct.pack(">4I", 0, 0, 1 << 30, 1 << 30))),
         ("erp_part", None, [])),
        (projection(1, element(0x7673, struct.pack(">f", 90)),
                    element(0x7675, struct.pack(">d", -4.5))),
         ("erp", None, ["pose yaw 90°, roll -4.5° (ProjectionPose)"])),
        (projection(1, element(0x7674, struct.pack(">f", float("nan")))), ("erp", None, [])),
        (element(0x54AA, b"\x08") + element(0x54CC, b"\x01\x00"),
         (None, None, ["crop of left 256, bottom 8 pixels (PixelCrop)"])),
        (element(0x53B8, b"\x0b"), (None, "left_right", [])),
        (element(0x53B8, b"\x06"), (None, "interleaved", [])),
    ],
)  # fmt: skip
def test_projection_pose_and_crop_in_matroska_are_read(tmp_path, originals, new, expected):
    path = tmp_path / "x.mkv"
    write_media(path, (SCENE.frame(i / 10, 160, 80) for i in range(10)), None)
    put_element(path, new, SEGMENT, TRACKS, TRACK, VIDEO)
    claims = read_claims(path)
    assert (claims.projection, claims.stereo, claims.transforms) == expected


def test_eyes_that_cannot_be_taken_apart_are_rejected(tmp_path):
    path = tmp_path / "x.mkv"
    write_media(path, (SCENE.frame(i / 10, 320, 160) for i in range(20)), sound_field(SCENE))
    put_element(path, element(0x53B8, b"\x08"), SEGMENT, TRACKS, TRACK, VIDEO)
    row = curate_file(path)
    assert (row.verdict, row.stereo) == ("rejected", "interleaved")
    assert "stereoscopic" in row.reasons
