"""Claims in Ogg: the mapping family of Opus."""

from typing import BinaryIO

from foa360.media.claims.claims import Claims, opus_head, read_at

#: First pages are small; those of all streams come first.
HEAD = 1 << 14


def ogg_claims(file: BinaryIO) -> Claims:
    """Claims of the first Opus stream."""
    claims = Claims()
    head = read_at(file, 0, HEAD)
    position = head.find(b"OpusHead")
    family = opus_head(head[position:]) if position >= 0 else None
    if family is not None:
        claims.say("OpusHead", mapping_family=family)
    return claims
