"""Bring the media of one shard here; one row per video says how that went."""

from pathlib import Path

from foa360.config.load import load_config
from foa360.core.jobs import job
from foa360.stages.fetch.stage import fetch_shard

with job(Path(snakemake.log[0]), f"{snakemake.rule} {snakemake.wildcards.shard}") as progress:
    fetch_shard(
        Path(snakemake.input.plan),
        snakemake.wildcards.shard,
        Path(snakemake.params.cache),
        Path(snakemake.output[0]),
        progress,
        # Not by a parameter, which Snakemake records: how to fetch changes no result.
        load_config(snakemake.config).fetch,
        snakemake.params.max_gb,
    )
