"""Compare all experiments with one another."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.compare.stage import compare_experiments

decisions = {}
for path in map(Path, snakemake.input.decisions):
    decisions.setdefault(path.parent.parent.name, []).append(path)
with job(Path(snakemake.log[0]), snakemake.rule):
    compare_experiments(decisions, Path(snakemake.output.comparison))
