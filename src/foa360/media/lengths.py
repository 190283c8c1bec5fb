"""Durations of the streams in use: as headers state them, or else from all packets.

The duration of a container counts captions and other streams that outlast video and audio, live
recordings state none, and of streams without headers FFmpeg estimates one.
"""

import re
from typing import NamedTuple

import av
from av.container import InputContainer
from av.stream import Stream

from foa360.media.clock import Clock
from foa360.media.container import demux, start_time
from foa360.media.streams import used_streams
from foa360.media.wide_pcm import wide_pcm

#: Containers whose duration FFmpeg estimates, from bit rates or from the last time stamps.
ESTIMATED = {"mpegts", "mpeg", "aac", "mp3", "h264", "hevc", "flv"}
#: Duration of a track as writers of Matroska state it in a tag.
DURATION_TAG = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
#: A tag that states this much more than the container is of an earlier file, s.
TAG_TOLERANCE_S = 1.0
#: Where the first time stamp is later than this, s, writers of Matroska count it as a duration.
LATE_START_S = 0.1


def stated_duration(container: InputContainer, stream: Stream) -> float | None:
    """Return the duration of a stream as headers state it, s; None where they do not."""
    if container.format.name in ESTIMATED:
        return None
    if container.format.name == "wav":
        words = wide_pcm(container.name.removeprefix("file:"))
        if words is not None:
            return words.duration
    if stream.duration and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    whole = (container.duration or 0) / av.time_base
    if not whole or start_time(container) > LATE_START_S:
        return None
    tag = DURATION_TAG.match(stream.metadata.get("DURATION", ""))
    if tag is not None:
        hours, minutes, seconds = map(float, tag.groups())
        duration = 3600 * hours + 60 * minutes + seconds
        if 0 < duration <= whole + TAG_TOLERANCE_S:
            return duration
    # What the container states is that of a stream in use if there are no others.
    return whole if len(container.streams) == len(used_streams(container)) else None


class Lengths(NamedTuple):
    """Durations of the streams in use by their index, s, those that can be found out.

    parts : number of parts with a clock of their own.
    """

    durations: dict[int, float]
    parts: int = 1


def stream_lengths(container: InputContainer) -> Lengths:
    """Return the durations of the streams in use.

    Reads the whole file where no header states them; the container is at its end then.
    """
    streams = used_streams(container)
    durations: dict[int, float] = {}
    for stream in streams:
        stated = stated_duration(container, stream)
        if stated is not None:
            durations[stream.index] = stated
    if len(durations) < len(streams):
        clock = Clock()
        durations |= _read_durations(container, streams, clock)
        return Lengths(durations, clock.parts)
    return Lengths(durations)


def _read_durations(
    container: InputContainer, streams: list[Stream], clock: Clock
) -> dict[int, float]:
    """Return the ends of streams, s from the first presented sample, by their last packets."""
    zero = start_time(container)
    ends: dict[int, float] = {}
    for packet, _ in demux(container, *streams, clock=clock):
        if packet is None or packet.pts is None:
            continue
        end = float((packet.pts + (packet.duration or 0)) * packet.time_base) - zero
        index = packet.stream.index
        ends[index] = max(ends.get(index, 0.0), end)
    return ends
