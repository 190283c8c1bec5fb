"""Write the feature shard of the kept clips of one shard."""

from pathlib import Path

from foa360.config import Features
from foa360.jobs import job
from foa360.shards import write_shard
from foa360.sources.budget import borrowed

with job(snakemake) as progress, borrowed(snakemake, last=True):
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
