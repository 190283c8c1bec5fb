"""Defects of a clip, made on purpose: altered sound fields, frame layouts and damaged files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from foa360.demo.arrays import Image
from foa360.demo.audio_defects import (
    HALF_POWER,
    QUAD_TO_40,
    STEREO_PAIRS,
    TETRAHEDRON,
    AlterAudio,
    add_head_locked_music,
    faint_noise,
    first_channels,
    in_51,
    matrixed,
    mirrored,
    not_finite,
    reordered,
    stereo_in_two,
    stereo_mix,
    stereo_upmix,
    unrelated,
    zeros,
)
from foa360.demo.video_defects import black, equi_angular_cubemap, still, top_bottom


class Defect(NamedTuple):
    """One defect, and the expected result of curation.

    `reasons` are codes one of which must be among the clip's; empty where the defect cannot be
    recognised, as of swapped or mirrored dipoles, which a true field may have as well. `convention`
    is the expected name for a kept clip.
    """

    verdict: str
    reasons: tuple[str, ...] = ()
    alter_audio: AlterAudio | None = None
    alter_frames: Callable[[Iterator[Image]], Iterator[Image]] | None = None
    damage_file: Callable[[Path], None] | None = None
    audio_codec: str = "flac"
    suffix: str = ".mkv"
    has_audio: bool = True
    has_video: bool = True
    convention: str = "ACN/SN3D"


def _truncate(path: Path) -> None:
    """Keep 55 % of the file."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 55 // 100])


def _overwrite(path: Path) -> None:
    """Noise over the second and third quarter of the file."""
    data = bytearray(path.read_bytes())
    low, high = len(data) // 4, len(data) * 3 // 4
    data[low:high] = np.random.default_rng(7).bytes(high - low)
    path.write_bytes(bytes(data))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("This is not a video.\n" * 40, encoding="utf-8")


#: Reasons of damage in one of the streams.
DAMAGED = ("audio_damaged", "video_damaged")

DEFECTS: dict[str, Defect] = {
    "n3d": Defect(
        "kept",
        reasons=("rescaled_n3d",),
        alter_audio=reordered("WYZX", 0.5, 0.5 * 3**0.5),
        convention="ACN/N3D",
    ),
    "fuma": Defect(
        "kept",
        reasons=("rescaled_fuma",),
        alter_audio=reordered("WXYZ", HALF_POWER),
        convention="FuMa",
    ),
    "swapped_axes": Defect(
        "kept",
        reasons=(),
        alter_audio=reordered("WXZY"),
    ),
    "mirrored": Defect(
        "kept",
        reasons=(),
        alter_audio=mirrored,
    ),
    "aac51": Defect(
        "kept",
        reasons=(),
        alter_audio=in_51,
        audio_codec="aac51",
        suffix=".mp4",
    ),
    "aac51_as_it_comes": Defect(
        "kept",
        reasons=("reordered",),
        alter_audio=reordered("XYWZ"),
    ),
    "no_height": Defect(
        "kept",
        reasons=("horizontal_only",),
        alter_audio=reordered("WY-X"),
    ),
    "quad_to_4.0": Defect(
        "kept",
        reasons=("horizontal_only",),
        alter_audio=matrixed(QUAD_TO_40),
    ),
    "mono_in_w": Defect(
        "rejected",
        reasons=("mono_in_w",),
        alter_audio=reordered("W---"),
    ),
    "mono_in_all": Defect(
        "rejected",
        reasons=("mono_in_all",),
        alter_audio=reordered("WWWW"),
        audio_codec="aac",
        suffix=".mp4",
    ),
    "stereo_upmix": Defect(
        "rejected",
        reasons=("stereo_upmix",),
        alter_audio=stereo_upmix,
    ),
    "stereo_in_two": Defect(
        "rejected",
        reasons=("stereo_in_two",),
        alter_audio=stereo_in_two,
    ),
    "pairs": Defect(
        "rejected",
        reasons=("paired_channels",),
        alter_audio=matrixed(STEREO_PAIRS),
    ),
    "quad": Defect(
        "rejected",
        reasons=("no_w",),
        alter_audio=unrelated(4),
        audio_codec="pcm16",
        suffix=".mov",
    ),
    "a_format": Defect(
        "rejected",
        reasons=("a_format",),
        alter_audio=matrixed(TETRAHEDRON),
    ),
    "head_locked": Defect(
        "rejected",
        reasons=("head_locked",),
        alter_audio=add_head_locked_music,
        audio_codec="opus",
        suffix=".webm",
    ),
    "silent": Defect(
        "rejected",
        reasons=("silent",),
        alter_audio=faint_noise,
    ),
    "digital_silence": Defect(
        "rejected",
        reasons=("silent",),
        alter_audio=zeros,
    ),
    "not_finite": Defect(
        "failed",
        reasons=("not_finite",),
        alter_audio=not_finite,
        audio_codec="float",
    ),
    "mono": Defect(
        "failed",
        reasons=("channel_count",),
        alter_audio=first_channels(1),
    ),
    "stereo": Defect(
        "failed",
        reasons=("channel_count",),
        alter_audio=stereo_mix,
        audio_codec="aac",
        suffix=".mp4",
    ),
    "three_channels": Defect(
        "failed",
        reasons=("channel_count",),
        alter_audio=first_channels(3),
    ),
    "surround_5.1": Defect(
        "rejected",
        reasons=("no_w",),
        alter_audio=unrelated(6),
    ),
    "static": Defect(
        "rejected",
        reasons=("static_video",),
        alter_frames=still,
    ),
    "black": Defect(
        "rejected",
        reasons=("black_video",),
        alter_frames=black,
    ),
    "eac": Defect(
        "kept",
        reasons=("converted_eac",),
        alter_frames=equi_angular_cubemap,
    ),
    "top_bottom": Defect(
        "kept",
        reasons=("converted_stereoscopic",),
        alter_frames=top_bottom,
    ),
    "no_video": Defect(
        "failed",
        reasons=("no_video",),
        has_video=False,
    ),
    "no_audio": Defect(
        "failed",
        reasons=("no_audio",),
        has_audio=False,
    ),
    "truncated": Defect(
        "failed",
        reasons=DAMAGED,
        damage_file=_truncate,
    ),
    "truncated_mp4": Defect(
        "failed",
        reasons=("unreadable",),
        damage_file=_truncate,
        audio_codec="aac",
        suffix=".mp4",
    ),
    "overwritten": Defect(
        "failed",
        reasons=(*DAMAGED, "unreadable"),
        damage_file=_overwrite,
    ),
    "empty": Defect(
        "failed",
        reasons=("empty_file",),
        damage_file=_empty,
    ),
    "absent": Defect(
        "failed",
        reasons=("file_missing",),
        damage_file=Path.unlink,
    ),
    "text": Defect(
        "failed",
        reasons=("unreadable",),
        damage_file=_text,
        suffix=".mp4",
    ),
}
