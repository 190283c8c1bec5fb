"""Train one experiment on all feature shards."""

from pathlib import Path

from foa360.config.train import Train
from foa360.core.jobs import job
from foa360.stages.train.stage import TrainFiles, train_model

name = f"{snakemake.rule} {snakemake.wildcards.experiment}"
with job(Path(snakemake.log[0]), name) as progress:
    train_model(
        snakemake.wildcards.experiment,
        TrainFiles(
            shards=[Path(shard) for shard in snakemake.input.shards],
            init=Path(str(snakemake.input.init)) if snakemake.input.init else None,
            folder=Path(snakemake.output.model).parent,
        ),
        Train.model_validate_json(snakemake.params.settings),
        snakemake.params.seed,
        progress,
    )
