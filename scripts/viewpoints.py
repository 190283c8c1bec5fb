"""Choose the viewpoints of the kept clips of one shard, and compare its sound with what is seen."""

from pathlib import Path

from foa360.config.load import load_config
from foa360.config.viewpoints import Viewpoints
from foa360.core.jobs import job
from foa360.stages.fetch.budget import borrowed
from foa360.stages.viewpoints.stage import choose_viewpoints

shard = snakemake.wildcards.shard
plan = Path(snakemake.input.plan)
fetch = Path(snakemake.input.fetch)
config = load_config(snakemake.config)
media = borrowed(shard, plan, fetch, config.cache, config.fetch)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    choose_viewpoints(
        fetch,
        Path(snakemake.input.curation),
        Path(snakemake.input.detections),
        Path(snakemake.input.objects),
        Path(snakemake.output.viewpoints),
        Path(snakemake.output.agreement),
        Viewpoints.model_validate_json(snakemake.params.settings),
        snakemake.params.fps,
        snakemake.params.seed,
        progress,
    )
