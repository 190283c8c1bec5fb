"""Choose the viewpoints of the kept clips of one shard, and compare its sound with what is seen."""

from pathlib import Path

from foa360.config.viewpoints import Viewpoints
from foa360.core.jobs import job
from foa360.stages.fetch.budget import borrowed
from foa360.stages.viewpoints.stage import choose_viewpoints

with job(snakemake) as progress, borrowed(snakemake):
    choose_viewpoints(
        Path(snakemake.input.fetch),
        Path(snakemake.input.curation),
        Path(snakemake.input.detections),
        Path(snakemake.input.objects),
        Path(snakemake.output.viewpoints),
        Path(snakemake.output.agreement),
        Viewpoints.model_validate_json(snakemake.params.settings),
        snakemake.params.fps,
        snakemake.params.seed,
        progress,
    )
