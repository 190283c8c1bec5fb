"""Curate one source video: measure its media, then judge its clips."""

from collections.abc import Sequence

from foa360.config.curate import Curate
from foa360.core.records import Clip, FetchedVideo
from foa360.stages.curate.judge_clips import CuratedVideo, failed_clip, judge_clips
from foa360.stages.curate.measure_audio import measure_audio
from foa360.stages.curate.measure_frames import measure_frames
from foa360.stages.curate.measures import MeasuredVideo


def curate_video(clips: Sequence[Clip], fetched: FetchedVideo, settings: Curate) -> CuratedVideo:
    """Curate the clips of one source video; a `video_path` of None requests the audio only.

    Each file is decoded once for all clips. Nothing that is wrong with a file is an error.
    """
    clips = sorted(clips, key=lambda clip: (clip.start, clip.duration))
    if fetched.state != "fetched":
        reason = fetched.reason or "fetch_error"
        failed = [failed_clip(clip, reason, fetched.message, settings) for clip in clips]
        return CuratedVideo(failed)
    return judge_clips(clips, measure_video(clips, fetched, settings), settings)


def measure_video(clips: Sequence[Clip], fetched: FetchedVideo, settings: Curate) -> MeasuredVideo:
    """Measure the media of a source video for clips with ascending starts."""
    assert fetched.audio_path is not None, "a fetched video has a path"
    spans = [(clip.start, clip.duration) for clip in clips]
    audio = measure_audio(fetched.audio_path, spans, settings.cutoff_hz, settings.silence_dbfs)
    if fetched.video_path is None:
        return MeasuredVideo(audio, None)
    frames = measure_frames(fetched.video_path, spans, settings.static_mse)
    return MeasuredVideo(audio, frames)
