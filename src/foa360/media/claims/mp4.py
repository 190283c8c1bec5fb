"""Claims in MP4 and QuickTime: SA3D, SAND, Opus' dOps, and what `mp4_video` takes of frames.

After the Spatial Audio RFC of google/spatial-media, and the encapsulation of Opus in ISO files.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from foa360.media.claims.claims import Claims, read_at
from foa360.media.claims.mp4_video import clean_aperture, take_video

#: Boxes that only hold boxes; sample descriptions have fields before theirs.
CONTAINER_BOXES = set(b"moov trak mdia minf stbl wave sv3d proj vexu eyes pack".split())
VIDEO_DESCRIPTIONS = set(b"mp4v avc1 avc3 hvc1 hev1 vp08 vp09 av01 encv drmi".split())
AUDIO_DESCRIPTIONS = set(
    b"enca drms mp4a Opus fLaC alac sowt twos lpcm in24 in32 fl32 ipcm fpcm".split()
)
#: Of encrypted tracks: ISO/IEC 14496-12, 8.12, and as Apple writes them.
ENCRYPTED_DESCRIPTIONS = {b"encv", b"enca", b"drmi", b"drms"}
#: More boxes or deeper nesting is an attack or damage.
MAX_BOXES = 20000
MAX_BOX_DEPTH = 12
#: Content of a box that is read at most, bytes.
MAX_BOX_CONTENT = 1 << 16


class Box(NamedTuple):
    """Type of a box, and where its content begins and ends."""

    kind: bytes
    begin: int
    end: int


def mp4_claims(file: BinaryIO) -> Claims:
    """Read the claims of the first tracks that have any."""
    claims = Claims()
    size = os.fstat(file.fileno()).st_size
    _walk(file, Box(b"", 0, size), 0, claims, [MAX_BOXES])
    return claims


def boxes(file: BinaryIO, begin: int, end: int, left: list[int]) -> Iterator[Box]:
    """Yield the boxes between two positions, as many as are left; ends at the first damaged one."""
    while begin + 8 <= end and left[0] > 0:
        left[0] -= 1
        head = read_at(file, begin, 16)
        if len(head) < 8:
            return
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - begin
        if size < header or len(head) < header:
            return
        yield Box(head[4:8], begin + header, min(begin + size, end))
        begin += size


def _names_of_audio(file: BinaryIO, media: Box, left: list[int]) -> Iterator[str]:
    """Yield the types of the sample descriptions of an audio track, from its box `mdia`."""
    inside = list(boxes(file, media.begin, media.end, left))
    handlers = [read_at(file, box.begin + 8, 4) for box in inside if box.kind == b"hdlr"]
    if handlers[:1] != [b"soun"]:
        return
    for name in (b"minf", b"stbl", b"stsd"):
        outer = next((box for box in inside if box.kind == name), None)
        if outer is None:
            return
        fields = 8 if name == b"stsd" else 0
        inside = list(boxes(file, outer.begin + fields, outer.end, left))
    for box in inside[:1]:
        yield box.kind.decode("latin-1")


def _walk(
    file: BinaryIO,
    outer: Box,
    depth: int,
    claims: Claims,
    left: list[int],
    size: tuple[int, int] = (0, 0),
) -> None:
    """Take the claims of boxes; `size` is that of the frames of the description around them."""
    if depth > MAX_BOX_DEPTH:
        return
    for box in boxes(file, outer.begin, outer.end, left):
        if box.kind in VIDEO_DESCRIPTIONS | AUDIO_DESCRIPTIONS:
            kind = "video" if box.kind in VIDEO_DESCRIPTIONS else "audio"
            if kind == "video":
                fields = read_at(file, box.begin + 24, 4)
                size = int.from_bytes(fields[:2], "big"), int.from_bytes(fields[2:], "big")
            claims.add_track(kind, box.kind in ENCRYPTED_DESCRIPTIONS)
        if box.kind == b"mdia":
            claims.audio_codecs += _names_of_audio(file, box, left)
        inner = _inside(file, box)
        if inner is not None:
            _walk(file, box._replace(begin=inner), depth + 1, claims, left, size)
        else:
            content = read_at(file, box.begin, min(box.end - box.begin, MAX_BOX_CONTENT))
            _take(box.kind, content, claims)
            if box.kind == b"clap":
                claims.add("clap", clean_aperture(content, size))


def _inside(file: BinaryIO, box: Box) -> int | None:
    """Return where the boxes within a box begin; None where none is of interest."""
    if box.kind in CONTAINER_BOXES:
        return box.begin
    if box.kind == b"stsd":
        return box.begin + 8
    if box.kind in VIDEO_DESCRIPTIONS:
        return box.begin + 78
    if box.kind in AUDIO_DESCRIPTIONS:
        version = int.from_bytes(read_at(file, box.begin + 8, 2), "big")
        return box.begin + 28 + {1: 16, 2: 36}.get(version, 0)
    return None


def _take(kind: bytes, content: bytes, claims: Claims) -> None:
    """Add the claims of a box that holds no boxes."""
    if kind == b"SA3D" and len(content) >= 12:
        _spatial_audio(content, claims)
    elif kind == b"SAND" and len(content) >= 5:
        claims.add("SAND", head_locked=True)
    elif kind == b"dOps" and len(content) >= 11:
        claims.add("dOps", mapping_family=content[10])
    else:
        take_video(kind, content, claims)


def _spatial_audio(content: bytes, claims: Claims) -> None:
    order, normalisation = content[6], content[7]
    count = int.from_bytes(content[8:12], "big")
    numbers = content[12 : 12 + 4 * min(count, 256)]
    mapped = tuple(int.from_bytes(numbers[i : i + 4], "big") for i in range(0, len(numbers) - 3, 4))
    name = {0: "ACN"}.get(order, f"order {order}")
    name += "/" + {0: "SN3D", 1: "N3D"}.get(normalisation, f"normalisation {normalisation}")
    # The highest bit of the type says that two more channels are head-locked stereo.
    claims.add(
        "SA3D", convention=name, channel_map=mapped or None, head_locked=bool(content[1] & 0x80)
    )
