"""Let the synchronisation network of one experiment and seed decide about test videos."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.synchronise_decide.stage import DecideFiles, decide_synchronisation

name = " ".join([snakemake.rule, *snakemake.wildcards])
with job(Path(snakemake.log[0]), name) as progress:
    decide_synchronisation(
        DecideFiles(
            shards=[Path(path) for path in snakemake.input.shards],
            subsets=Path(snakemake.input.subsets),
            model=Path(snakemake.input.model),
            decisions=Path(snakemake.output.decisions),
            maps=Path(snakemake.output.maps),
        ),
        snakemake.params.pairs,
        snakemake.params.seed,
        progress,
    )
