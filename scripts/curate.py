"""Measure and judge the clips of one shard."""

from pathlib import Path

from foa360.config.curate import Curate
from foa360.core.jobs import job
from foa360.stages.curate.stage import curate_shard
from foa360.stages.fetch.budget import borrowed

with job(snakemake) as progress, borrowed(snakemake):
    curate_shard(
        Path(snakemake.input.plan),
        snakemake.wildcards.shard,
        Path(snakemake.input.fetch),
        Path(snakemake.output[0]),
        Curate.model_validate_json(snakemake.params.settings),
        progress,
    )
