"""Curate one file, as `foa360 check` and the stage do."""

from pathlib import Path

from foa360.config.curate import Curate
from foa360.core.records import Clip, CuratedClip, FetchedVideo
from foa360.media.probe import probe
from foa360.stages.curate.source_video import curate_video


def curate_file(path: Path, duration: float = 2.0, **settings: object) -> CuratedClip:
    """Curate the first clip of a file with audio and possibly video."""
    clip = Clip(clip_id="v_0", video_id="v", start=0.0, duration=duration, split="train")
    has_video = probe(path, claims=False).video_codec is not None
    fetched = FetchedVideo(
        video_id="v",
        state="fetched",
        video_path=str(path) if has_video else None,
        audio_path=str(path),
    )
    (record,) = curate_video([clip], fetched, Curate(**settings)).clips
    return record
