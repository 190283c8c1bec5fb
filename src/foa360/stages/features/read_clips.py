"""Read the audio and the sampled frames of kept clips."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from foa360.core.records import FetchedVideo, KeptClip
from foa360.media.audio import ClipAudio, clip_audio, to_wyzx
from foa360.media.frame_source import FrameSource
from foa360.media.presence import media_present, require_unchanged
from foa360.media.resampling import resampled


@dataclass(frozen=True)
class ClipMedia:
    """Media of a clip.

    clip : its row in the curation table.
    audio : W, Y, Z, X, SN3D, at the sampling rate of the features, `(4, n)`.
    images : frames of the low-resolution video as JPEG; none where they are not stored.
    """

    clip: KeptClip
    audio: NDArray[np.float32]
    images: list[bytes]


@dataclass(frozen=True)
class SkippedClip:
    """A clip whose media cannot be read, with a reason code."""

    clip_id: str
    reason: str


def read_clips(
    video: FetchedVideo,
    clips: Sequence[KeptClip],
    frames: FrameSource | None,
    sample_rate: int,
) -> Iterator[ClipMedia | SkippedClip]:
    """Read the kept clips of a video by their start.

    Parameters
    ----------
    video
        Row of the fetch table.
    clips
        Kept clips.
    frames
        Frames of the low-resolution video; None where they are not stored.
    sample_rate
        Of the features, Hz.
    """
    in_order = sorted(clips, key=lambda clip: clip.start)
    with media_present(video):
        yield from _read_in_order(video, in_order, frames, sample_rate)


def _read_in_order(
    video: FetchedVideo, clips: Sequence[KeptClip], source: FrameSource | None, sample_rate: int
) -> Iterator[ClipMedia | SkippedClip]:
    assert video.audio_path is not None  # only fetched videos have kept clips
    spans = [(clip.start, clip.duration) for clip in clips]
    audio_of_clips = clip_audio(video.audio_path, spans)
    jpegs_of_clips: Iterable[list[bytes | None] | None] = repeat(None, len(clips))
    if source is not None:
        jpegs_of_clips = source.jpegs(video, clips)
    for clip, audio, jpegs in zip(clips, audio_of_clips, jpegs_of_clips, strict=True):
        reason = _unreadable(audio, jpegs)
        if reason is not None:
            # It was kept: curation could read it.
            require_unchanged(video)
            yield SkippedClip(clip.clip_id, reason)
            continue
        foa = to_wyzx(audio, clip.planes, clip.gains)
        if clip.aligned:
            foa = in_time(foa, clip.channel_lags, audio.sample_rate)
        at_rate = resampled(foa, audio.sample_rate, sample_rate)
        yield ClipMedia(clip, at_rate, _without_gaps(jpegs or []))


def in_time(
    foa: NDArray[np.float32], lags: Sequence[float], sample_rate: int
) -> NDArray[np.float32]:
    """Remove the lags of components `(4, n)`, s; zeros follow where the audio ends."""
    out = np.zeros_like(foa)
    for channel, lag in enumerate(lags):
        shift = round(lag * sample_rate)
        late = foa[channel, max(shift, 0) :]
        begin = max(-shift, 0)
        end = min(begin + len(late), foa.shape[1])
        out[channel, begin:end] = late[: end - begin]
    return out


def _unreadable(audio: ClipAudio, jpegs: Sequence[bytes | None] | None) -> str | None:
    """Reason code of a clip that cannot be read; None for one that can."""
    if audio.reason is not None:
        return audio.reason
    if jpegs is not None and jpegs[0] is None:
        return "video_damaged"
    # Curation rejects such clips; its table may be older than the file.
    if not np.isfinite(audio.samples).all():
        return "not_finite"
    return None


def _without_gaps(jpegs: Sequence[bytes | None]) -> list[bytes]:
    """Repeat a frame where the next one is missing."""
    frames: list[bytes] = []
    for jpeg in jpegs:
        frames.append(frames[-1] if jpeg is None else jpeg)
    return frames
