"""Recognise the actions of one split with the network of one experiment and seed."""

from pathlib import Path

from foa360.config.downstream import Downstream
from foa360.core.jobs import job
from foa360.downstream.files import DownstreamFiles
from foa360.stages.actions.stage import recognise_actions

wildcards = snakemake.wildcards
name = " ".join([snakemake.rule, *wildcards])
with job(Path(snakemake.log[0]), name) as progress:
    recognise_actions(
        wildcards.data,
        int(wildcards.split),
        DownstreamFiles(
            folder=Path(snakemake.params.folder),
            model=Path(snakemake.input.model),
            output=Path(snakemake.output.rows),
        ),
        Downstream.model_validate_json(snakemake.params.settings),
        snakemake.threads,
        progress,
    )
