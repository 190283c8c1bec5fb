"""Evaluate one model on one task."""

from pathlib import Path

from foa360.config.evaluate import Evaluate
from foa360.core.jobs import job
from foa360.stages.evaluate.stage import EvaluateFiles, evaluate_model

name = f"{snakemake.rule} {snakemake.wildcards.experiment} {snakemake.wildcards.task}"
with job(Path(snakemake.log[0]), name) as progress:
    evaluate_model(
        snakemake.wildcards.task,
        EvaluateFiles(
            shards=[Path(shard) for shard in snakemake.input.shards],
            model=Path(snakemake.input.model),
            output=Path(snakemake.output[0]),
        ),
        Evaluate.model_validate_json(snakemake.params.settings),
        snakemake.params.seed,
        progress,
    )
