"""Write the feature shard of the kept clips of one shard."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from foa360.config.features import Features
from foa360.core import tables
from foa360.core.files import atomic, sha256
from foa360.core.hdf5 import create_hdf5
from foa360.core.partial import PartialFiles
from foa360.core.plan_rows import planned_clips
from foa360.core.records import FetchedVideo, KeptClip, Viewpoint
from foa360.media.frame_source import FrameSource
from foa360.media.sampling import Sampling, Use
from foa360.shards.read import open_shard
from foa360.shards.verify import checksum_path, verify_clips
from foa360.stages.features.read_clips import SkippedClip, read_clips
from foa360.stages.features.writer import ShardWriter, shard_lengths

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


@dataclass(frozen=True, kw_only=True)
class FeatureFiles:
    """Paths of the stage.

    plan : table of planned clips, of all shards.
    plan_digest : of the shard's rows when the run began.
    fetch, kept, viewpoints : tables of this shard.
    frames : sampled frames that `measure` left; None to decode them again.
    output : feature shard; its SHA-256 is written beside it.
    """

    plan: Path
    fetch: Path
    kept: Path
    viewpoints: Path
    frames: Path | None
    output: Path
    plan_digest: str | None = None


def write_features(
    shard: str, files: FeatureFiles, settings: Features, version: str, progress: "Progress"
) -> None:
    """Write an HDF5 file, and beside it `{output}.sha256`.

    Every media file is read once, and one clip is held at a time. What was computed of finished
    videos outlasts an interruption. The file is closed, opened again and its checksums compared
    before it gets its name. A clip that cannot be read after all is left out and named in the
    attribute `skipped`.

    Parameters
    ----------
    shard
        Name of the shard in the plan.
    files
        Input and output paths.
    settings
        Section `features` of the configuration.
    version
        Digest of the code and the settings. Parts of an interrupted job of another version are not
        used.
    progress
        Reports clips.
    """
    content = ShardContent(shard, files, settings)
    partial = PartialFiles(files.output, version)
    parts = {name: partial.path(content.key(name), ".features") for name in content.videos}
    # With more threads a matrix product is rounded differently: other bytes on other machines.
    with threadpool_limits(1, "blas"):
        for _ in progress(content.write_parts(parts), len(content.clips), "clips"):
            pass
        with atomic(files.output) as temporary:
            with create_hdf5(temporary) as file:
                content.join(parts.values(), file)
            problems = verify_clips(temporary)
            if problems:
                message = f"the written data do not read back: {problems[0]}"
                raise OSError(0, message, str(files.output))
            digest = sha256(temporary)
    with atomic(checksum_path(files.output)) as temporary:
        temporary.write_text(f"{digest}  {files.output.name}\n")
    partial.clear()


class ShardContent:
    """What a shard is made of; until all is done, each video has a small shard of its own."""

    def __init__(self, shard: str, files: FeatureFiles, settings: Features) -> None:
        """Read the tables."""
        self.clips = _kept_clips(shard, files)
        self.videos = tables.grouped(self.clips, lambda clip: clip.video_id)
        views = tables.read(files.viewpoints, Viewpoint)
        self._viewpoints = tables.grouped(views, lambda view: view.clip_id)
        self._fetched = {video.video_id: video for video in tables.read(files.fetch, FetchedVideo)}
        self._settings = settings
        self._lengths = shard_lengths(self.clips, self._viewpoints, settings)
        self._frames = None
        if "video" in settings.store:
            sampling = Sampling(Use.LOW_RESOLUTION, settings.video_fps, settings.video_width)
            self._frames = FrameSource(sampling, files.frames)

    def key(self, video_id: str) -> Any:
        """Return everything but the version that the part of a video depends on."""
        clips = self.videos[video_id]
        views = [asdict(view) for clip in clips for view in self._viewpoints[clip.clip_id]]
        video = asdict(self._fetched[video_id])
        return [video, [asdict(clip) for clip in clips], views, asdict(self._lengths)]

    def write_parts(self, paths: Mapping[str, Path]) -> Iterator[KeptClip | SkippedClip]:
        """Write the parts that are absent or damaged, and yield each clip when it is done."""
        for video_id, clips in self.videos.items():
            if paths[video_id].is_file() and not verify_clips(paths[video_id]):
                yield from clips
                continue
            with atomic(paths[video_id]) as temporary, create_hdf5(temporary) as file:
                writer = self._writer(file)
                fetched, rate = self._fetched[video_id], self._settings.sample_rate
                for media in read_clips(fetched, clips, self._frames, rate):
                    if isinstance(media, SkippedClip):
                        writer.skip(media)
                        yield media
                    else:
                        writer.add(media)
                        yield media.clip
                writer.close()

    def join(self, parts: Iterable[Path], file: Any) -> None:
        """Write all parts to an open and empty `h5py.File`."""
        writer = self._writer(file)
        clips = {clip.clip_id: clip for clip in self.clips}
        for path in parts:
            with open_shard(path) as part:
                writer.append(part, clips)
        writer.close()

    def _writer(self, file: Any) -> ShardWriter:
        return ShardWriter(file, self.clips, self._viewpoints, self._settings)


def _kept_clips(shard: str, files: FeatureFiles) -> list[KeptClip]:
    """Kept clips in the order of the plan."""
    planned = planned_clips(files.plan, shard, files.plan_digest)
    order = {clip.clip_id: position for position, clip in enumerate(planned)}
    kept = tables.read(files.kept, KeptClip)
    return sorted(kept, key=lambda clip: order[clip.clip_id])
