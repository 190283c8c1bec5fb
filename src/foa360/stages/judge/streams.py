"""Reasons that streams and numbers of channels give, without any signal."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from foa360.core.arrow_columns import Bools
from foa360.media.streams import channel_count, has_loudspeakers

#: What decided on an audio stream, in words.
CHOSEN_BY = {
    "label": "by its label",
    "count": "by its channels",
    "first": "as the first of equals",
}

#: What is judged of video streams, and of what their container claims of frames.
VIDEO_COLUMNS = ("video_streams", "video_joined", "claimed_transform")


class JudgedStreams(NamedTuple):
    """Clips by reason code, masks (n,), and details for a person, by row of the table."""

    reasons: dict[str, Bools]
    messages: dict[int, str]


def judge_streams(measures: pa.Table) -> JudgedStreams:
    """Judge the streams of the files of all clips."""
    names = ("audio_streams", "audio_used", "audio_chosen_by", "audio_channels", "audio_layout")
    columns = [measures[name].to_pylist() for name in (*names, "head_locked", *VIDEO_COLUMNS)]
    reasons: dict[str, NDArray[np.bool_]] = {}
    messages = {}
    for row, facts in enumerate(zip(*columns, strict=True)):
        streams, used, by, channels, layout, head_locked, videos, joined, transform = facts
        codes = _channel_codes(channels, layout or "", bool(head_locked))
        texts = []
        if by == "joined":
            codes.append("joined_mono")
            texts.append(f"{len(used)} streams: {streams[used[0]]}")
        elif len(streams or ()) > 1 and used:
            codes.append("audio_streams")
            others = [name for number, name in enumerate(streams) if number not in used]
            chosen = f"stream {used[0] + 1} ({streams[used[0]]}) {CHOSEN_BY.get(by, '')}".strip()
            texts.append(f"{chosen}, not {', '.join(others)}")
        if "higher_order" in codes:
            texts.append(f"order {channel_count(channels).order}")
        if "channels_uncommon" in codes:
            texts.append(f"{channels} channels")
        of_video = _video_facts(videos or 0, joined, transform)
        codes += of_video
        texts += of_video.values()
        for code in codes:
            reasons.setdefault(code, np.zeros(len(measures), bool))[row] = True
        if texts:
            messages[row] = "; ".join(texts)
    return JudgedStreams(reasons, messages)


def _video_facts(streams: int, joined: str | None, transform: str | None) -> dict[str, str]:
    """Details by reason code, of video streams of one size and of what is asked of frames."""
    found = {}
    if streams > 1:
        # What joined frames show is decided with all frames.
        code = "divided_frames" if joined is None else "joined_frames"
        found[code] = f"{streams} video streams of one size"
    if transform is not None:
        found["transform_unapplied"] = transform
    return found


def _channel_codes(channels: int | None, layout: str, head_locked: bool) -> list[str]:
    """Reason codes of a number of channels; none for fewer than four, and for loudspeakers of 4."""
    if channels is None or channels <= 4:
        return []
    order, has_stereo = channel_count(channels)
    if has_loudspeakers(layout) and not layout.endswith("streams"):
        # Codecs whose layouts carry ambisonics under other names, such as AAC 5.1.
        return [] if order == 1 else ["channels_uncommon"]
    codes = []
    if order is None:
        codes.append("channels_uncommon")
    elif order > 1:
        codes.append("higher_order")
    if has_stereo or head_locked:
        codes.append("head_locked_stereo")
    return codes
