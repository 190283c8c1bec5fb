"""Join the figures of one experiment over its seeds."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.pool.stage import pool_seeds

names = [Path(path).stem for path in snakemake.output]
with job(Path(snakemake.log[0]), f"{snakemake.rule} {snakemake.wildcards.experiment}"):
    pool_seeds(
        [Path(path) for path in snakemake.input.decisions],
        {
            name: [Path(path) for path in snakemake.input.metrics if Path(path).stem == name]
            for name in names
        },
        {Path(path).stem: Path(path) for path in snakemake.output},
    )
