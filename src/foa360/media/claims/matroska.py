"""Claims in Matroska and WebM: projection, pose, crop, stereo mode, and Opus' mapping family."""

import os
import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from foa360.media.claims.claims import Claims, opus_head, read_at
from foa360.media.claims.transforms import edges, pose

# Ids of elements.
SEGMENT = 0x18538067
TRACKS = 0x1654AE6B
TRACK = 0xAE
CLUSTER = 0x1F43B675
VIDEO = 0xE0
PROJECTION = 0x7670
CODEC_PRIVATE = 0x63A2
TRACK_TYPE = 0x83
CODEC_ID = 0x86
CONTENT_ENCODINGS = 0x6D80
CONTENT_ENCRYPTION = 0x5035
STEREO_MODE = 0x53B8
PROJECTION_TYPE = 0x7671
PROJECTION_PRIVATE = 0x7672
#: Angles of the projection in degrees, and rows and columns that are cut off, in pixels.
PROJECTION_POSE = (0x7673, 0x7674, 0x7675)
PIXEL_CROP = (0x54CC, 0x54DD, 0x54BB, 0x54AA)
#: Elements that hold elements of interest.
CONTAINER_ELEMENTS = {SEGMENT, TRACKS, TRACK, VIDEO, PROJECTION}
#: More elements or deeper nesting is an attack or damage.
MAX_ELEMENTS = 20000
MAX_ELEMENT_DEPTH = 8
#: Elements of a track, of its encodings and of an encoding that are read.
MAX_TRACK_ELEMENTS = 64
#: Content of an element that is read at most, bytes.
MAX_ELEMENT_CONTENT = 1 << 16
#: Bytes of the private data of a projection that are read, and how numbers of a size are stored.
MAX_PRIVATE = 64
FLOATS = {4: ">f", 8: ">d"}
#: Longest name of a codec that is read, bytes.
MAX_CODEC_ID = 64
TRACK_TYPES = {1: "video", 2: "audio"}
STEREO_MODES = {0: "mono", 1: "left_right", 2: "top_bottom", 3: "top_bottom", 11: "left_right"}
#: Both eyes as a pattern of rows, columns or colours, or one after the other: none can be cut off.
INTERLEAVED_MODES = {4, 5, 6, 7, 8, 9, 10, 12, 13}
PROJECTION_TYPES = {0: "flat", 1: "erp", 2: "cubemap", 3: "mesh"}


class Element(NamedTuple):
    """Id of an element, and where its content begins and ends."""

    name: int
    begin: int
    end: int


def matroska_claims(file: BinaryIO) -> Claims:
    """Read the claims of the tracks; what follows the first cluster is not read."""
    claims = Claims()
    _walk(file, 0, os.fstat(file.fileno()).st_size, 0, claims, [MAX_ELEMENTS])
    return claims


def _walk(
    file: BinaryIO, begin: int, end: int, depth: int, claims: Claims, left: list[int]
) -> None:
    for element in elements(file, begin, end):
        left[0] -= 1
        if left[0] < 0 or element.name == CLUSTER:
            return
        if element.name == TRACK:
            _take_track(file, element, claims)
        if element.name not in CONTAINER_ELEMENTS:
            _take(file, element, claims)
        elif depth < MAX_ELEMENT_DEPTH:
            if element.name == VIDEO:
                _take_crop(file, element, claims)
            elif element.name == PROJECTION:
                _take_projection(file, element, claims)
            _walk(file, element.begin, element.end, depth + 1, claims, left)


def elements(file: BinaryIO, begin: int, end: int) -> Iterator[Element]:
    """Yield the elements between two positions; ends at the first that is damaged."""
    while begin < end:
        head = read_at(file, begin, 12)
        name, used = _number(head, keep_marker=True)
        size, more = _number(head[used:]) if used else (0, 0)
        if not used or not more:
            return
        unknown = size == (1 << 7 * more) - 1
        stop = end if unknown else begin + used + more + size
        yield Element(name, begin + used + more, min(stop, end))
        begin = stop


