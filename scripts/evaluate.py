"""Evaluate one model by all evaluations."""

from pathlib import Path

from foa360.config.evaluate import Evaluate
from foa360.core.jobs import job
from foa360.stages.evaluate.stage import EVALUATIONS, EvaluateFiles, evaluate_model

wildcards = snakemake.wildcards
name = f"{snakemake.rule} {wildcards.experiment} {wildcards.seed}"
metrics = [Path(path) for path in snakemake.output.metrics]
with job(Path(snakemake.log[0]), name) as progress:
    evaluate_model(
        EvaluateFiles(
            shards=[Path(shard) for shard in snakemake.input.shards],
            test_list=Path(snakemake.input.test_list),
            model=Path(snakemake.input.model),
            metrics=dict(zip(EVALUATIONS, metrics, strict=True)),
            decisions=Path(snakemake.output.decisions),
        ),
        Evaluate.model_validate_json(snakemake.params.settings),
        progress,
    )
