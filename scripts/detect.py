"""Find objects in the kept clips of one shard."""

from pathlib import Path

from foa360.config.load import load_config
from foa360.core.jobs import job
from foa360.stages.detect.stage import detect_shard
from foa360.stages.fetch.budget import borrowed

shard = snakemake.wildcards.shard
plan = Path(snakemake.input.plan)
fetch = Path(snakemake.input.fetch)
config = load_config(snakemake.config)
media = borrowed(shard, plan, fetch, config.cache, config.fetch)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    detect_shard(
        plan,
        shard,
        fetch,
        Path(snakemake.input.curation),
        Path(snakemake.output.detections),
        Path(snakemake.output.objects),
        config.detect,  # not a parameter: the path of the weights does not matter
        progress,
    )
