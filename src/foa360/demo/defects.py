"""What can be wrong with a clip, made on purpose: sound fields, picture layouts, files.

Each sound defect is a function of a true sound field `(4, n)` (WYZX, SN3D) and a seeded source of
random numbers, and gives the planes that are written.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.demo.encode import foa_in_51
from foa360.demo.sounds import LEVEL_DBFS, sound
from foa360.sphere.directions import direction_to_pixel, to_direction

Image = NDArray[np.uint8]
Samples = NDArray[np.float32]
Random = np.random.Generator


class Defect(NamedTuple):
    """What is written, and what curation has to say about it.

    `reasons` are codes one of which must be among the clip's; empty where nothing can be told, as
    of swapped or mirrored dipoles, which a true field may have as well. `convention` is the name
    that a kept clip must be given.
    """

    verdict: str
    reasons: tuple[str, ...] = ()
    sound: Callable[[Samples, Random], Samples] | None = None
    picture: Callable[[Iterator[Image]], Iterator[Image]] | None = None
    damage: Callable[[Path], None] | None = None
    codec: str = "flac"
    suffix: str = ".mkv"
    has_sound: bool = True
    has_picture: bool = True
    convention: str = "ACN/SN3D"


def _matrix(rows: list[list[float]]) -> Callable[[Samples, Random], Samples]:
    return lambda x, _: (np.array(rows, np.float32) @ x).astype(np.float32)


def _independent(count: int) -> Callable[[Samples, Random], Samples]:
    """Unrelated channels of equal level, as a surround mix of separate instruments."""
    labels = ["person", "car", "drum", "bird", "dog", "bell"]

    def make(x: Samples, random: Random) -> Samples:
        seconds = x.shape[1] / 48000
        planes = [sound(labels[i], seconds, "surround", i) for i in range(count)]
        return (10 ** (LEVEL_DBFS / 20) * 0.7 * np.stack(planes)).astype(np.float32)

    return make


def _planes(
    names: str, w: float = 1.0, dipoles: float = 1.0
) -> Callable[[Samples, Random], Samples]:
    """The channels named by their letters, `-` an empty one, W and the dipoles with a gain each."""
    rows = np.zeros((len(names), 4))
    for row, name in zip(rows, names, strict=True):
        if name != "-":
            row["WYZX".index(name)] = w if name == "W" else dipoles
    return _matrix(rows.tolist())


def _mirror(x: Samples, _: Random) -> Samples:
    return x * np.array([[1], [-1], [1], [1]], np.float32)


def _hiss(x: Samples, random: Random) -> Samples:
    return (1e-5 * random.standard_normal(x.shape)).astype(np.float32)


def _stereo(x: Samples, _: Random) -> Samples:
    """Two cardioids to the left and the right."""
    return np.asarray(np.stack([x[0] + x[1], x[0] - x[1]]) / 2, np.float32)


def _stereo_in_two(x: Samples, random: Random) -> Samples:
    return np.concatenate([_stereo(x, random), np.zeros_like(x[:2])])


def _upmix(x: Samples, random: Random) -> Samples:
    left, right = _stereo(x, random)
    empty = np.zeros_like(left)
    return np.stack([left + right, np.float32(0.6) * (left - right), empty, empty])


def _head_locked(x: Samples, random: Random) -> Samples:
    music = sound("bell", x.shape[1] / 48000, "music") + sound("drum", x.shape[1] / 48000, "music")
    out = x.copy()
    out[0] += (2.0 * np.sqrt(np.mean(x[0] ** 2) / 2) * music).astype(np.float32)
    return np.asarray(out / max(1.0, np.abs(out).max() / 0.95), np.float32)


def _not_finite(x: Samples, _: Random) -> Samples:
    out = x.copy()
    out[1, 1000:2000] = np.nan
    return out


def _still(frames: Iterator[Image]) -> Iterator[Image]:
    first = next(frames)
    yield first
    for _ in frames:
        yield first


def _black(frames: Iterator[Image]) -> Iterator[Image]:
    return (np.full_like(f, 2) for f in frames)


def _top_bottom(frames: Iterator[Image]) -> Iterator[Image]:
    """Two eyes, one above the other; the lower one sees the scene slightly turned."""
    for frame in frames:
        half = cv2.resize(
            frame, (frame.shape[1], frame.shape[0] // 2), interpolation=cv2.INTER_AREA
        )
        yield np.concatenate([half, np.roll(half, 2, axis=1)])


def eac_directions(width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Direction of each pixel of an equi-angular cubemap as YouTube arranges it.

    Upper row left, front, right; lower row down, back, up, turned so that each row is one band
    without a break, as FFmpeg's filter v360 has it.
    """
    u, v = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    # Two pixels of padding at the sides, and above and below each row.
    u = 3 * (u - 2 / width) / (1 - 4 / width)
    column, row = np.clip(u.astype(int), 0, 2), (2 * v).astype(int)
    v = (v - 2 / height - row / 2) / (0.5 - 4 / height)
    right = np.tan(np.pi / 2 * np.clip(u - column - 0.5, -0.6, 0.6))
    down = np.tan(np.pi / 2 * np.clip(v - 0.5, -0.6, 0.6))
    one = np.ones_like(right)
    # x front, y left, z up of (column, row).
    faces = {
        (0, 0): (right, one, -down),
        (1, 0): (one, -right, -down),
        (2, 0): (-right, -one, -down),
        (0, 1): (-right, down, -one),
        (1, 1): (-one, down, right),
        (2, 1): (right, down, one),
    }
    vector = np.zeros((*u.shape, 3))
    for (c, r), xyz in faces.items():
        inside = (column == c) & (row == r)
        vector[inside] = np.stack(xyz, -1)[inside]
    return to_direction(vector)


