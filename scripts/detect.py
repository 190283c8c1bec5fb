"""Detect objects in the kept clips of one shard."""

from pathlib import Path

from foa360.config.load import load_config
from foa360.core.digest import value_digest
from foa360.core.jobs import job
from foa360.stages.detect.stage import DetectFiles, detect_shard
from foa360.stages.fetch.budget import borrowed

shard = snakemake.wildcards.shard
files = DetectFiles(
    fetch=Path(snakemake.input.fetch),
    curation=Path(snakemake.input.curation),
    detections=Path(snakemake.output.detections),
    objects=Path(snakemake.output.objects),
)
config = load_config(snakemake.config)
params = snakemake.params
version = value_digest([params.code, params.settings, params.weights])
media = borrowed(shard, Path(snakemake.input.plan), files.fetch, config.cache, config.fetch)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    # The section is no parameter of the rule: the path of the weights does not matter.
    detect_shard(files, config.detect, version, progress)
