"""Classify the scenes of EigenScape without a network, and join the figures."""

from pathlib import Path

from foa360.config.features import Features
from foa360.core.jobs import job
from foa360.stages.downstream.stage import pool_downstream
from foa360.stages.scene_mixtures.stage import classify_by_mixtures

params, output = snakemake.params, Path(snakemake.output.rows)
with job(Path(snakemake.log[0]), snakemake.rule) as progress:
    classify_by_mixtures(
        Path(params.folder),
        output,
        Features.model_validate_json(params.features),
        params.segment_seconds,
        params.seed,
        progress,
    )
    pool_downstream("eigenscape", params.name, [output], Path(snakemake.output.figures))
