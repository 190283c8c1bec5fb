"""Choose the viewpoints of the kept clips of one shard."""

from pathlib import Path

from foa360.config import Viewpoints
from foa360.detect.viewpoints import choose_viewpoints
from foa360.jobs import job

with job(snakemake) as progress:
    choose_viewpoints(
        Path(snakemake.input.curation),
        Path(snakemake.input.detections),
        Path(snakemake.output[0]),
        Viewpoints.model_validate_json(snakemake.params.settings),
        snakemake.params.seed,
        progress,
    )
