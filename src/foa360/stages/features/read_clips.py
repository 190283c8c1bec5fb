"""Read the media of kept clips, every file once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from foa360.config.features import Features
from foa360.core import tables
from foa360.core.records import CuratedClip, FetchedVideo
from foa360.media.audio import ClipAudio, clip_audio, to_wyzx
from foa360.media.images import Image, encode_jpeg
from foa360.media.presence import media_present
from foa360.media.projection import FrameLayout
from foa360.media.video import clip_frames

#: A clip of 10 s takes about half a megabyte, see docs/features.md.
VIDEO_JPEG_QUALITY = 70


@dataclass(frozen=True)
class ClipMedia:
    """Media of a clip.

    clip : its row in the curation table.
    audio : W, Y, Z, X, SN3D, at the sampling rate of the features, `(4, n)`.
    images : frames of the low-resolution video as JPEG; none where they are not stored.
    """

    clip: CuratedClip
    audio: NDArray[np.float32]
    images: list[bytes]


@dataclass(frozen=True)
class SkippedClip:
    """A clip whose media cannot be read, with a reason code."""

    clip_id: str
    reason: str


def read_clips(
    clips: Sequence[CuratedClip], videos: Mapping[str, FetchedVideo], settings: Features
) -> Iterator[ClipMedia | SkippedClip]:
    """Read clips video by video in the order given, those of a video by their start."""
    for video_id, unsorted in tables.grouped(clips, lambda clip: clip.video_id).items():
        of_video = sorted(unsorted, key=lambda clip: clip.start)
        with media_present(videos[video_id]):
            yield from _read_video(videos[video_id], of_video, settings)


def _read_video(
    video: FetchedVideo, clips: Sequence[CuratedClip], settings: Features
) -> Iterator[ClipMedia | SkippedClip]:
    assert video.audio_path is not None  # only fetched videos have kept clips
    assert video.video_path is not None
    spans = [(clip.start, clip.duration) for clip in clips]
    size = (settings.video_width, settings.video_width // 2)
    layout = FrameLayout(clips[0].projection or "erp", clips[0].stereo or "mono")
    audio_of_clips = clip_audio(video.audio_path, spans)
    frames_of_clips: Iterable[list[Image | None] | None] = repeat(None, len(clips))
    if "video" in settings.store:
        frames_of_clips = clip_frames(video.video_path, spans, settings.video_fps, size, layout)
    for clip, audio, frames in zip(clips, audio_of_clips, frames_of_clips, strict=True):
        reason = _unreadable(audio, frames)
        if reason is not None:
            yield SkippedClip(clip.clip_id, reason)
            continue
        assert clip.planes is not None  # kept clips have a convention
        assert clip.gains is not None
        foa = to_wyzx(audio, clip.planes, clip.gains)
        resampled = _resample(foa, audio.sample_rate, settings.sample_rate)
        yield ClipMedia(clip, resampled, _encode(frames or []))


def _unreadable(audio: ClipAudio, frames: Sequence[Image | None] | None) -> str | None:
    """Reason code of a clip that cannot be read; None for one that can."""
    if audio.reason is not None:
        return audio.reason
    if frames is not None and frames[0] is None:
        return "video_damaged"
    # Curation rejects such clips; its table may be older than the file.
    if not np.isfinite(audio.samples).all():
        return "not_finite"
    return None


def _resample(audio: NDArray[np.float32], rate: int, target_rate: int) -> NDArray[np.float32]:
    common = np.gcd(rate, target_rate)
    resampled = resample_poly(audio, target_rate // common, rate // common, axis=1)
    return np.asarray(resampled, np.float32)


def _encode(frames: Sequence[Image | None]) -> list[bytes]:
    """JPEG files of frames; a missing frame repeats the one before."""
    encoded: list[bytes] = []
    for frame in frames:
        encoded.append(encoded[-1] if frame is None else encode_jpeg(frame, VIDEO_JPEG_QUALITY))
    return encoded
