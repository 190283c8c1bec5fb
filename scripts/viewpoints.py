"""Choose the viewpoints of the kept clips of one shard, and compare audio with detections."""

from pathlib import Path

from foa360.config.load import load_config
from foa360.config.viewpoints import Viewpoints
from foa360.core.jobs import job
from foa360.stages.fetch.budget import borrowed
from foa360.stages.viewpoints.stage import ViewpointFiles, choose_viewpoints

shard = snakemake.wildcards.shard
files = ViewpointFiles(
    fetch=Path(snakemake.input.fetch),
    curation=Path(snakemake.input.curation),
    detections=Path(snakemake.input.detections),
    objects=Path(snakemake.input.objects),
    viewpoints=Path(snakemake.output.viewpoints),
    agreement=Path(snakemake.output.agreement),
)
settings = Viewpoints.model_validate_json(snakemake.params.settings)
config = load_config(snakemake.config)
media = borrowed(shard, Path(snakemake.input.plan), files.fetch, config.cache, config.fetch)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    choose_viewpoints(files, settings, snakemake.params.fps, snakemake.params.seed, progress)
