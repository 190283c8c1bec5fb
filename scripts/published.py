"""Set published figures beside those of the experiments."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.published.stage import join_published

evaluations = {}
for path in map(Path, snakemake.input.evaluations):
    evaluations.setdefault(path.parent.name, []).append(path)
with job(Path(snakemake.log[0]), snakemake.rule):
    join_published(evaluations, snakemake.params.sources, Path(snakemake.output.published))
