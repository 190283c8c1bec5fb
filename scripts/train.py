"""Train one experiment from one seed on all feature shards."""

from pathlib import Path

from foa360.config.experiments import Experiment
from foa360.config.train import Train
from foa360.core.jobs import job
from foa360.stages.train.stage import TrainFiles, train_model


def optional(name):
    """Convert the name of an input that may be missing."""
    return Path(str(name)) if name else None


# Processes that share the training, or read its samples, import this module.
if __name__ == "__main__":
    wildcards = snakemake.wildcards
    settings = Train.model_validate_json(snakemake.params.settings)
    name = f"{snakemake.rule} {wildcards.experiment} {wildcards.seed}"
    with job(Path(snakemake.log[0]), name) as progress:
        train_model(
            Experiment.model_validate_json(snakemake.params.experiment),
            TrainFiles(
                shards=[Path(shard) for shard in snakemake.input.shards],
                subsets=optional(snakemake.input.subsets),
                init=optional(snakemake.input.init),
                folder=Path(snakemake.output.model).parent,
                logs=Path(snakemake.log[0]).with_suffix(""),
            ),
            settings.model_copy(update={"workers": snakemake.resources.workers}),
            int(wildcards.seed),
            progress,
        )
