"""Write the report and its summary."""

from pathlib import Path

from foa360.config.root import Config
from foa360.core.jobs import job
from foa360.stages.report.stage import build_report


def paths(names):
    """Convert the names of inputs."""
    return [Path(name) for name in names]


with job(Path(snakemake.log[0]), snakemake.rule) as progress:
    build_report(
        Path(snakemake.input.plan),
        paths(snakemake.input.fetch),
        paths(snakemake.input.curation),
        paths(snakemake.input.detections),
        paths(snakemake.input.agreement),
        paths(snakemake.input.features),
        {Path(model).parent.name: Path(model).parent for model in snakemake.input.models},
        paths(snakemake.input.evaluations),
        Path(snakemake.output.report),
        Path(snakemake.output.summary),
        Config.model_validate_json(snakemake.params.config),
        progress,
    )
