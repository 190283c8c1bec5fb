"""Judge the clips of a source video from its measures, and assemble their records. No media."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foa360.config.curate import Curate
from foa360.core.reasons import REASONS, verdict_of
from foa360.core.records import Clip, CuratedClip
from foa360.stages.curate.convention_types import Convention
from foa360.stages.curate.judge_audio import JudgedAudio, judge_audio, judge_convention
from foa360.stages.curate.judge_frames import (
    JudgedFrames,
    JudgedLayout,
    judge_frames,
    judge_layout,
)
from foa360.stages.curate.measures import (
    AudioFile,
    MeasuredFrames,
    MeasuredVideo,
    VideoFile,
)
from foa360.stages.curate.thresholds import FRAME_THRESHOLDS


@dataclass(frozen=True)
class CuratedVideo:
    """Records of the clips of one source video, by start, and the convention of its audio.

    The convention is None if no clip has a signal.
    """

    clips: list[CuratedClip]
    convention: Convention | None = None


@dataclass(frozen=True)
class Alignment:
    """Audio minus video, s; None where either is unknown."""

    audio_offset: float | None  # of the starts
    duration_difference: float | None

    @property
    def reasons(self) -> list[str]:
        """Reason codes of differences that are too large."""
        reasons = []
        duration, offset = self.duration_difference, self.audio_offset
        if duration is not None and abs(duration) > FRAME_THRESHOLDS.duration_difference:
            reasons.append("duration_mismatch")
        if offset is not None and abs(offset) > FRAME_THRESHOLDS.audio_offset:
            reasons.append("audio_offset")
        return reasons


@dataclass(frozen=True)
class VideoFacts:
    """Facts and decisions that all clips of a source video share."""

    audio: AudioFile
    video: VideoFile
    layout: JudgedLayout
    alignment: Alignment


def judge_clips(clips: Sequence[Clip], measured: MeasuredVideo, settings: Curate) -> CuratedVideo:
    """Judge clips, in the order in which they were measured."""
    audio = measured.audio
    frames = measured.frames or MeasuredFrames(VideoFile(), [])
    convention = judge_convention(audio, settings.silent_share)
    facts = VideoFacts(
        audio.file,
        frames.file,
        judge_layout(frames, settings.repair),
        align(audio.file, frames.file),
    )
    judged_audio = [
        judge_audio(measures, audio.file, convention, settings) for measures in audio.clips
    ]
    judged_frames = [JudgedFrames([])] * len(clips)
    if measured.frames is not None:
        judged_frames = [
            judge_frames(clip, measures, facts.video, facts.layout, settings)
            for clip, measures in zip(clips, frames.clips, strict=True)
        ]
    records = [
        curated_clip(*judged, facts, settings)
        for judged in zip(clips, judged_audio, judged_frames, strict=True)
    ]
    return CuratedVideo(records, convention)


def align(audio: AudioFile, video: VideoFile) -> Alignment:
    """Compare the starts and durations of audio and video."""
    return Alignment(
        audio_offset=_difference(audio.start, video.start),
        duration_difference=_difference(audio.duration, video.duration),
    )


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def failed_clip(clip: Clip, reason: str, message: str | None, settings: Curate) -> CuratedClip:
    """Record of a clip whose video was not fetched.

    Parameters
    ----------
    clip : Clip
        Span of the clip.
    reason : str
        Reason code.
    message : str or None
        Detail for a person.
    settings : Curate
        Reasons that reject.
    """
    return CuratedClip(
        clip_id=clip.clip_id,
        video_id=clip.video_id,
        start=clip.start,
        duration=clip.duration,
        split=clip.split,
        verdict=verdict_of([reason], settings.rejecting).value,
        reasons=[reason],
        message=message or None,
    )


def curated_clip(
    clip: Clip, audio: JudgedAudio, frames: JudgedFrames, facts: VideoFacts, settings: Curate
) -> CuratedClip:
    """Assemble the record of a clip.

    Parameters
    ----------
    clip : Clip
        Span of the clip.
    audio : JudgedAudio
        Its audio.
    frames : JudgedFrames
        Its frames.
    facts : VideoFacts
        Facts that all clips of the source video share.
    settings : Curate
        Reasons that reject.
    """
    reasons = ordered([*audio.reasons, *frames.reasons, *facts.alignment.reasons])
    messages = dict.fromkeys([audio.message, frames.message])
    described = audio.description
    return CuratedClip(
        clip_id=clip.clip_id,
        video_id=clip.video_id,
        start=clip.start,
        duration=clip.duration,
        split=clip.split,
        verdict=verdict_of(reasons, settings.rejecting).value,
        reasons=reasons,
        message="; ".join(message for message in messages if message) or None,
        convention=described.convention,
        confidence=described.confidence,
        undecided=described.undecided,
        planes=described.planes,
        gains=described.gains,
        energy_ratio=described.energy_ratio,
        energy_ratio_after=described.energy_ratio_after,
        octave_ratios=described.octave_ratios,
        rms_dbfs=described.rms_dbfs,
        energy_w_db=described.energy_w_db,
        energy_y_db=described.energy_y_db,
        energy_z_db=described.energy_z_db,
        energy_x_db=described.energy_x_db,
        correlations=described.correlations,
        effective_rank=described.effective_rank,
        w_coherence=described.w_coherence,
        silent_share=described.silent_share,
        clipped_share=described.clipped_share,
        dc_offset=described.dc_offset,
        azimuth=described.azimuth,
        elevation=described.elevation,
        diffuseness=described.diffuseness,
        audio_codec=facts.audio.codec,
        audio_container=facts.audio.container,
        audio_layout=facts.audio.layout,
        audio_channels=facts.audio.channels,
        audio_rate=facts.audio.sample_rate,
        claimed_convention=facts.audio.claimed_convention,
        mapping_family=facts.audio.mapping_family,
        head_locked=facts.audio.head_locked,
        audio_offset=facts.alignment.audio_offset,
        duration_difference=facts.alignment.duration_difference,
        video_codec=facts.video.codec,
        width=facts.video.width,
        height=facts.video.height,
        fps=facts.video.fps,
        projection=facts.layout.projection,
        stereo=facts.layout.stereo,
        claimed_projection=facts.video.claimed_projection,
        static_share=frames.static_share,
    )


def ordered(reasons: Iterable[str]) -> list[str]:
    """Sort reason codes in the order of the closed list, each once."""
    codes = set(reasons)
    return [code for code in REASONS if code in codes]
