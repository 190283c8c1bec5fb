"""Measure and judge, as `foa360 check` and the workflow do."""

from dataclasses import dataclass
from pathlib import Path

from foa360.commands.check import curate_video
from foa360.config.curate import Curate
from foa360.core.jobs import Progress
from foa360.core.records import Clip, CuratedClip, FetchedVideo
from foa360.media.probe import probe
from foa360.media.sampling import Sampling, Use
from foa360.stages.judge.stage import JudgeFiles, judge_shard
from foa360.stages.judge.version import judge_version
from foa360.stages.measure.stage import MeasureFiles, MeasureSettings, measure_shard

#: Small frames, for tests.
SAMPLINGS = [Sampling(Use.DETECTION, 1.0, 64), Sampling(Use.LOW_RESOLUTION, 4.0, 64)]


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


@dataclass(frozen=True)
class CurationFiles:
    """Plan and fetch table of a shard, and the folder of what is made of them."""

    plan: Path
    fetch: Path
    folder: Path

    @property
    def measures(self) -> Path:
        return self.folder / "measures.parquet"

    @property
    def frames(self) -> Path:
        return self.folder / "frames.h5"

    @property
    def curation(self) -> Path:
        return self.folder / "curation.parquet"

    @property
    def kept(self) -> Path:
        return self.folder / "kept.parquet"


def curate_shard(
    shard: str,
    files: CurationFiles,
    settings: Curate | None = None,
    samplings: list[Sampling] | None = None,
    progress: Progress | None = None,
) -> None:
    """Measure and judge a shard."""
    settings = settings or Curate()
    measure_files = MeasureFiles(
        plan=files.plan, fetch=files.fetch, measures=files.measures, frames=files.frames
    )
    measure_settings = MeasureSettings(
        cutoff_hz=settings.cutoff_hz, map_fps=1.0, samplings=samplings or SAMPLINGS
    )
    progress = progress or Progress("test")
    measure_shard(shard, measure_files, measure_settings, "1", progress)
    judge_files = JudgeFiles(measures=files.measures, curation=files.curation, kept=files.kept)
    judge_shard(judge_files, settings, judge_version(settings))
