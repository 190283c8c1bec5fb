"""Train the synchronisation network of one experiment and seed."""

from pathlib import Path

from foa360.config.synchronisation import Synchronisation
from foa360.core.jobs import job
from foa360.stages.synchronise.stage import SynchroniseFiles, train_synchronisation

name = " ".join([snakemake.rule, *snakemake.wildcards])
init = [Path(path) for path in snakemake.input.init]
log = Path(snakemake.log[0])
with job(log, name) as progress:
    train_synchronisation(
        Synchronisation.model_validate_json(snakemake.params.experiment),
        SynchroniseFiles(
            shards=[Path(path) for path in snakemake.input.shards],
            init=init[0] if init else None,
            folder=Path(snakemake.output.model).parent,
            logs=log.with_suffix(""),
        ),
        int(snakemake.wildcards.seed),
        progress,
    )
