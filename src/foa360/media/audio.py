"""Exact spans of sound, from one sequential decode of a file."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.media.container import (
    MediaError,
    audio_stream,
    opened,
    origin,
    packets,
)

Samples = NDArray[np.float32]

#: Time stamps that differ by less from a gapless sequence are rounding, s (WebM counts in ms).
JITTER = 0.005
#: A jump is one if it is as long as this, s, or if the next frame confirms it: in Ogg the last
#: frame of a page often comes with the stamp of a longer one.
GAP = 0.06
#: FFmpeg's sample formats.
DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
#: A span may lack this much of its end, s: lists count in whole seconds, codecs in frames.
SHORT = 0.25


@dataclass(frozen=True)
class ClipAudio:
    """Sound of one span: `(C, n)` planes as decoded, full scale ±1; short at the media's end."""

    samples: Samples
    sample_rate: int
    reason: str | None = None
    message: str = ""


@dataclass
class _Span:
    """A span on its way: which samples it wants, and what has come."""

    begin: int
    end: int
    pieces: list[tuple[int, Samples]] = field(default_factory=list)

    def take(self, position: int, samples: Samples) -> None:
        low = max(self.begin, position)
        high = min(self.end, position + samples.shape[1])
        if low < high:
            piece = samples[:, low - position : high - position]
            self.pieces.append((low - self.begin, piece))


def clip_audio(
    path: str | os.PathLike[str], spans: Sequence[tuple[float, float]]
) -> Iterator[ClipAudio]:
    """Sound of each span (start, duration in seconds, starts ascending), in order.

    One pass over the file, memory of the spans that overlap. Never raises for bad media: a span
    that cannot be had in full carries a reason and what there is of it.
    """
    done = 0
    try:
        with opened(path) as container:
            for clip in _decode(container, spans):
                yield clip
                done += 1
    except MediaError as error:
        for _ in spans[done:]:
            yield ClipAudio(np.zeros((0, 0), np.float32), 0, error.reason, error.message)


def read_foa(clip: ClipAudio, planes: Sequence[int], gains: Sequence[float]) -> Samples:
    """Samples `(4, n)` in WYZX order, SN3D."""
    return clip.samples[list(planes)] * np.asarray(gains, np.float32)[:, None]


def _decode(container: Any, spans: Sequence[tuple[float, float]]) -> Iterator[ClipAudio]:
    stream = audio_stream(container)
    if stream is None:
        raise MediaError("no_audio", "no audio stream")
    rate = stream.rate
    if not rate or not stream.channels:
        raise MediaError("audio_damaged", "no sampling rate or no channels")
    waiting = [_Span(round(s * rate), round((s + d) * rate)) for s, d in spans]
    zero = origin(container)
    announced = (container.duration or 0) / 1e6
    if stream.duration:
        announced = float(stream.duration * stream.time_base)
    expected, trouble, last, first, lately = None, "", 0, None, 0
    for frames, error in packets(container, stream):
        trouble = error or trouble
        for frame in frames:
            if frame.sample_rate != rate or frame.layout.nb_channels != stream.channels:
                trouble = "the format changes within the stream"
                continue
            samples = _planes(frame)
            position = expected
            if frame.pts is not None:
                stamp = round((float(frame.pts * frame.time_base) - zero) * rate)
                gap = stamp - expected if expected is not None else 0
                again = abs(gap) > JITTER * rate and abs(gap - lately) < JITTER * rate
                if expected is None or again or abs(gap) > GAP * rate:
                    position, gap = stamp, 0
                lately = gap
            position = position or 0
            first = position if first is None else first
            expected = last = position + samples.shape[1]
            for span in waiting:
                if span.begin >= expected:
                    break
                span.take(position, samples)
            while waiting and waiting[0].end <= expected:
                yield _finish(waiting.pop(0), rate, stream.channels, trouble, True, first)
        if not waiting:
            return
    ended_early = last / rate < announced - SHORT
    for span in waiting:
        yield _finish(span, rate, stream.channels, trouble, ended_early, first or 0)


def _finish(
    span: _Span, rate: int, channels: int, trouble: str, inside: bool, first: int
) -> ClipAudio:
    """Put the pieces together.

    `inside` tells that the media claim to hold the whole span; before `first`, the first sample of
    the stream, silence is no hole: sound may set in after the picture.
    """
    wanted = span.end - span.begin
    length = max((at + piece.shape[1] for at, piece in span.pieces), default=0)
    samples = np.zeros((channels, length), np.float32)
    there = np.zeros(length, bool)
    for at, piece in span.pieces:
        samples[:, at : at + piece.shape[1]] = piece
        there[at : at + piece.shape[1]] = True
    holes = int((~there[max(0, first - span.begin) :]).sum())
    reason = message = None
    if holes > JITTER * rate or (wanted - length > SHORT * rate and (inside or trouble)):
        reason = "audio_damaged"
        message = trouble or f"{(holes + wanted - length) / rate:.2f} s are missing"
    elif wanted - length > SHORT * rate:
        reason = "clip_outside"
        message = f"the sound ends {(wanted - length) / rate:.2f} s before the clip"
    return ClipAudio(samples, rate, reason, message or "")


def _planes(frame: Any) -> Samples:
    """Samples `(C, n)` of a decoded frame as float, full scale ±1.

    Not by `frame.to_ndarray`: with eight channels PyAV 17.0 counts nine planes and reads astray.
    """
    channels, kind = frame.layout.nb_channels, np.dtype(DTYPES[frame.format.packed.name])
    if frame.format.is_planar:
        data = np.stack([np.frombuffer(p, kind, frame.samples) for p in frame.planes[:channels]])
    else:
        count = frame.samples * channels
        data = np.frombuffer(frame.planes[0], kind, count).reshape(-1, channels).T
    if kind == np.uint8:
        return ((data.astype(np.float32) - 128) / 128).astype(np.float32)
    if kind.kind == "i":
        return np.multiply(data, np.float32(-1 / np.iinfo(kind).min), dtype=np.float32)
    return np.asarray(data, np.float32)
