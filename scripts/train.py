"""Train one experiment on all feature shards."""

from pathlib import Path

from foa360.config.train import Train
from foa360.core.jobs import job
from foa360.stages.train.stage import train

with job(Path(snakemake.log[0]), f"{snakemake.rule} {snakemake.wildcards.experiment}") as progress:
    train(
        [Path(shard) for shard in snakemake.input.shards],
        snakemake.wildcards.experiment,
        Path(str(snakemake.input.init)) if snakemake.input.init else None,
        Path(snakemake.output.model).parent,
        Train.model_validate_json(snakemake.params.settings),
        snakemake.params.seed,
        progress,
    )
