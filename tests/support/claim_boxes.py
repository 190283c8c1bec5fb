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


def sv3d(projection: bytes, bounds=(0, 0, 0, 0), padding: int = 0) -> bytes:
    cube = struct.pack(">2I", 0, padding)
    content = {b"equi": struct.pack(">4I", *bounds), b"cbmp": cube, b"mshp": bytes(12)}
    inside = box(b"prhd", bytes(16)) + box(projection, bytes(4) + content[projection])
    return box(b"sv3d", box(b"svhd", bytes(4) + b"maker\0") + box(b"proj", inside))


def version_1(
    stereo: str = "", projection: str = "equirectangular", more: dict[str, object] | None = None
) -> bytes:
    eyes = f"<GSpherical:StereoMode>{stereo}</GSpherical:StereoMode>" if stereo else ""
    for name, value in (more or {}).items():
        tag = f"GSpherical:{name}" + ("Pixels" if name != "Stitched" else "")
        eyes += f"<{tag}>{value}</{tag}>"
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


def pose_box(yaw: float, pitch: float, roll: float) -> bytes:
    """Return `sv3d` of an ERP whose sphere is rotated, degrees."""
    angles = [round(angle * 65536) for angle in (yaw, pitch, roll)]
    head = box(b"prhd", bytes(4) + struct.pack(">3i", *angles))
    return box(b"sv3d", box(b"proj", head + box(b"equi", bytes(20))))


def clap(width: float, height: float, right: float = 0, down: float = 0) -> bytes:
    """Return a clean aperture of a size, and its offset from the middle, halves of pixels."""
    numbers = [round(2 * value) for value in (width, height, right, down)]
    fields = [field for number in numbers for field in (number, 2)]
    return box(b"clap", struct.pack(">4IiIiI", *fields))


def vexu(projection: bytes = b"", packing: bytes = b"", hero: int = 0) -> bytes:
    """Return Apple's box of projection, packing of eyes, and the eye that comes first."""
    inside = b""
    if hero:
        both = box(b"stri", bytes(4) + b"\x03") + box(b"hero", bytes(4) + bytes([hero]))
        inside += box(b"eyes", both)
    if projection:
        inside += box(b"proj", box(b"prji", bytes(4) + projection))
    if packing:
        inside += box(b"pack", box(b"pkin", bytes(4) + packing))
    return box(b"vexu", inside)


def element(name: int, content: bytes) -> bytes:
    """Return an element of Matroska, with a length of eight bytes."""
    head = name.to_bytes((name.bit_length() + 7) // 8, "big")
    return head + (len(content) | 1 << 56).to_bytes(8, "big") + content


def put_element(path: Path, new: bytes, *way: int) -> None:
    """Append elements inside the first element found along a way, before the media data.

    Positions that the file states for other elements are no longer right.
    """

    def grown(data: bytes, names: tuple[int, ...]) -> bytes:
        if not names:
            return data + new
        at = 0
        while at < len(data):
            used = 9 - data[at].bit_length()
            length = 9 - data[at + used].bit_length()
            begin = at + used + length
            size = int.from_bytes(data[at + used : begin], "big") & ((1 << 7 * length) - 1)
            unknown = size == (1 << 7 * length) - 1
            end = len(data) if unknown else begin + size
            if int.from_bytes(data[at : at + used], "big") == names[0]:
                inner = grown(data[begin:end], names[1:])
                return data[:at] + element(names[0], inner) + data[end:]
            at = end
        raise ValueError(f"no element {names[0]:x}")

    path.write_bytes(grown(path.read_bytes(), way))
