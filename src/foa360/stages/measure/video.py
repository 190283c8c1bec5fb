"""Measure the clips of one source video: one pass over its audio, and one over its frames."""

from collections.abc import Sequence
from dataclasses import replace

from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip, FetchedVideo
from foa360.media.container import MediaError
from foa360.media.frame_store import FrameStoreWriter
from foa360.media.order import plane_order
from foa360.media.probe import Probe, probe
from foa360.stages.measure.audio import measure_audio
from foa360.stages.measure.frames import measure_frames
from foa360.stages.measure.measures import (
    AudioFile,
    MeasuredAudio,
    MeasuredFrames,
    NotMeasured,
    VideoFile,
)
from foa360.stages.measure.pair_lag import pair_lag
from foa360.stages.measure.rows import ClipMeasures, failed_clip, measured_clip

#: Longest clip, s: it is held in memory.
MAX_CLIP_S = 4 * 3600.0
#: Latest end of a clip, s, whatever the headers state.
MAX_MEDIA_S = 14 * 24 * 3600.0
#: A clip is far outside of the media if it ends later than this, of the stated duration.
HEADER_TOLERANCE_FACTOR = 2.0
HEADER_TOLERANCE_S = 3600.0
CLIP_OUTSIDE = "the clip is longer than clips may be, or far outside of the media"


def measure_video(
    clips: Sequence[Clip],
    fetched: FetchedVideo,
    cutoff_hz: float,
    map_fps: float,
    store: FrameStoreWriter | None = None,
    max_pixels: int | None = None,
) -> list[MeasuredClip]:
    """Measure the clips of a source video; a `video_path` of None requests the audio only.

    Nothing that is wrong with a file is an error.

    Parameters
    ----------
    clips : sequence of Clip
        In any order.
    fetched : FetchedVideo
        The video's row of the fetch table.
    cutoff_hz : float
        Cut-off of the low-pass of the energy ratio, Hz.
    map_fps : float
        Intervals per second of the direction map.
    store : FrameStoreWriter, optional
        Receives the frames that later stages need.
    max_pixels : int, optional
        Of a frame; a video with larger ones is not decoded.

    Returns
    -------
    list of MeasuredClip
        By start.
    """
    clips = sorted(clips, key=lambda clip: (clip.start, clip.duration))
    if fetched.state != "fetched":
        reason = fetched.reason or "fetch_error"
        return [failed_clip(clip, reason, fetched.message) for clip in clips]
    assert fetched.audio_path is not None, "a fetched video has a path"
    headers = _headers(fetched.audio_path, max_pixels)
    longest = _longest_s(headers)
    outside = [clip for clip in clips if not _is_within(clip, longest)]
    if outside:
        inside = [clip for clip in clips if _is_within(clip, longest)]
        rows = [failed_clip(clip, "clip_outside", CLIP_OUTSIDE) for clip in outside]
        if inside:
            rows += measure_video(inside, fetched, cutoff_hz, map_fps, store, max_pixels)
        return sorted(rows, key=lambda row: (row.start, row.duration))
    if isinstance(headers, NotMeasured):
        audio = MeasuredAudio(AudioFile(), [headers] * len(clips))
    else:
        spans = [(clip.start, clip.duration) for clip in clips]
        audio = measure_audio(fetched.audio_path, headers, spans, cutoff_hz, map_fps)
    if fetched.video_path is None:
        return _rows(clips, audio, None)
    if fetched.video_path != fetched.audio_path:
        headers = _headers(fetched.video_path, max_pixels)
        if isinstance(headers, Probe) and headers.audio_codec is not None:
            span = clips[0].start, clips[0].duration
            orders = audio.file.order, plane_order(headers)
            pair = pair_lag(fetched.audio_path, fetched.video_path, span, orders)
            file = replace(audio.file, pair_lag=pair.seconds, pair_relation=pair.relation)
            audio = replace(audio, file=file)
    if isinstance(headers, NotMeasured):
        return _rows(clips, audio, MeasuredFrames(VideoFile(), [headers] * len(clips)))
    frames = measure_frames(fetched.video_path, headers, clips, store, max_pixels)
    return _rows(clips, audio, frames)


def _longest_s(headers: Probe | NotMeasured) -> float:
    """Return the latest time, s, at which a clip of a file can end: what lies later is not read.

    Headers may be wrong, so that only what is far outside is known to be.
    """
    if isinstance(headers, NotMeasured):
        return MAX_MEDIA_S
    stated = (headers.duration, headers.audio_duration, headers.video_duration)
    longest = max((duration for duration in stated if duration), default=MAX_MEDIA_S)
    return min(MAX_MEDIA_S, HEADER_TOLERANCE_FACTOR * longest + HEADER_TOLERANCE_S)


def _is_within(clip: Clip, longest_s: float) -> bool:
    """Return whether the frames and samples of a clip may be requested; False for NaN."""
    return clip.duration <= MAX_CLIP_S and 0 <= clip.start + clip.duration <= longest_s


def _headers(path: str, max_pixels: int | None) -> Probe | NotMeasured:
    try:
        return probe(path, max_pixels=max_pixels)
    except MediaError as error:
        return NotMeasured(error.reason, error.message)


def _rows(
    clips: Sequence[Clip], audio: MeasuredAudio, frames: MeasuredFrames | None
) -> list[MeasuredClip]:
    rows = []
    for index, clip in enumerate(clips):
        measures = ClipMeasures(
            audio_file=audio.file,
            audio=audio.clips[index],
            video_file=VideoFile() if frames is None else frames.file,
            frames=None if frames is None else frames.clips[index],
        )
        rows.append(measured_clip(clip, measures))
    return rows
