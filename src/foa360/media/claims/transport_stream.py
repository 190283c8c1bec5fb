"""Claims in MPEG transport streams: whether the packets are scrambled."""

from typing import BinaryIO

import numpy as np

from foa360.media.claims.claims import Claims, read_at

SYNC_BYTE = 0x47
#: Size of a packet, without and with a time stamp before it, bytes.
PACKET_SIZES = {188: 0, 192: 4}
#: Packets that are looked at, from the beginning.
MAX_PACKETS = 4096
#: Ids of packets below this hold tables; the highest is stuffing.
FIRST_STREAM_ID, STUFFING_ID = 0x20, 0x1FFF


def is_transport_stream(head: bytes) -> bool:
    """Return whether the first bytes of a file can be those of a transport stream."""
    return any(head[offset : offset + 1] == b"\x47" for offset in PACKET_SIZES.values())


def transport_stream_claims(file: BinaryIO) -> Claims:
    """Read whether most packets are scrambled (ISO/IEC 13818-1, 2.4.3.3)."""
    claims = Claims()
    for size, offset in PACKET_SIZES.items():
        data = np.frombuffer(read_at(file, 0, size * MAX_PACKETS), np.uint8)
        packets = data[: data.size // size * size].reshape(-1, size)[:, offset:]
        if not len(packets) or (packets[:, 0] != SYNC_BYTE).any():
            continue
        ids = (packets[:, 1].astype(int) & 0x1F) << 8 | packets[:, 2]
        of_streams = (ids >= FIRST_STREAM_ID) & (ids != STUFFING_ID)
        is_scrambled = packets[of_streams, 3] >> 6 != 0
        if is_scrambled.size and is_scrambled.mean() > 0.5:
            claims.add_track("audio", True)
            claims.add_track("video", True)
        break
    return claims
