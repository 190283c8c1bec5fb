"""Classify the scenes of TAU Urban Audio-Visual Scenes with one experiment's network."""

from pathlib import Path

from foa360.config.downstream import Downstream
from foa360.config.features import Features
from foa360.core.jobs import job
from foa360.downstream.files import DownstreamFiles
from foa360.stages.tau2021.stage import classify_tau2021

name = " ".join([snakemake.rule, *snakemake.wildcards])
with job(Path(snakemake.log[0]), name) as progress:
    classify_tau2021(
        DownstreamFiles(
            folder=Path(snakemake.params.folder),
            model=Path(snakemake.input.model),
            output=Path(snakemake.output.rows),
        ),
        Features.model_validate_json(snakemake.params.features),
        Downstream.model_validate_json(snakemake.params.settings),
        snakemake.params.seed,
        progress,
    )
