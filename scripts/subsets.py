"""Divide the kept clips by their energy ratio."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.subsets.stage import divide_clips

with job(Path(snakemake.log[0]), snakemake.rule) as progress:
    divide_clips(
        [Path(path) for path in snakemake.input.kept],
        snakemake.params.tau,
        snakemake.params.seed,
        Path(snakemake.output.subsets),
        progress,
    )
