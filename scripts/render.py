"""Render the videos of the embedded demo that belong to one shard."""

from pathlib import Path

from foa360.config.sources import DemoSource
from foa360.core import old_tables as tables
from foa360.core.jobs import job
from foa360.stages.render.stage import render_shard

with job(Path(snakemake.log[0]), f"{snakemake.rule} {snakemake.wildcards.shard}") as progress:
    videos = tables.read(snakemake.input.plan, shard=snakemake.wildcards.shard)["video_id"]
    truth = Path(snakemake.output.truth)
    render_shard(
        list(dict.fromkeys(videos)),
        truth.parent / "media",
        truth,
        DemoSource.model_validate_json(snakemake.params.source[0]),
        snakemake.params.seed,
        progress,
    )
