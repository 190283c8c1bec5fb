"""Render the videos of the embedded demo that belong to one shard."""

from pathlib import Path

from foa360.config.sources import DemoSource
from foa360.core.jobs import job
from foa360.stages.render.stage import RenderFiles, render_shard

shard = snakemake.wildcards.shard
truth = Path(snakemake.output.truth)
files = RenderFiles(
    plan=Path(snakemake.input.plan),
    plan_digest=snakemake.params.media,
    media=truth.parent / "media",
    truth=truth,
)
source = DemoSource.model_validate_json(snakemake.params.source[0])
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress:
    render_shard(shard, files, source, snakemake.params.seed, progress)
