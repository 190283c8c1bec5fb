"""Fetch the media of one shard; one row per video reports the outcome."""

from pathlib import Path

from foa360.config.load import load_config
from foa360.core.jobs import job
from foa360.stages.fetch.stage import FetchFiles, fetch_shard

shard = snakemake.wildcards.shard
files = FetchFiles(
    plan=Path(snakemake.input.plan),
    plan_digest=snakemake.params.media,
    cache=Path(snakemake.params.cache),
    output=Path(snakemake.output[0]),
)
# Not a parameter, which Snakemake records: how media are fetched changes no result.
config = load_config(snakemake.config)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress:
    fetch_shard(shard, files, config.fetch, progress, config.cache.max_gb)
