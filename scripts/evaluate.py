"""Evaluate one model on one task."""

from pathlib import Path

from foa360.config.evaluate import Evaluate
from foa360.core.jobs import job
from foa360.stages.evaluate.stage import evaluate

with job(Path(snakemake.log[0]), " ".join([snakemake.rule, *snakemake.wildcards])) as progress:
    evaluate(
        [Path(shard) for shard in snakemake.input.shards],
        Path(snakemake.input.model),
        snakemake.wildcards.task,
        Path(snakemake.output[0]),
        Evaluate.model_validate_json(snakemake.params.settings),
        snakemake.params.seed,
        progress,
    )
