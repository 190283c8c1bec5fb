"""What containers claim about sphere and sound field, which FFmpeg does not show or not in full.

Three small parsers. For any bytes they give what they found, or nothing: they never raise, loop, or
read more than headers.
"""

import os
from pathlib import Path

from foa360.media.claims.claims import Claims
from foa360.media.claims.matroska import matroska_claims
from foa360.media.claims.mp4 import mp4_claims
from foa360.media.claims.ogg import ogg_claims

__all__ = ["Claims", "read_claims"]

#: Types of boxes that MP4 and QuickTime files begin with.
MP4 = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}


def read_claims(path: str | os.PathLike[str]) -> Claims:
    """Claims of a file; empty for a file that cannot be read or is of another kind."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(12)
            if head[:4] == b"\x1aE\xdf\xa3":
                return matroska_claims(file)
            if head[:4] == b"OggS":
                return ogg_claims(file)
            if head[4:8] in MP4:
                return mp4_claims(file)
    except (OSError, ValueError):
        pass
    return Claims()
