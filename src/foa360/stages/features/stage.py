"""Write the feature shard of the kept clips of one shard."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
from threadpoolctl import threadpool_limits

from foa360.config.features import Features
from foa360.core import tables
from foa360.core.files import atomic, sha256
from foa360.core.records import CuratedClip, FetchedVideo, PlannedClip, Viewpoint
from foa360.shards.verify import checksum_path, verify_clips
from foa360.stages.features.read_clips import SkippedClip, read_clips
from foa360.stages.features.writer import ShardWriter

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class FeatureFiles:
    """Paths of the stage.

    plan : table of planned clips, of all shards.
    fetch, curation, viewpoints : tables of this shard.
    output : feature shard; its SHA-256 is written beside it.
    """

    plan: Path
    fetch: Path
    curation: Path
    viewpoints: Path
    output: Path


def write_features(
    shard: str, files: FeatureFiles, settings: Features, progress: "Progress"
) -> None:
    """Write an HDF5 file, and beside it `{output}.sha256`.

    Every media file is read once, and one clip is held at a time. The file is closed, opened again
    and its checksums compared before it gets its name. A clip that cannot be read after all is left
    out and named in the attribute `skipped`.

    Parameters
    ----------
    shard
        Name of the shard in the plan.
    files
        Input and output paths.
    settings
        Section `features` of the configuration.
    progress
        Reports clips.
    """
    clips = _kept_clips(shard, files)
    viewpoints = tables.grouped(tables.read(files.viewpoints, Viewpoint), lambda view: view.clip_id)
    videos = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
    # With more threads a matrix product is rounded differently: other bytes on other machines.
    with atomic(files.output) as temporary, threadpool_limits(1, "blas"):
        with h5py.File(temporary, "w", libver="v110") as file:
            writer = ShardWriter(file, clips, viewpoints, settings)
            for clip in progress(read_clips(clips, videos, settings), len(clips), "clips"):
                if isinstance(clip, SkippedClip):
                    writer.skip(clip)
                else:
                    writer.add(clip)
            writer.close()
        problems = verify_clips(temporary)
        if problems:
            message = f"the written data do not read back: {problems[0]}"
            raise OSError(0, message, str(files.output))
        digest = sha256(temporary)
    with atomic(checksum_path(files.output)) as temporary:
        temporary.write_text(f"{digest}  {files.output.name}\n")


def _kept_clips(shard: str, files: FeatureFiles) -> list[CuratedClip]:
    """Kept clips in the order of the plan."""
    planned = tables.read(files.plan, PlannedClip, shard=shard)
    order = {clip.clip_id: position for position, clip in enumerate(planned)}
    kept = tables.read(files.curation, CuratedClip, verdict="kept")
    return sorted(kept, key=lambda clip: order[clip.clip_id])
