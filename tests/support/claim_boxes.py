"""Boxes that google/spatial-media's tools put into MP4, and the way into a file."""

import struct
from pathlib import Path

#: Bytes before the boxes inside a box.
SKIP = {b"stsd": 8, b"mp4a": 28, b"Opus": 28, b"ipcm": 28, b"fpcm": 28, b"avc1": 78}
SPHERICAL_V1 = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def sa3d(channels=(0, 1, 2, 3), ordering=0, normalisation=0, kind=0) -> bytes:
    head = struct.pack(">BBIBBI", 0, kind, 1, ordering, normalisation, len(channels))
    return box(b"SA3D", head + struct.pack(f">{len(channels)}I", *channels))


def st3d(mode: int) -> bytes:
    return box(b"st3d", bytes(4) + bytes([mode]))


def sv3d(projection: bytes, bounds=(0, 0, 0, 0)) -> bytes:
    content = {b"equi": struct.pack(">4I", *bounds), b"cbmp": bytes(8), b"mshp": bytes(12)}
    inside = box(b"prhd", bytes(16)) + box(projection, bytes(4) + content[projection])
    return box(b"sv3d", box(b"svhd", bytes(4) + b"maker\0") + box(b"proj", inside))


def version_1(stereo: str = "", projection: str = "equirectangular") -> bytes:
    eyes = f"<GSpherical:StereoMode>{stereo}</GSpherical:StereoMode>" if stereo else ""
    xml = (
        '<?xml version="1.0"?><rdf:SphericalVideo><GSpherical:Spherical>true</GSpherical:Spherical>'
        f"<GSpherical:ProjectionType>{projection}</GSpherical:ProjectionType>{eyes}"
        "</rdf:SphericalVideo>"
    )
    return box(b"uuid", SPHERICAL_V1 + xml.encode())


def put(path: Path, new: bytes, *way: bytes) -> None:
    """Append boxes inside the first box found along a way, such as moov trak … stsd mp4a.

    The sample data must lie before `moov`, where FFmpeg writes it, since offsets stay as they are.
    """
    data = bytearray(path.read_bytes())
    at, end, parents = 0, len(data), []
    for kind in way:
        at, end = _find(data, at, end, kind)
        parents.append(at)
        at += 8 + SKIP.get(kind, 0)
    data[end:end] = new
    for parent in parents:
        (size,) = struct.unpack_from(">I", data, parent)
        struct.pack_into(">I", data, parent, size + len(new))
    path.write_bytes(data)


def _find(data: bytearray, at: int, end: int, kind: bytes) -> tuple[int, int]:
    while at < end:
        size, name = struct.unpack_from(">I4s", data, at)
        if name == kind:
            return at, at + size
        at += size
    raise ValueError(f"no {kind!r}")


STSD = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
