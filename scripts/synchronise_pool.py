"""Join the decisions of one synchronisation experiment over its seeds."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.synchronise_pool.stage import pool_synchronisation

with job(Path(snakemake.log[0]), f"{snakemake.rule} {snakemake.wildcards.experiment}"):
    pool_synchronisation(
        [Path(path) for path in snakemake.input.decisions],
        {Path(path).stem: Path(path) for path in snakemake.output},
    )
