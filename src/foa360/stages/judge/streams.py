"""Reasons that streams, numbers of channels and channel maps give."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from foa360.ambisonics.second_order import TBE_CHANNELS
from foa360.core.arrow_columns import Bools
from foa360.media.streams import channel_count, has_loudspeakers
from foa360.stages.judge.tbe import NAME

#: What decided on an audio stream, in words.
CHOSEN_BY = {
    "label": "by its label",
    "count": "by its channels",
    "first": "as the first of equals",
}


class JudgedStreams(NamedTuple):
    """Clips by reason code, masks (n,), and details for a person, by row of the table."""

    reasons: dict[str, Bools]
    messages: dict[int, str]


class _Facts(NamedTuple):
    """Columns of the table of measures, and the convention."""

    audio_failure: str | None
    audio_streams: list[str] | None
    audio_used: list[int] | None
    audio_chosen_by: str | None
    audio_channels: int | None
    audio_layout: str | None
    head_locked: bool | None
    video_streams: int | None
    video_joined: str | None
    claimed_transform: str | None
    channel_map: list[int] | None
    planes: list[int] | None
    convention: str | None


def judge_streams(measures: pa.Table, conventions: pa.Array) -> JudgedStreams:
    """Judge the streams of the files of all clips, whose conventions are known."""
    columns = [measures[name].to_pylist() for name in _Facts._fields[:-1]]
    reasons: dict[str, NDArray[np.bool_]] = {}
    messages = {}
    for row, values in enumerate(zip(*columns, conventions.to_pylist(), strict=True)):
        facts = _Facts(*values)
        found = {**_stream_texts(facts), **_channel_texts(facts), **_video_texts(facts)}
        for code in found:
            reasons.setdefault(code, np.zeros(len(measures), bool))[row] = True
        if text := "; ".join(filter(None, found.values())):
            messages[row] = text
    return JudgedStreams(reasons, messages)


def _stream_texts(facts: _Facts) -> dict[str, str]:
    """Reason codes of several audio streams, with a detail each."""
    if facts.audio_failure == "codec_unknown":
        return {}  # its own message names all streams
    streams, used = facts.audio_streams or [], facts.audio_used or []
    if facts.audio_chosen_by == "joined":
        return {"joined_mono": f"{len(used)} streams: {streams[used[0]]}"}
    if len(streams) < 2 or not used:
        return {}
    others = [name for number, name in enumerate(streams) if number not in used]
    by = CHOSEN_BY.get(facts.audio_chosen_by or "", "")
    chosen = f"stream {used[0] + 1} ({streams[used[0]]}) {by}".strip()
    return {"audio_streams": f"{chosen}, not {', '.join(others)}"}


def _video_texts(facts: _Facts) -> dict[str, str]:
    """Reason codes of video streams of one size and of what is asked of frames, with a detail."""
    found = {}
    streams = facts.video_streams or 0
    if streams > 1:
        # What joined frames show is decided with all frames.
        code = "divided_frames" if facts.video_joined is None else "joined_frames"
        found[code] = f"{streams} video streams of one size"
    if facts.claimed_transform is not None:
        found["transform_unapplied"] = facts.claimed_transform
    return found


def _channel_texts(facts: _Facts) -> dict[str, str]:
    """Reason codes of numbers and maps of channels, with a detail each."""
    channels, found = facts.audio_channels, {}
    for code in _channel_codes(facts):
        detail = {"higher_order": f"order {channel_count(channels or 0).order}"}
        found[code] = {**detail, "channels_uncommon": f"{channels} channels"}.get(code, "")
    stated, planes = facts.channel_map, facts.planes
    if stated and planes and 0 in stated and stated.index(0) != planes[0]:
        numbers = " ".join(map(str, stated))
        found["claim_disagrees"] = f"the channel map {numbers} is not applied: W is first"
    return found


def _channel_codes(facts: _Facts) -> list[str]:
    """Reason codes of a number of channels; none for fewer than four, and for loudspeakers of 4."""
    channels, layout = facts.audio_channels, facts.audio_layout or ""
    if channels is None or channels <= 4:
        return []
    if facts.convention == NAME:
        return ["head_locked_stereo"] if channels > TBE_CHANNELS else []
    order, has_stereo = channel_count(channels)
    if has_loudspeakers(layout) and not layout.endswith("streams"):
        # Codecs whose layouts carry ambisonics under other names, such as AAC 5.1.
        return [] if order == 1 else ["channels_uncommon"]
    codes = []
    if order is None:
        codes.append("channels_uncommon")
    elif order > 1:
        codes.append("higher_order")
    if has_stereo or facts.head_locked:
        codes.append("head_locked_stereo")
    return codes
