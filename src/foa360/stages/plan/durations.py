"""Durations of local media, and the clips that a duration allows."""

import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np

from foa360.media.container import MediaError
from foa360.media.probe import probe

LOGGER = logging.getLogger(__name__)

#: Missing time that the last clip of a file may have, s, and as a share of the clip's duration;
#: the smaller of both counts.
MAX_MISSING_S = 0.2
MAX_MISSING_SHARE = 0.02
#: Shortest duration of a clip, s.
MIN_CLIP_S = 0.001
#: Bit rate that even digital silence takes, bits/s.
MIN_BIT_RATE = 200
#: Most clips that one file is cut into: more than eleven days of clips of 10 s. A header can claim
#: any duration, and a sparse file can have any size.
MAX_CLIPS_PER_FILE = 100_000


class Span(NamedTuple):
    """Part of a video, s."""

    start: float
    duration: float


class MediaHeader(NamedTuple):
    """Duration of a file, s, number of channels of its audio, None where there is none."""

    duration: float | None
    channels: int | None
    has_video: bool = False


def media_header(media: Path) -> MediaHeader | None:
    """Return what the header of a media file says; None if it cannot be opened.

    A damaged header may claim any duration; the result is at most what a file of this size can
    hold.
    """
    try:
        found = probe(media, claims=False)
        longest = media.stat().st_size * 8 / MIN_BIT_RATE
    except (MediaError, OSError):
        return None
    duration = min(found.duration, longest) if found.duration else None
    return MediaHeader(duration, found.audio_channels, found.video_codec is not None)


def media_duration(media: Path) -> float | None:
    """Return the duration of a media file, s; None if it cannot be opened or states none."""
    header = media_header(media)
    return None if header is None else header.duration


def clip_spans(duration: float | None, clip_duration: float) -> list[Span]:
    """Return the successive clips of a file.

    A file whose duration is unknown or shorter than a clip is one clip.
    """
    missing = min(MAX_MISSING_S, MAX_MISSING_SHARE * clip_duration)
    if not duration:
        return [Span(0.0, clip_duration)]
    if duration < clip_duration - missing:
        whole_milliseconds = float(np.floor(duration * 1000) / 1000)
        return [Span(0.0, max(MIN_CLIP_S, whole_milliseconds))]
    count = int(min((duration + missing) // clip_duration, MAX_CLIPS_PER_FILE + 1))
    if count > MAX_CLIPS_PER_FILE:
        count = MAX_CLIPS_PER_FILE
        LOGGER.warning("a file of %.0f s: only its first %d clips are listed", duration, count)
    return [Span(round(i * clip_duration, 6), clip_duration) for i in range(count)]
