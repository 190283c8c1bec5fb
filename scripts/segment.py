"""Train the segmentation network of one experiment and seed."""

from pathlib import Path

from foa360.config.segmentation import Segmentation
from foa360.core.jobs import job
from foa360.stages.segment.stage import SegmentFiles, train_segmentation

name = " ".join([snakemake.rule, *snakemake.wildcards])
init = [Path(path) for path in snakemake.input]
with job(Path(snakemake.log[0]), name) as progress:
    train_segmentation(
        Segmentation.model_validate_json(snakemake.params.experiment),
        SegmentFiles(init=init[0] if init else None, folder=Path(snakemake.output.model).parent),
        int(snakemake.wildcards.seed),
        progress,
    )
