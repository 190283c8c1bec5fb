"""Choose the viewpoints of the kept clips of one shard, and compare audio with detections."""

from pathlib import Path

from foa360.config.viewpoints import Viewpoints
from foa360.core.jobs import job
from foa360.stages.viewpoints.stage import ViewpointFiles, choose_viewpoints

files = ViewpointFiles(
    measures=Path(snakemake.input.measures),
    kept=Path(snakemake.input.kept),
    detections=Path(snakemake.input.detections),
    objects=Path(snakemake.input.objects),
    viewpoints=Path(snakemake.output.viewpoints),
    agreement=Path(snakemake.output.agreement),
)
settings = Viewpoints.model_validate_json(snakemake.params.settings)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {snakemake.wildcards.shard}") as progress:
    choose_viewpoints(files, settings, snakemake.params.fps, snakemake.params.seed, progress)
