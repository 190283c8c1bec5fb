"""Which streams of a container are read, and how the audio stream was chosen among several."""

from typing import NamedTuple

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

#: Number of channels of ambisonics of order 1 to 7.
ORDER_OF_CHANNELS = {(order + 1) ** 2: order for order in range(1, 8)}
#: Channels of stereo that does not rotate with the sound field, after its own.
HEAD_LOCKED_CHANNELS = 2
#: Start times of streams that are joined differ less than this, and their durations, s.
JOIN_TOLERANCE_S = 0.1


class AudioChoice(NamedTuple):
    """Audio streams that are read.

    streams : one; or several mono streams, which are the channels of one signal.
    by : what decided: `only` one can be decoded, its `label`, the `count` of its channels, the
        `first` of equals, or `joined` mono streams.
    """

    streams: tuple[AudioStream, ...]
    by: str


class ChannelCount(NamedTuple):
    """What a number of channels can be.

    order : of ambisonics; None where the number is none of ambisonics.
    head_locked : whether two channels of head-locked stereo follow.
    """

    order: int | None
    head_locked: bool = False


def channel_count(channels: int) -> ChannelCount:
    """Return the order of ambisonics that has so many channels, with or without stereo."""
    if channels in ORDER_OF_CHANNELS:
        return ChannelCount(ORDER_OF_CHANNELS[channels])
    order = ORDER_OF_CHANNELS.get(channels - HEAD_LOCKED_CHANNELS)
    return ChannelCount(order, order is not None)


def has_loudspeakers(layout: str) -> bool:
    """Return whether a layout names loudspeakers: neither "ambisonic n" nor "n channels"."""
    return not (layout.startswith("ambisonic") or "channels" in layout)


def audio_choice(container: InputContainer) -> AudioChoice | None:
    """Choose among the audio streams whose codec is known; None where there is none.

    A stream with a label of ambisonics comes first, then one with a number of channels that
    ambisonics has, then the one with the most channels. Where none has four, as many mono streams
    of one codec, sampling rate and length are one signal.
    """
    # Without a codec, a stream has no attribute `channels` either.
    known = [s for s in container.streams.audio if s.codec_context is not None]
    if not known:
        return None
    best = max(known, key=lambda s: (*_rank(s), -s.index))
    if (best.channels or 0) < min(ORDER_OF_CHANNELS):
        mono = [s for s in known if s.channels == 1]
        if len(mono) in ORDER_OF_CHANNELS and all(_belong_together(mono[0], s) for s in mono):
            return AudioChoice(tuple(mono), "joined")
    if len(known) == 1:
        return AudioChoice((best,), "only")
    others = [_rank(s) for s in known if s is not best]
    label, count, channels = _rank(best)
    if all(label > other[0] for other in others):
        return AudioChoice((best,), "label")
    if all((label, count, channels) > other for other in others):
        return AudioChoice((best,), "count")
    return AudioChoice((best,), "first")


def audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the audio stream that is read, or the first that is joined; None for none."""
    choice = audio_choice(container)
    return None if choice is None else choice.streams[0]


def video_stream(container: InputContainer) -> VideoStream | None:
    """Return the first video stream that is not a cover image; None where there is none."""
    return next(iter(video_streams(container)), None)


def video_streams(container: InputContainer) -> list[VideoStream]:
    """Return the video streams that are no cover images."""
    return [s for s in container.streams.video if not _is_cover(s)]


def used_streams(container: InputContainer) -> list[Stream]:
    """Return the streams that are read: of audio and of video, as far as there are."""
    choice = audio_choice(container)
    video = video_stream(container)
    audio = () if choice is None else choice.streams
    return [*audio] if video is None else [*audio, video]


def are_simultaneous(first: Stream, other: Stream, tolerance: float) -> bool:
    """Return whether starts and durations of two streams, where stated, differ less, s."""
    pairs = (first.start_time, other.start_time), (first.duration, other.duration)
    for ours, theirs in pairs:
        if ours is None or theirs is None or not first.time_base or not other.time_base:
            continue
        if abs(float(ours * first.time_base - theirs * other.time_base)) > tolerance:
            return False
    return True


def _rank(stream: AudioStream) -> tuple[bool, bool, int]:
    """Return whether label and number of channels are those of ambisonics, and that number."""
    channels = stream.channels or 0
    layout = stream.layout.name if channels else ""
    order, head_locked = channel_count(channels)
    counted = order is not None and not (head_locked and has_loudspeakers(layout))
    return layout.startswith("ambisonic"), counted, channels


def _belong_together(first: AudioStream, other: AudioStream) -> bool:
    """Return whether two mono streams can be channels of one signal."""
    if (first.rate, first.codec_context.name) != (other.rate, other.codec_context.name):
        return False
    return are_simultaneous(first, other, JOIN_TOLERANCE_S)


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & type(stream.disposition).attached_pic)
