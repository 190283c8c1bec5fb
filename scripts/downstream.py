"""Join the rows of one experiment and data set over splits and seeds."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.downstream.stage import pool_downstream

wildcards = snakemake.wildcards
with job(Path(snakemake.log[0]), f"{snakemake.rule} {wildcards.experiment} {wildcards.data}"):
    pool_downstream(
        wildcards.data,
        wildcards.experiment,
        [Path(path) for path in snakemake.input.rows],
        Path(snakemake.output.figures),
    )
