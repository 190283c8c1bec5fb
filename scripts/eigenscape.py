"""Classify the scenes of EigenScape with the network of one experiment and seed."""

from pathlib import Path

from foa360.config.features import Features
from foa360.core.jobs import job
from foa360.downstream.files import DownstreamFiles
from foa360.stages.eigenscape.stage import classify_eigenscape

name = " ".join([snakemake.rule, *snakemake.wildcards])
with job(Path(snakemake.log[0]), name) as progress:
    classify_eigenscape(
        DownstreamFiles(
            folder=Path(snakemake.params.folder),
            model=Path(snakemake.input.model),
            output=Path(snakemake.output.rows),
        ),
        Features.model_validate_json(snakemake.params.features),
        snakemake.params.segment_seconds,
        snakemake.params.seed,
        progress,
    )
