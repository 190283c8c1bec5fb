"""Claims of a file, by its container.

The parsers return what they find in any bytes, or nothing: they never raise, loop, or read
more than headers.
"""

import os
from pathlib import Path

from foa360.media.claims.claims import Claims
from foa360.media.claims.matroska import matroska_claims
from foa360.media.claims.mp4 import mp4_claims
from foa360.media.claims.ogg import ogg_claims
from foa360.media.claims.transport_stream import is_transport_stream, transport_stream_claims

#: First bytes of Matroska and WebM, and of Ogg.
EBML = b"\x1aE\xdf\xa3"
OGG = b"OggS"
#: Types of boxes that MP4 and QuickTime files begin with.
MP4_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}


def read_claims(path: str | os.PathLike[str]) -> Claims:
    """Read the claims of a file; empty for one that cannot be read or is of another kind."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(12)
            if head[:4] == EBML:
                return matroska_claims(file)
            if head[:4] == OGG:
                return ogg_claims(file)
            if head[4:8] in MP4_FIRST_BOXES:
                return mp4_claims(file)
            if is_transport_stream(head):
                return transport_stream_claims(file)
    except (OSError, ValueError):
        pass
    return Claims()
