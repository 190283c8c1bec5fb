"""Compare the masks of one experiment and seed with the truth."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.segment_masks.stage import MaskFiles, evaluate_masks

name = " ".join([snakemake.rule, *snakemake.wildcards])
with job(Path(snakemake.log[0]), name) as progress:
    evaluate_masks(
        MaskFiles(
            folder=Path(snakemake.params.folder),
            model=Path(snakemake.input.model),
            output=Path(snakemake.output.masks),
            examples=Path(snakemake.output.examples),
        ),
        snakemake.params.seed,
        progress,
    )
