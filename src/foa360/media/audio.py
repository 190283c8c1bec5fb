"""Decode exact spans of audio in one sequential pass over a file."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from foa360.media.container import (
    MediaError,
    decode_stream,
    demux,
    open_media,
    start_time,
)
from foa360.media.lengths import stated_duration
from foa360.media.streams import audio_choice
from foa360.media.timeline import Timeline
from foa360.media.wide_pcm import WidePcm, wide_pcm

Samples = NDArray[np.float32]
#: Samples `(C, n)` and their time stamp, s.
Block = tuple[Samples, float | None]

#: NumPy types of FFmpeg's sample formats.
DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
#: A span may lack this much of its end, s: lists count in whole seconds, codecs in frames.
END_TOLERANCE_S = 0.25
#: Limits of what is decoded: memory grows with both. Ambisonics of order 7 have 64 channels.
MAX_CHANNELS = 64
MIN_RATE_HZ, MAX_RATE_HZ = 8000, 384_000
#: Samples that may be missing within a span, s.
HOLE_TOLERANCE_S = 0.005


@dataclass(frozen=True)
class ClipAudio:
    """Audio of one span.

    samples : `(C, n)` decoded channels, full scale ±1; fewer samples at the end of the media.
    sample_rate : Hz; 0 where nothing could be opened.
    reason : reason code of a span that is incomplete, else None.
    message : detail for a person.
    """

    samples: Samples
    sample_rate: int
    reason: str | None = None
    message: str = ""


def clip_audio(
    path: str | os.PathLike[str], spans: Sequence[tuple[float, float]]
) -> Iterator[ClipAudio]:
    """Yield the audio of each span (start, duration in seconds, starts ascending), in order.

    Reads the file once, or once for each of the mono streams that are joined, and holds only the
    spans that overlap. Never raises for bad media: a span that is incomplete has a reason and the
    samples that exist.
    """
    done = 0
    try:
        with open_media(path) as container:
            choice = audio_choice(container)
            if choice is None:
                raise MediaError("no_audio", "")
            first, *others = choice.streams
            readers = [_SpanReader(container, first, spans, wide_pcm(path)).clips()]
            readers += [_stream_clips(path, stream.index, spans) for stream in others]
            for channels in zip(*readers, strict=True):
                yield _joined(channels)
                done += 1
    except MediaError as error:
        for _ in spans[done:]:
            yield ClipAudio(np.zeros((0, 0), np.float32), 0, error.reason, error.message)


def _stream_clips(
    path: str | os.PathLike[str], index: int, spans: Sequence[tuple[float, float]]
) -> Iterator[ClipAudio]:
    """Yield the audio of each span of one stream; raises MediaError."""
    with open_media(path) as container:
        stream = next(s for s in container.streams.audio if s.index == index)
        yield from _SpanReader(container, stream, spans).clips()


def _joined(channels: Sequence[ClipAudio]) -> ClipAudio:
    """Join the channels of one span, up to the end of the shortest."""
    first = channels[0]
    if len(channels) == 1:
        return first
    length = min(channel.samples.shape[1] for channel in channels)
    samples = np.concatenate([channel.samples[:, :length] for channel in channels])
    worst = next((channel for channel in channels if channel.reason), first)
    return ClipAudio(samples, first.sample_rate, worst.reason, worst.message)


def to_wyzx(clip: ClipAudio, planes: Sequence[int], gains: Sequence[float]) -> Samples:
    """Return samples `(4, n)` in WYZX order, SN3D.

    `planes` are the decoded channels that hold W, Y, Z, X; `gains` convert these to SN3D.
    """
    return clip.samples[list(planes)] * np.asarray(gains, np.float32)[:, None]


@dataclass
class _Span:
    """A requested span of samples, and the pieces of it that were decoded.

    begin, end : positions of the first sample and of the one after the last.
    pieces : offset within the span and samples `(C, n)`.
    """

    begin: int
    end: int
    pieces: list[tuple[int, Samples]] = field(default_factory=list)

    def add(self, position: int, samples: Samples) -> None:
        """Keep what lies within the span; `position` is that of the first sample."""
        low = max(self.begin, position)
        high = min(self.end, position + samples.shape[1])
        if low < high:
            piece = samples[:, low - position : high - position]
            self.pieces.append((low - self.begin, piece))

    def join(self, channels: int) -> tuple[Samples, NDArray[np.bool_]]:
        """Return the samples `(channels, n)` up to the last one, and `(n,)` which were decoded."""
        length = max((offset + piece.shape[1] for offset, piece in self.pieces), default=0)
        samples = np.zeros((channels, length), np.float32)
        decoded = np.zeros(length, bool)
        for offset, piece in self.pieces:
            end = offset + piece.shape[1]
            samples[:, offset:end] = piece
            decoded[offset:end] = True
        return samples, decoded


class _SpanReader:
    """Decode a stream and cut spans out of it."""

    def __init__(
        self,
        container: InputContainer,
        stream: AudioStream,
        spans: Sequence[tuple[float, float]],
        words: WidePcm | None = None,
    ) -> None:
        if not stream.rate or not stream.channels:
            raise MediaError("audio_damaged", "no sampling rate or no channels")
        if stream.channels > MAX_CHANNELS or not MIN_RATE_HZ <= stream.rate <= MAX_RATE_HZ:
            message = f"{stream.channels} channels at {stream.rate} Hz"
            raise MediaError("audio_damaged", message)
        self.container = container
        self.stream = stream
        self.rate: int = stream.rate
        self.channels: int = stream.channels
        self.words = words
        self.timeline = Timeline(self.rate)
        self.open = deque(self._samples_of(start, duration) for start, duration in spans)
        self.error = ""

    def clips(self) -> Iterator[ClipAudio]:
        """Yield each span as soon as it is complete; at the end those that are not."""
        for blocks, message in self._blocks() if self.words is None else self._words(self.words):
            self.error = message or self.error
            for samples, time in blocks:
                self._add(samples, time)
                while self.open and self.open[0].end <= self.timeline.end:
                    yield self._clip(self.open.popleft(), media_continue=True)
            if not self.open:
                return
        shortfall = stated_duration(self.container, self.stream) or 0.0
        shortfall -= self.timeline.end / self.rate
        for span in self.open:
            yield self._clip(span, media_continue=shortfall > END_TOLERANCE_S)

    def _samples_of(self, start: float, duration: float) -> _Span:
        return _Span(round(start * self.rate), round((start + duration) * self.rate))

    def _has_format(self, frame: AudioFrame) -> bool:
        same_rate = frame.sample_rate == self.rate
        return same_rate and frame.layout.nb_channels == self.channels

    def _blocks(self) -> Iterator[tuple[list[Block], str]]:
        """Yield samples and times of the frames of each packet, and what is wrong with it."""
        zero = start_time(self.container)
        for frames, error in decode_stream(self.container, self.stream):
            message = error
            blocks: list[Block] = []
            for frame in frames:
                if not self._has_format(frame):
                    message = message or "the audio format changes within the stream"
                elif frame.pts is None or frame.time_base is None:
                    blocks.append((float_samples(frame), None))
                else:
                    time = float(frame.pts * frame.time_base) - zero
                    blocks.append((float_samples(frame), time))
            yield blocks, message

    def _words(self, words: WidePcm) -> Iterator[tuple[list[Block], str]]:
        """Yield samples as `_blocks` does, of packets that no decoder reads rightly."""
        for packet, message in demux(self.container, self.stream):
            if packet is not None and words.channels == self.channels:
                yield [(words.samples(bytes(packet)), None)], message

    def _add(self, samples: Samples, time: float | None) -> None:
        """Place samples on the timeline and give them to the open spans."""
        position = self.timeline.place(time, samples.shape[1])
        for span in self.open:
            if span.begin >= self.timeline.end:
                break
            span.add(position, samples)

    def _clip(self, span: _Span, media_continue: bool) -> ClipAudio:
        """Join a span and state whether anything of it is missing.

        `media_continue` says that according to time stamps or headers the media reach the end of
        the span, so that a missing end is damage.
        """
        samples, decoded = span.join(self.channels)
        # The audio may start after the video: what precedes its first sample is silence, no hole.
        silence = max(0, (self.timeline.start or 0) - span.begin)
        holes = int((~decoded[silence:]).sum())
        missing_end = span.end - span.begin - samples.shape[1]
        ends_early = missing_end > END_TOLERANCE_S * self.rate
        has_holes = holes > HOLE_TOLERANCE_S * self.rate
        if has_holes or (ends_early and (media_continue or self.error)):
            missing = f"{(holes + missing_end) / self.rate:.2f} s are missing"
            return ClipAudio(samples, self.rate, "audio_damaged", self.error or missing)
        if ends_early:
            message = f"the audio ends {missing_end / self.rate:.2f} s before the clip"
            return ClipAudio(samples, self.rate, "clip_outside", message)
        return ClipAudio(samples, self.rate)


def float_samples(frame: AudioFrame) -> Samples:
    """Return the samples `(C, n)` of a decoded frame as float, full scale ±1."""
    data = _decoded_samples(frame)
    kind = data.dtype
    if kind == np.uint8:
        return ((data.astype(np.float32) - 128) / 128).astype(np.float32)
    if kind.kind == "i":
        return np.multiply(data, np.float32(-1 / np.iinfo(kind).min), dtype=np.float32)
    return np.asarray(data, np.float32)


def _decoded_samples(frame: AudioFrame) -> NDArray[Any]:
    """Return the samples `(C, n)` of a frame in the decoder's own type.

    `frame.to_ndarray` is not used: with eight channels PyAV 17.0 counts nine planes and reads
    outside the buffer.
    """
    channels = frame.layout.nb_channels
    kind = np.dtype(DTYPES[frame.format.packed.name])
    if frame.format.is_planar:
        planes = [memoryview(plane) for plane in frame.planes[:channels]]
        return np.stack([np.frombuffer(plane, kind, frame.samples) for plane in planes])
    interleaved = np.frombuffer(memoryview(frame.planes[0]), kind, frame.samples * channels)
    return interleaved.reshape(-1, channels).T
