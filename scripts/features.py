"""Write the feature shard of the kept clips of one shard."""

from pathlib import Path

from foa360.config.features import Features
from foa360.config.load import load_config
from foa360.core.digest import value_digest
from foa360.core.jobs import job
from foa360.stages.features.stage import FeatureFiles, write_features
from foa360.stages.fetch.budget import borrowed

shard = snakemake.wildcards.shard
files = FeatureFiles(
    plan=Path(snakemake.input.plan),
    plan_digest=snakemake.params.clips,
    fetch=Path(snakemake.input.fetch),
    kept=Path(snakemake.input.kept),
    viewpoints=Path(snakemake.input.viewpoints),
    frames=Path(str(snakemake.input.frames)) if snakemake.input.frames else None,
    output=Path(snakemake.output.shard),
)
settings = Features.model_validate_json(snakemake.params.settings)
config = load_config(snakemake.config)
version = value_digest([snakemake.params.code, snakemake.params.settings])
media = borrowed(shard, files.plan, files.fetch, config.cache, config.fetch, last=True)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    write_features(shard, files, settings, version, progress)
