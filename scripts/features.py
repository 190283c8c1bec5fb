"""Write the feature shard of the kept clips of one shard."""

from pathlib import Path

from foa360.config import Features
from foa360.jobs import job
from foa360.shards import write_shard
from foa360.sources.budget import borrowed

media = borrowed(
    snakemake.config,
    Path(snakemake.input.plan),
    snakemake.wildcards.shard,
    Path(snakemake.input.fetch),
    last=True,
)
with job(snakemake) as progress, media:
    write_shard(
        Path(snakemake.input.plan),
        snakemake.wildcards.shard,
        Path(snakemake.input.fetch),
        Path(snakemake.input.curation),
        Path(snakemake.input.viewpoints),
        Path(snakemake.output.shard),
        Features.model_validate_json(snakemake.params.settings),
        progress,
    )
