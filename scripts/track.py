"""Track the objects in the kept clips of one shard."""

from pathlib import Path

from foa360.config.detect import Detect
from foa360.core.jobs import job
from foa360.stages.track.stage import TrackFiles, track_objects

files = TrackFiles(
    kept=Path(snakemake.input.kept),
    boxes=Path(snakemake.input.boxes),
    detections=Path(snakemake.output.detections),
    objects=Path(snakemake.output.objects),
)
settings = Detect.model_validate_json(snakemake.params.settings)
with job(Path(snakemake.log[0]), f"{snakemake.rule} {snakemake.wildcards.shard}"):
    track_objects(files, settings)
