"""Measure the clips of one shard and sample their frames, then judge the clips."""

from dataclasses import asdict
from pathlib import Path

from foa360.config.load import load_config
from foa360.core.digest import value_digest
from foa360.core.jobs import job
from foa360.media.sampling import Sampling, Use
from foa360.stages.detect.sampling import detection_sampling
from foa360.stages.fetch.budget import borrowed
from foa360.stages.judge.stage import JudgeFiles, judge_shard
from foa360.stages.judge.version import judge_version
from foa360.stages.measure.stage import MeasureFiles, MeasureSettings, measure_shard

shard = snakemake.wildcards.shard
files = MeasureFiles(
    plan=Path(snakemake.input.plan),
    plan_digest=snakemake.params.clips,
    fetch=Path(snakemake.input.fetch),
    measures=Path(snakemake.output.measures),
    frames=Path(snakemake.output.frames),
)
judge_files = JudgeFiles(
    measures=files.measures,
    curation=Path(snakemake.output.curation),
    kept=Path(snakemake.output.kept),
)
config = load_config(snakemake.config)
# The frames are no lasting result, and thresholds apply at any time: neither is a parameter.
features = config.features
samplings = [detection_sampling(config.detect)]
if "video" in features.store:
    samplings.append(Sampling(Use.LOW_RESOLUTION, features.video_fps, features.video_width))
settings = MeasureSettings(
    cutoff_hz=snakemake.params.cutoff_hz,
    map_fps=snakemake.params.map_fps,
    samplings=samplings,
    max_pixels=snakemake.params.max_pixels,
)
version = value_digest([snakemake.params.code, asdict(settings)])
media = borrowed(shard, files.plan, files.fetch, config.cache, config.fetch)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    measure_shard(shard, files, settings, version, progress)
    judge_shard(judge_files, config.curate, judge_version(config.curate))
