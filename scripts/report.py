"""Write the report and its summary."""

from pathlib import Path

from foa360.config.root import Config
from foa360.core.jobs import job
from foa360.stages.report.files import ReportFiles
from foa360.stages.report.stage import write_report


def paths(names):
    """Convert the names of inputs."""
    return [Path(name) for name in names]


with job(Path(snakemake.log[0]), snakemake.rule) as progress:
    write_report(
        ReportFiles(
            plan=Path(snakemake.input.plan),
            fetch=paths(snakemake.input.fetch),
            curation=paths(snakemake.input.curation),
            detections=paths(snakemake.input.detections),
            agreement=paths(snakemake.input.agreement),
            features=paths(snakemake.input.features),
            models=paths(snakemake.input.models),
            evaluations=paths(snakemake.input.evaluations),
            segmentations=paths(snakemake.input.segmentations),
            segmenter_curves=paths(snakemake.input.segmenter_curves),
            mask_examples=paths(snakemake.input.mask_examples),
            sound_maps=paths(snakemake.input.sound_maps),
            costs=Path(snakemake.params.costs),
            page=Path(snakemake.output.report),
        ),
        Config.model_validate_json(snakemake.params.config),
        snakemake.params.weights,
        progress,
    )
