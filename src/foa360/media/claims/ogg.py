"""Claims in Ogg: the mapping family of Opus."""

from typing import BinaryIO

from foa360.media.claims.claims import Claims, opus_head, read_at

#: Bytes that hold the first pages of all streams.
HEADER_BYTES = 1 << 14


def ogg_claims(file: BinaryIO) -> Claims:
    """Read the claims of the first Opus stream."""
    claims = Claims()
    head = read_at(file, 0, HEADER_BYTES)
    position = head.find(b"OpusHead")
    family = opus_head(head[position:]) if position >= 0 else None
    if family is not None:
        claims.add("OpusHead", mapping_family=family)
    return claims
