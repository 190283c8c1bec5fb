"""Rows of tables about clips, for tests that write shards."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from foa360.core.records import CuratedClip, FetchedVideo, KeptClip, PlannedClip, Viewpoint

SHARD = "s0000"


def curated_clip(
    video_id: str,
    start: float = 0.0,
    duration: float = 2.0,
    *,
    split: str = "train",
    verdict: str = "kept",
    planes: Sequence[int] = (0, 1, 2, 3),
    gains: Sequence[float] = (1.0, 1.0, 1.0, 1.0),
) -> CuratedClip:
    """Make a row of the curation table, kept and in WYZX order unless told otherwise."""
    return CuratedClip(
        clip_id=f"{video_id}_{start:g}",
        video_id=video_id,
        start=start,
        duration=duration,
        split=split,
        verdict=verdict,
        reasons=[],
        planes=list(planes),
        gains=list(gains),
    )


def kept_clips(clips: Sequence[CuratedClip]) -> list[KeptClip]:
    """Make the rows of the kept clips among curated ones."""
    kept = []
    for clip in clips:
        if clip.verdict == "kept":
            kept.append(
                KeptClip(
                    clip_id=clip.clip_id,
                    video_id=clip.video_id,
                    start=clip.start,
                    duration=clip.duration,
                    split=clip.split,
                    planes=clip.planes,
                    gains=clip.gains,
                    channel_lags=[0.0] * 4,
                    aligned=False,
                    projection=clip.projection or "erp",
                    stereo=clip.stereo or "mono",
                    bar_rows=clip.bar_rows or 0.0,
                    bar_columns=clip.bar_columns or 0.0,
                )
            )
    return kept


def planned_clip(clip: CuratedClip) -> PlannedClip:
    """Make the row of the plan that a curated clip comes from."""
    return PlannedClip(
        clip_id=clip.clip_id,
        video_id=clip.video_id,
        start=clip.start,
        duration=clip.duration,
        split=clip.split,
        shard=SHARD,
        source="list",
        source_number=0,
        video="",
        audio="",
    )


def fetched_video(video_id: str, path: Path) -> FetchedVideo:
    """Make the row of the fetch table of a video in one local file."""
    return FetchedVideo(
        video_id=video_id,
        state="fetched",
        video_path=str(path),
        audio_path=str(path),
    )


def viewpoints_of_clip(clip: CuratedClip, directions: Sequence[Sequence[float]]) -> list[Viewpoint]:
    """Make viewpoints at azimuths and elevations in degrees; the first is an object, a bell."""
    viewpoints = []
    for index, (azimuth, elevation) in enumerate(directions):
        viewpoints.append(
            Viewpoint(
                clip_id=clip.clip_id,
                video_id=clip.video_id,
                index=index,
                azimuth=float(np.radians(azimuth)),
                elevation=float(np.radians(elevation)),
                fov=float(np.radians(60.0)),
                origin="audio" if index else "object",
                label=None if index else "bell",
            )
        )
    return viewpoints
