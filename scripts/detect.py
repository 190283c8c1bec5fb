"""Detect objects in the kept clips of one shard."""

from contextlib import nullcontext
from pathlib import Path

from foa360.config.load import load_config
from foa360.core.digest import value_digest
from foa360.core.jobs import job
from foa360.stages.detect.stage import DetectFiles, detect_shard
from foa360.stages.fetch.budget import borrowed

shard = snakemake.wildcards.shard
frames = snakemake.input.frames
files = DetectFiles(
    fetch=Path(snakemake.input.fetch),
    kept=Path(snakemake.input.kept),
    frames=Path(str(frames)) if frames else None,
    boxes=Path(snakemake.output.boxes),
)
config = load_config(snakemake.config)
params = snakemake.params
version = value_digest([params.code, params.settings, params.threshold, params.weights])
media = nullcontext()
if not frames:
    plan = Path(snakemake.input.plan)
    media = borrowed(shard, plan, files.fetch, config.cache, config.fetch)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {shard}") as progress, media:
    # The section is no parameter of the rule: the path of the weights does not matter.
    detect_shard(files, config.detect, version, progress)
