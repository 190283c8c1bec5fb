"""Find objects in the kept clips of one shard."""

from pathlib import Path

from foa360.config.detect import Detect
from foa360.core.jobs import job
from foa360.stages.detect.stage import detect_shard
from foa360.stages.fetch.budget import borrowed

with job(snakemake) as progress, borrowed(snakemake):
    detect_shard(
        Path(snakemake.input.plan),
        snakemake.wildcards.shard,
        Path(snakemake.input.fetch),
        Path(snakemake.input.curation),
        Path(snakemake.output.detections),
        Path(snakemake.output.objects),
        Detect.model_validate_json(snakemake.params.settings),
        progress,
    )
