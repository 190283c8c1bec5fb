"""Join the masks of one experiment over its seeds."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.segment_pool.stage import pool_masks

experiment = snakemake.wildcards.experiment
with job(Path(snakemake.log[0]), f"{snakemake.rule} {experiment}"):
    pool_masks(
        experiment,
        [Path(path) for path in snakemake.input.masks],
        Path(snakemake.output.figures),
    )