def _number(data: bytes, keep_marker: bool = False) -> tuple[int, int]:
    """Read an EBML number and its length in bytes; length 0 where there is none."""
    if not data or not data[0]:
        return 0, 0
    length = 9 - data[0].bit_length()
    if length > (4 if keep_marker else 8) or len(data) < length:
        return 0, 0
    value = int.from_bytes(data[:length], "big")
    return (value if keep_marker else value & ((1 << 7 * length) - 1)), length


def _take_track(file: BinaryIO, track: Element, claims: Claims) -> None:
    """Add the kind of a track, the codec of audio, and whether it is encrypted."""
    kind = None
    codec = ""
    is_encrypted = False
    for element in islice(elements(file, track.begin, track.end), MAX_TRACK_ELEMENTS):
        if element.name == TRACK_TYPE:
            kind = TRACK_TYPES.get(int.from_bytes(read_at(file, element.begin, 1), "big"))
        elif element.name == CODEC_ID:
            size = min(element.end - element.begin, MAX_CODEC_ID)
            codec = read_at(file, element.begin, size).rstrip(b"\0").decode("latin-1")
        elif element.name == CONTENT_ENCODINGS:
            for encoding in islice(elements(file, *element[1:]), MAX_TRACK_ELEMENTS):
                inner = islice(elements(file, *encoding[1:]), MAX_TRACK_ELEMENTS)
                is_encrypted |= any(e.name == CONTENT_ENCRYPTION for e in inner)
    if kind is not None:
        claims.add_track(kind, is_encrypted)
    if kind == "audio":
        claims.audio_codecs.append(codec)


def _take_crop(file: BinaryIO, video: Element, claims: Claims) -> None:
    """Add the rows and columns that are to be cut off."""
    found = dict.fromkeys(PIXEL_CROP, 0)
    for element in islice(elements(file, video.begin, video.end), MAX_TRACK_ELEMENTS):
        if element.name in found and element.end - element.begin <= 8:
            content = read_at(file, element.begin, element.end - element.begin)
            found[element.name] = int.from_bytes(content, "big")
    left, right, top, bottom = found.values()
    cut = edges(left, right, top, bottom, "PixelCrop")
    if cut:
        claims.add("PixelCrop", cut)


def _take_projection(file: BinaryIO, projection: Element, claims: Claims) -> None:
    """Add the pose of the sphere, and the bounds of a part of it, which come before its type."""
    angles = dict.fromkeys(PROJECTION_POSE, 0.0)
    kind, private = 0, b""
    for element in islice(elements(file, projection.begin, projection.end), MAX_TRACK_ELEMENTS):
        size = element.end - element.begin
        content = read_at(file, element.begin, min(size, MAX_PRIVATE))
        if element.name in angles and size in FLOATS:
            (angles[element.name],) = struct.unpack(FLOATS[size], content.ljust(size, b"\0"))
        elif element.name == PROJECTION_TYPE and size <= 8:
            kind = int.from_bytes(content, "big")
        elif element.name == PROJECTION_PRIVATE:
            private = content
    rotation = pose(list(angles.values()), "ProjectionPose")
    if rotation:
        claims.add("ProjectionPose", rotation)
    # Version and flags, then the bounds, as in the box `equi`.
    if PROJECTION_TYPES.get(kind) == "erp" and any(private[4:20]):
        claims.add("ProjectionPrivate", projection="erp_part")


def _take(file: BinaryIO, element: Element, claims: Claims) -> None:
    size = element.end - element.begin
    if element.name == CODEC_PRIVATE:
        family = opus_head(read_at(file, element.begin, min(size, MAX_ELEMENT_CONTENT)))
        if family is not None:
            claims.add("CodecPrivate", mapping_family=family)
    elif element.name in {STEREO_MODE, PROJECTION_TYPE} and size <= 8:
        value = int.from_bytes(read_at(file, element.begin, size), "big")
        if element.name == STEREO_MODE:
            stereo = "interleaved" if value in INTERLEAVED_MODES else STEREO_MODES.get(value)
            claims.add("StereoMode", stereo=stereo)
        else:
            claims.add("ProjectionType", projection=PROJECTION_TYPES.get(value))
