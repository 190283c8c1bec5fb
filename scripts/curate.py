"""Measure and judge the clips of one shard."""

from pathlib import Path

from foa360.config.curate import Curate
from foa360.config.load import load_config
from foa360.core.jobs import job
from foa360.stages.curate.stage import CurateFiles, curate_shard
from foa360.stages.fetch.budget import borrowed

shard = snakemake.wildcards.shard
files = CurateFiles(
    plan=Path(snakemake.input.plan),
    fetch=Path(snakemake.input.fetch),
    curation=Path(snakemake.output[0]),
)
settings = Curate.model_validate_json(snakemake.params.settings)
config = load_config(snakemake.config)
media = borrowed(shard, files.plan, files.fetch, config.cache, config.fetch)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    curate_shard(shard, files, settings, progress)
