"""Train one experiment from one seed on all feature shards."""

import sys
from pathlib import Path

from foa360.config.experiments import Experiment
from foa360.config.train import Train
from foa360.core.jobs import job
from foa360.stages.train.nodes import (
    join,
    log_of_node,
    node_number,
    train_on_nodes,
)
from foa360.stages.train.stage import TrainFiles, train_model


def optional(name):
    """Convert the name of an input that may be missing."""
    return Path(str(name)) if name else None


def train(settings, log, first_line=""):
    """Train in this process, and in those that it starts."""
    wildcards = snakemake.wildcards
    name = f"{snakemake.rule} {wildcards.experiment} {wildcards.seed}"
    with job(log, name) as progress:
        if first_line:
            progress.say(first_line)
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


def main():
    """Train here, or on each of several nodes."""
    settings = Train.model_validate_json(snakemake.params.settings)
    log = Path(snakemake.log[0])
    node = node_number()
    if node is not None:
        train(settings, log_of_node(log, node), join())
    elif settings.nodes > 1:
        command = [sys.executable, *sys.argv]
        train_on_nodes(command, settings.nodes, snakemake.threads, log)
    else:
        train(settings, log)


# Processes that share the training, or read its samples, import this module.
if __name__ == "__main__":
    main()