def _eac(frames: Iterator[Image]) -> Iterator[Image]:
    maps = None
    for frame in frames:
        height, width = frame.shape[:2]
        if maps is None:
            x, y = direction_to_pixel(*eac_directions(480, 320), width, height)
            maps = (x.astype(np.float32), y.astype(np.float32))
        yield np.asarray(cv2.remap(frame, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def _truncate(path: Path) -> None:
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


HALF = 0.5**0.5
#: What FFmpeg's resampler does to four planes that it takes for quad and is asked for as 4.0.
_QUAD_TO_40: list[list[float]] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, HALF, HALF]]
_PAIRS: list[list[float]] = [[0.5, 0.5, 0, 0], [0.5, -0.5, 0, 0]] * 2
#: Cardioid capsules FLU, FRD, BLD, BRU of a tetrahedral microphone.
_TETRAHEDRON: list[list[float]] = [
    [0.5, 0.5 * y / 3**0.5, 0.5 * z / 3**0.5, 0.5 * x / 3**0.5]
    for x, y, z in [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
]
_N3D = _planes("WYZX", 0.5, 0.5 * 3**0.5)
_DAMAGED = ("audio_damaged", "video_damaged")

DEFECTS: dict[str, Defect] = {
    "n3d": Defect("kept", ("rescaled_n3d",), _N3D, convention="ACN/N3D"),
    "fuma": Defect("kept", ("rescaled_fuma",), _planes("WXYZ", HALF), convention="FuMa"),
    "swapped_axes": Defect("kept", (), _planes("WXZY")),
    "mirrored": Defect("kept", (), _mirror),
    "aac51": Defect("kept", (), lambda x, _: foa_in_51(x), codec="aac51", suffix=".mp4"),
    "aac51_as_it_comes": Defect("kept", ("reordered",), _planes("XYWZ")),
    "no_height": Defect("kept", ("horizontal_only",), _planes("WY-X")),
    "quad_to_4.0": Defect("kept", ("horizontal_only",), _matrix(_QUAD_TO_40)),
    "mono_in_w": Defect("rejected", ("mono_in_w",), _planes("W---")),
    "mono_in_all": Defect(
        "rejected", ("mono_in_all",), _planes("WWWW"), codec="aac", suffix=".mp4"
    ),
    "stereo_upmix": Defect("rejected", ("stereo_upmix",), _upmix),
    "stereo_in_two": Defect("rejected", ("stereo_in_two",), _stereo_in_two),
    "pairs": Defect("rejected", ("paired_channels",), _matrix(_PAIRS)),
    "quad": Defect("rejected", ("no_w",), _independent(4), codec="pcm16", suffix=".mov"),
    "a_format": Defect("rejected", ("a_format",), _matrix(_TETRAHEDRON)),
    "head_locked": Defect("rejected", ("head_locked",), _head_locked, codec="opus", suffix=".webm"),
    "silent": Defect("rejected", ("silent",), _hiss),
    "digital_silence": Defect("rejected", ("silent",), lambda x, _: 0 * x),
    "not_finite": Defect("failed", ("not_finite",), _not_finite, codec="float"),
    "mono": Defect("failed", ("channel_count",), lambda x, _: x[:1]),
    "stereo": Defect("failed", ("channel_count",), _stereo, codec="aac", suffix=".mp4"),
    "three_channels": Defect("failed", ("channel_count",), lambda x, _: x[:3]),
    "surround_5.1": Defect("rejected", ("no_w",), _independent(6)),
    "static": Defect("rejected", ("static_video",), picture=_still),
    "black": Defect("rejected", ("black_video",), picture=_black),
    "eac": Defect("kept", ("converted_eac",), picture=_eac),
    "top_bottom": Defect("kept", ("converted_stereoscopic",), picture=_top_bottom),
    "no_video": Defect("failed", ("no_video",), has_picture=False),
    "no_audio": Defect("failed", ("no_audio",), has_sound=False),
    "truncated": Defect("failed", _DAMAGED, damage=_truncate),
    "truncated_mp4": Defect(
        "failed", ("unreadable",), damage=_truncate, codec="aac", suffix=".mp4"
    ),
    "overwritten": Defect("failed", (*_DAMAGED, "unreadable"), damage=_overwrite),
    "empty": Defect("failed", ("empty_file",), damage=_empty),
    "absent": Defect("failed", ("file_missing",), damage=Path.unlink),
    "text": Defect("failed", ("unreadable",), damage=_text, suffix=".mp4"),
}
