"""Claims of boxes about frames in MP4 and QuickTime: layout of the sphere, eyes, poses, crops.

st3d, sv3d and the XML of version 1 are specified by google/spatial-media (Spherical Video V2 and V1
RFC), clap by ISO/IEC 14496-12 (12.1.4), vexu by Apple (Apple HEVC Stereo Video; Apple Projected
Media Profile).
"""

import re
import struct
from collections.abc import Callable

from foa360.media.claims.claims import Claims
from foa360.media.claims.transforms import edges, pose

#: The box of type uuid that holds the XML of version 1.
SPHERICAL_V1 = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
ST3D_MODES = {0: "mono", 1: "top_bottom", 2: "left_right", 3: "mesh", 4: "left_right"}
#: Kinds of projections, and of the packing of two eyes, as Apple names them.
PRJI_KINDS = {b"rect": "flat", b"equi": "erp", b"hequ": "erp_half", b"fish": "fisheye",
              b"prim": "fisheye"}  # fmt: skip
PKIN_KINDS = {b"side": "left_right", b"over": "top_bottom"}
#: Degrees of a pose, fixed-point numbers.
FIXED_POINT = 1 << 16
V1_STEREO = {b"mono": "mono", b"top-bottom": "top_bottom", b"left-right": "left_right"}


def take_video(kind: bytes, content: bytes, claims: Claims) -> None:
    """Add the claims of a box that holds no boxes, if it is about frames."""
    reader = READERS.get(kind)
    if reader is not None and len(content) >= reader[0]:
        reader[1](content, claims)


def _stereo(content: bytes, claims: Claims) -> None:
    claims.add("st3d", stereo=ST3D_MODES.get(content[4]))


def _equirectangular(content: bytes, claims: Claims) -> None:
    claims.add("sv3d", projection="erp_part" if any(content[4:20]) else "erp")


def _cubemap(content: bytes, claims: Claims) -> None:
    padding = int.from_bytes(content[8:12], "big")
    padded = [f"cubemap with a padding of {padding} pixels (cbmp)"] if padding else []
    claims.add("sv3d", padded, projection="cubemap")


def _mesh(_content: bytes, claims: Claims) -> None:
    claims.add("sv3d", projection="mesh")


def _pose(content: bytes, claims: Claims) -> None:
    angles = [angle / FIXED_POINT for angle in struct.unpack(">3i", content[4:16])]
    claims.add("prhd", pose(angles, "prhd"))


def _apple_projection(content: bytes, claims: Claims) -> None:
    claims.add("vexu", projection=PRJI_KINDS.get(content[4:8]))


def _apple_packing(content: bytes, claims: Claims) -> None:
    claims.add("vexu", stereo=PKIN_KINDS.get(content[4:8]))


def _uuid(content: bytes, claims: Claims) -> None:
    if content[:16] == SPHERICAL_V1:
        _version_1(content[16:], claims)


def clean_aperture(content: bytes, size: tuple[int, int]) -> list[str]:
    """Describe what a clean aperture takes off frames of a size: four fractions."""
    if len(content) < 32 or not all(size):
        return []
    # Sizes and their denominators count as unsigned, offsets as signed.
    numbers = struct.unpack(">4IiIiI", content[:32])
    if not all(numbers[1::2]):
        return []
    wide, tall, right, down = (a / b for a, b in zip(numbers[::2], numbers[1::2], strict=True))
    across, along = (size[0] - wide) / 2, (size[1] - tall) / 2
    return edges(across + right, across - right, along + down, along - down, "clap")


def _version_1(xml: bytes, claims: Claims) -> None:
    """Add the claims of spherical video V1; few tags matter, hence no XML parser."""
    if not re.search(rb"<GSpherical:Spherical>\s*true", xml, re.IGNORECASE):
        return
    shape = re.search(rb"<GSpherical:ProjectionType>\s*(\w+)", xml)
    eyes = re.search(rb"<GSpherical:StereoMode>\s*([\w-]+)", xml)
    kind = "erp" if shape and shape[1].lower() == b"equirectangular" else None
    sizes = {}
    for tag in (b"CroppedAreaImage", b"FullPano"):
        for side in (b"Width", b"Height"):
            number = re.search(rb"<GSpherical:" + tag + side + rb"Pixels>\s*(\d{1,9})", xml)
            sizes[tag, side] = int(number[1]) if number else 0
    for side in (b"Width", b"Height"):
        if 0 < sizes[b"CroppedAreaImage", side] < sizes[b"FullPano", side] and kind:
            kind = "erp_part"
    if re.search(rb"<GSpherical:Stitched>\s*false", xml, re.IGNORECASE):
        kind = None
    claims.add(
        "spherical XML", projection=kind, stereo=V1_STEREO.get(eyes[1].lower()) if eyes else None
    )


#: Boxes that are read, by type: bytes that they have at least, and the function that reads them.
READERS: dict[bytes, tuple[int, Callable[[bytes, Claims], None]]] = {
    b"st3d": (5, _stereo),
    b"equi": (4, _equirectangular),
    b"cbmp": (0, _cubemap),
    b"mshp": (0, _mesh),
    b"mesh": (0, _mesh),
    b"prhd": (16, _pose),
    b"prji": (8, _apple_projection),
    b"pkin": (8, _apple_packing),
    b"uuid": (16, _uuid),
}
