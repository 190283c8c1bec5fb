"""Write the feature shard of the kept clips of one shard."""

from pathlib import Path

from foa360.config.features import Features
from foa360.core.jobs import job
from foa360.stages.features.stage import write_shard
from foa360.stages.fetch.budget import borrowed

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
