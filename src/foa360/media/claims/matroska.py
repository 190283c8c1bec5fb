"""Claims in Matroska and WebM: projection, stereo mode, and the mapping family of Opus."""

import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from foa360.media.claims.claims import Claims, opus_head, read_at

SEGMENT, TRACKS, TRACK, CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675
VIDEO, PROJECTION = 0xE0, 0x7670
PRIVATE, STEREO_MODE, PROJECTION_TYPE = 0x63A2, 0x53B8, 0x7671
#: Elements that are looked into.
PLAIN = {SEGMENT, TRACKS, TRACK, VIDEO, PROJECTION}
MOST, DEEPEST, LONGEST = 20000, 8, 1 << 16
STEREO = {0: "mono", 1: "left_right", 2: "top_bottom", 3: "top_bottom", 11: "left_right"}
PROJECTIONS = {0: "flat", 1: "erp", 2: "cubemap", 3: "mesh"}


class Element(NamedTuple):
    """An element: its id, and where its content begins and ends."""

    name: int
    begin: int
    end: int


def matroska_claims(file: BinaryIO) -> Claims:
    """Claims of the tracks; what comes after the first cluster is not looked at."""
    claims = Claims()
    _walk(file, 0, os.fstat(file.fileno()).st_size, 0, claims, [MOST])
    return claims


def _walk(
    file: BinaryIO, begin: int, end: int, depth: int, claims: Claims, left: list[int]
) -> None:
    for element in elements(file, begin, end):
        left[0] -= 1
        if left[0] < 0 or element.name == CLUSTER:
            return
        if element.name not in PLAIN:
            _take(file, element, claims)
        elif depth < DEEPEST:
            _walk(file, element.begin, element.end, depth + 1, claims, left)


def elements(file: BinaryIO, begin: int, end: int) -> Iterator[Element]:
    """Elements between two positions; ends at the first that is none."""
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
    """An EBML number and its length in bytes; length 0 where there is none."""
    if not data or not data[0]:
        return 0, 0
    length = 9 - data[0].bit_length()
    if length > (4 if keep_marker else 8) or len(data) < length:
        return 0, 0
    value = int.from_bytes(data[:length], "big")
    return (value if keep_marker else value & ((1 << 7 * length) - 1)), length


def _take(file: BinaryIO, element: Element, claims: Claims) -> None:
    size = element.end - element.begin
    if element.name == PRIVATE:
        family = opus_head(read_at(file, element.begin, min(size, LONGEST)))
        if family is not None:
            claims.say("CodecPrivate", mapping_family=family)
    elif element.name in {STEREO_MODE, PROJECTION_TYPE} and size <= 8:
        value = int.from_bytes(read_at(file, element.begin, size), "big")
        if element.name == STEREO_MODE:
            claims.say("StereoMode", stereo=STEREO.get(value))
        else:
            claims.say("ProjectionType", projection=PROJECTIONS.get(value))
