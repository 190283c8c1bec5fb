"""Which decoded plane is W, Y, Z and X, by codec and layout.

FFmpeg orders planes by loudspeaker layouts, and ambisonics is none. Each path below was proven by
encoding a different tone in each of W, Y, Z, X and looking for them after decoding
(`tests/test_media.py` does it again); AAC 5.1 is how YouTube carries ambisonics, proven by a
calibration clip; Vorbis with eight channels by recordings of known order.
"""

from typing import NamedTuple

from foa360.media.probe import Probe

WYZX = (0, 1, 2, 3)

#: (codec, layout) → planes of W, Y, Z, X.
PROVEN: dict[tuple[str, str], tuple[int, int, int, int]] = {
    ("opus", "ambisonic 1"): WYZX,
    ("opus", "4 channels"): WYZX,
    ("opus", "quad"): WYZX,
    ("vorbis", "quad"): WYZX,
    ("vorbis", "7.1"): (0, 2, 1, 6),
    ("flac", "4.0"): WYZX,
    ("flac", "quad"): WYZX,
    ("alac", "4.0"): WYZX,
    ("aac", "4.0"): WYZX,
    ("aac", "quad"): WYZX,
    ("aac", "5.1"): (2, 1, 4, 0),
    ("pcm", "4.0"): WYZX,
    ("pcm", "quad"): WYZX,
    ("pcm", "4 channels"): WYZX,
    ("pcm", "ambisonic 1"): WYZX,
}


class Order(NamedTuple):
    """Planes of W, Y, Z, X, and whether that was proven for this codec and layout."""

    planes: tuple[int, int, int, int]
    proven: bool


def plane_order(found: Probe) -> Order | None:
    """Order for a file as probed; the first four planes where nothing is known; None below four."""
    if (found.audio_channels or 0) < 4:
        return None
    codec = (found.audio_codec or "").split("_")[0]
    planes = PROVEN.get((codec, found.audio_layout or ""))
    return Order(planes or WYZX, planes is not None)
