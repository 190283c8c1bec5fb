"""Stage `render`: the media of the embedded demo, and the truth about them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foa360.config.sources import DemoSource
from foa360.core.files import atomic
from foa360.core.plan_rows import planned_clips
from foa360.demo.catalogue import catalogue
from foa360.stages.render.truth import video_truth
from foa360.stages.render.video import render_video

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class RenderFiles:
    """Inputs and outputs of the stage for one shard."""

    plan: Path  # input: PlannedClip
    media: Path  # output: folder of the videos' files
    truth: Path  # output: JSON
    plan_digest: str | None = None  # of the shard's rows when the run began


def render_shard(
    shard: str, files: RenderFiles, source: DemoSource, seed: int, progress: "Progress"
) -> None:
    """Render the videos of a shard, then write the truth about them, which only tests read.

    The truth is JSON: id → case; verdict, reasons and convention expected from curation; and class,
    direction and size in degrees of every object once per second.

    Parameters
    ----------
    shard : str
        Name of the shard.
    files : RenderFiles
        Table to read, folder and file to write.
    source : DemoSource
        Number and duration of the demo's videos.
    seed : int
        Random seed of the workflow.
    progress : Progress
        Reports the videos that are done.
    """
    videos = {video.video_id: video for video in catalogue(source, seed)}
    clips = planned_clips(files.plan, shard, files.plan_digest)
    video_ids = list(dict.fromkeys(clip.video_id for clip in clips))
    truths = {}
    for video_id in progress(video_ids, len(video_ids), "videos"):
        video = videos[video_id]
        render_video(video, files.media)
        truths[video_id] = asdict(video_truth(video))
    with atomic(files.truth) as temporary:
        temporary.write_text(json.dumps(truths, indent=1, ensure_ascii=False), encoding="utf-8")
