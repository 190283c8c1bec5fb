"""Which decoded plane is W, Y, Z and X, by codec and layout.

FFmpeg orders planes by loudspeaker layouts, and ambisonics is none. Each path below was proven by
encoding a different tone in each of W, Y, Z, X and looking for them after decoding
(`tests/test_decoding.py` does it again); AAC 5.1 is how YouTube carries ambisonics, proven by a
calibration clip; Vorbis with eight channels also by recordings of known order. The channel map of
SA3D in MP4 is applied on top. docs/decoding.md has the table for readers.
"""

from typing import NamedTuple

from foa360.media.probe import Probe

WYZX = (0, 1, 2, 3)

#: Codecs whose planes are the channels as written, whatever they are called.
AS_WRITTEN = {"pcm", "flac"}
#: (codec, layout of loudspeakers) → planes of W, Y, Z, X. Layouts called "ambisonic n" or
#: "n channels" have no loudspeakers, and are never reordered.
PROVEN: dict[tuple[str, str], tuple[int, int, int, int]] = {
    ("opus", "quad"): WYZX,
    ("vorbis", "quad"): WYZX,
    # Written in coded order, as by libsndfile; the decoder puts loudspeakers in its own.
    ("vorbis", "7.1"): (0, 2, 1, 6),
    ("opus", "7.1"): (0, 2, 1, 6),
    ("alac", "4.0"): WYZX,
    ("aac", "4.0"): WYZX,
    ("aac", "quad"): WYZX,
    ("aac", "5.1"): (2, 1, 4, 0),
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
    layout = found.audio_layout or ""
    plain = codec in AS_WRITTEN or layout.startswith("ambisonic") or "channels" in layout
    planes = WYZX if plain else PROVEN.get((codec, layout))
    mapped = found.channel_map or ()
    if len(mapped) == found.audio_channels and set(WYZX) <= set(mapped):
        # The map says which component each channel is; FFmpeg leaves the channels where they are.
        w, y, z, x = (mapped.index(component) for component in WYZX)
        return Order((w, y, z, x), planes == WYZX)
    return Order(planes or WYZX, planes is not None)
