"""Which decoded plane is W, Y, Z and X, by codec and layout.

FFmpeg orders planes by loudspeaker layouts, and ambisonics is none. Each path below was proven by
encoding a different tone in each of W, Y, Z, X and finding them after decoding
(`tests/media/test_decoding.py` repeats it). AAC 5.1, which YouTube uses for ambisonics, is proven
by a calibration clip; Vorbis with eight channels also by recordings of known order. The channel map
of SA3D in MP4 is applied on top. docs/decoding.md explains the table.
"""

from typing import NamedTuple

from foa360.media.probe import Probe
from foa360.media.streams import has_loudspeakers

WYZX = (0, 1, 2, 3)

#: Codecs whose planes are the channels in the order of the file, whatever the layout is called.
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
#: Planes of the first eight channels, by those of W, Y, Z, X.
FIRST_EIGHT = {WYZX: (0, 1, 2, 3, 4, 5, 6, 7), (0, 2, 1, 6): (0, 2, 1, 6, 7, 4, 5, 3)}


class PlaneOrder(NamedTuple):
    """Planes of W, Y, Z, X, and whether that was proven for this codec and layout."""

    planes: tuple[int, int, int, int]
    proven: bool


def plane_order(headers: Probe) -> PlaneOrder | None:
    """Return the order of a file as probed; None for fewer than four channels.

    Where nothing is known, the first four planes are taken.
    """
    if (headers.audio_channels or 0) < 4:
        return None
    codec = (headers.audio_codec or "").split("_")[0]
    layout = headers.audio_layout or ""
    is_joined = headers.audio_chosen_by == "joined"
    if is_joined or codec in AS_WRITTEN or not has_loudspeakers(layout):
        planes: tuple[int, int, int, int] | None = WYZX
    else:
        planes = PROVEN.get((codec, layout))
    channel_map = headers.channel_map or ()
    if len(channel_map) == headers.audio_channels and set(WYZX) <= set(channel_map):
        # The map gives the component of each channel; FFmpeg leaves the channels where they are.
        w, y, z, x = (channel_map.index(component) for component in WYZX)
        return PlaneOrder((w, y, z, x), planes == WYZX)
    return PlaneOrder(planes or WYZX, planes is not None)
