"""Write the feature shard of the kept clips of one shard."""

from pathlib import Path

from foa360.config.features import Features
from foa360.config.load import load_config
from foa360.core.jobs import job
from foa360.stages.features.stage import write_shard
from foa360.stages.fetch.budget import borrowed

shard = snakemake.wildcards.shard
plan = Path(snakemake.input.plan)
fetch = Path(snakemake.input.fetch)
config = load_config(snakemake.config)
media = borrowed(shard, plan, fetch, config.cache, config.fetch, last=True)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    write_shard(
        plan,
        shard,
        fetch,
        Path(snakemake.input.curation),
        Path(snakemake.input.viewpoints),
        Path(snakemake.output.shard),
        Features.model_validate_json(snakemake.params.settings),
        progress,
    )
