"""Evaluate one model on one task."""

from pathlib import Path

from foa360.config import Evaluate
from foa360.evaluate import evaluate
from foa360.jobs import job

with job(snakemake) as progress:
    evaluate(
        [Path(shard) for shard in snakemake.input.shards],
        Path(snakemake.input.model),
        snakemake.wildcards.task,
        Path(snakemake.output[0]),
        Evaluate.model_validate_json(snakemake.params.settings),
        snakemake.params.seed,
        progress,
    )
